import Curation
import Foundation
import Store
import Training
import Transformer

/// A training of labels, sets of labels or numbers of texts, or of pairs of texts.
struct TextRequest: TrainingRequest {
  var step: Run.Step
  var arm: String
  var seed: UInt64
  var fold: Int?
  var train: [LabeledText]
  var development: [LabeledText]
  /// Rows of the index the model is scored on, and their texts and labels.
  var testRows: [UInt32]
  var test: [LabeledText]
  /// The labels of the test rows as the index has them.
  var testLabels: [String]
  var labels: [String]
  var problem = ClassificationProblem.singleLabel
  /// Of relations the label that is none; nil of all else.
  var otherLabel: String?
  /// Names of the two fields that the texts of pairs stand in; nil if texts are single.
  var pairFields: [String]?
  var maximumTokens: Int
  var options: TrainingOptions
  /// What classifies in place of the network's own head: vectors; nil where the head does.
  var frozen: (() throws -> FrozenVectors)?
  /// What has to be beaten, measured before the training; nil if nothing is.
  var baselines: (() throws -> [FrozenScore])?
  var remarks: [String] = []

  var counts: (train: Int, development: Int) { (train.count, development.count) }

  var answer: Run.Answer { problem == .regression ? .number : .label }

  /// The same whatever the order of the rows.
  var content: [String] {
    func lines(_ items: [LabeledText]) -> String {
      items.map { "\($0.target.shown) \($0.text)" + ($0.second.map { "\t" + $0 } ?? "") }
        .joined(separator: "\n")
    }
    return [labels.joined(separator: "\n"), lines(train), lines(development), lines(test)]
      + (otherLabel.map { [$0] } ?? [])
  }

  func learner(_ model: ModelFolder) throws -> any TrainableClassifier {
    if let frozen { return try frozen().classifier(labels: labels) }
    return try SequenceClassifier(
      folder: model, labels: labels, problem: problem, otherLabel: otherLabel,
      adapters: options.adapters, seed: seed,
      maximumTokens: min(maximumTokens, model.configuration.maximumPositions))
  }

  func before(_ learner: any TrainableClassifier, _ monitor: StepMonitor) throws -> [FrozenScore]? {
    try baselines?()
  }

  func train(
    _ learner: any TrainableClassifier, checkpoint: URL?, progress: (TrainingProgress) -> Void,
    shouldStop: () -> Bool
  ) throws -> TrainingSummary {
    try learner.train(
      train: train, development: development, options: options, checkpoint: checkpoint,
      progress: progress, shouldStop: shouldStop)
  }

  func score(
    _ learner: any TrainableClassifier, _ baselines: [FrozenScore]?, run: String,
    _ metrics: inout RunMetrics
  ) throws -> [Prediction] {
    let logits = try learner.logits(test)
    let threshold = learner.threshold ?? 0.5
    // In the order of the catalog, so that sums come out the same when they are held against it.
    let order = testRows.indices.sorted { testRows[$0] < testRows[$1] }
    let scores = TestScores(
      order.map { test[$0] }, order.map { logits[$0] }, problem: problem, labels: labels,
      threshold: threshold)
    (metrics.report, metrics.multiLabel) = (scores.report, scores.multiLabel)
    metrics.threshold = problem == .multiLabel ? threshold : nil
    metrics.regression = scores.regression
    metrics.baselines = baselines
    metrics.binary = try TestScores.binary(self, logits, by: learner)
    metrics.relations = TestScores.relations(self, logits)
    return zip(order, scores.answers).map { place, answer in
      let label = testLabels[place]
      return Prediction(
        run: run, row: Int(testRows[place]), label: label, predicted: answer.predicted,
        correct: label == answer.predicted, probability: answer.probability,
        logProbability: answer.logProbability)
    }
  }

  func save(
    _ learner: any TrainableClassifier, _ metrics: RunMetrics, to folder: URL, run: String
  ) throws {
    try learner.save(
      to: folder, run: run, accuracy: metrics.report?.accuracy ?? metrics.multiLabel?.exactMatch,
      pairFields: pairFields)
  }
}

extension LabeledText.Target {
  fileprivate var shown: String {
    switch self {
    case .label(let label): "\(label)"
    case .labels(let labels): "\(labels)"
    case .score(let score): "\(score)"
    }
  }
}
