import Curation
import Files
import Foundation
import Store
import Training
import Transformer

/// What one fine-tuning is made from; equal requests are the same run.
struct RunRequest {
  var arm: String
  var seed: UInt64
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
  var options: TrainingOptions

  /// Whether texts come in pairs.
  var isOfPairs: Bool { test.contains { $0.second != nil } }

  /// The same for the same data, options and model, whatever the order of the rows.
  func id(modelHash: String) throws -> String {
    func lines(_ items: [LabeledText]) -> String {
      items.map { "\($0.target.shown) \($0.text)" + ($0.second.map { "\t" + $0 } ?? "") }
        .joined(separator: "\n")
    }
    let hash = StepAccount.hash(
      [
        modelHash, try StepAccount.json(options), labels.joined(separator: "\n"), lines(train),
        lines(development), lines(test),
      ] + (otherLabel.map { [$0] } ?? []))
    return "\(arm)-seed\(seed)-\(hash.prefix(10))"
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

/// What a run is judged by; the column `metrics` of its row, and `metrics.json` in its folder.
public struct RunMetrics: Codable, Sendable {
  /// Of the test records' classes; of a tagger those of its words, `O` among them; nil where records have
  /// several labels or numbers, and of sentence vectors.
  public var report: ClassificationReport?
  /// Of the test records' labels, where each may have several.
  public var multiLabel: MultiLabelReport?
  /// From which probability on a label holds there.
  public var threshold: Double?
  /// Of pairs of texts with one of two labels.
  public var binary: BinaryReport?
  /// Of the test records' relations.
  public var relations: RelationReport?
  /// Of the test records' numbers.
  public var regression: RegressionReport?
  /// Of a tagger.
  public var tagging: TagScores?
  /// Of sentence vectors.
  public var similarity: SimilarityScores?
  /// Of a model for questions.
  public var answers: QuestionScores?
  public var trainingRecords: Int
  public var developmentRecords: Int
  public var updates: Int
  public var bestStep: Int
  public var stoppedEarly: Bool
  public var seconds: Double
  public var examplesPerSecond: Double
  public var tokens: Int
  public var development: [DevelopmentResult]
  /// Classifiers on the frozen vectors of the same training and test records; nil where they were
  /// not measured (models of a comparison: see ``StudyAnalysis/baselines``).
  public var baselines: [FrozenScore]?

  /// The score that a run is known by, and its name.
  var mainScore: (name: String, value: Double)? {
    if let tagging { return (Metric.entityF1.title, tagging.entities.micro.f1) }
    if let after = similarity?.after {
      if let spearman = after.spearman { return (Metric.spearman.title, spearman) }
      return after.retrieval.map { (Metric.meanReciprocalRank.title, $0.meanReciprocalRank) }
    }
    if let answers { return (Metric.answerF1.title, answers.report.f1) }
    if let multiLabel { return (Metric.microF1.title, multiLabel.micro.f1) }
    if let regression { return regression.spearman.map { (Metric.spearman.title, $0) } }
    return report.map { (Metric.accuracy.title, $0.accuracy) }
  }

  /// The best baseline, if the model is below it.
  public var betterBaseline: FrozenScore? {
    guard let report else { return nil }
    return baselines?.filter { $0.accuracy > report.accuracy }.max { $0.accuracy < $1.accuracy }
  }
}

/// Trains a run, or resumes or skips it, and writes what came of it to the catalog.
struct RunRecorder {
  let index: OpenIndex
  let modelHash: String
  let monitor: StepMonitor

  /// - Parameters:
  ///   - title: what the progress line calls the run.
  ///   - baselines: for the run's metrics.
  ///   - makeClassifier: a fresh, untrained classifier.
  ///   - keep: called with the trained classifier before the run counts as finished.
  /// - Throws: ``Interrupted`` after a stop; the run's checkpoint stays for the next time.
  func train(
    _ request: RunRequest, title: String, baselines: [FrozenScore]? = nil,
    makeClassifier: () throws -> any TrainableClassifier,
    keep: (any TrainableClassifier, RunMetrics, URL) throws -> Void = { _, _, _ in }
  ) throws -> Run {
    let id = try request.id(modelHash: modelHash)
    let run = try OngoingRun(index, id: id, monitor: monitor)
    let startedAt = run.startedAt
    let classifier = try makeClassifier()
    let summary = try run.train(title) { checkpoint, progress, shouldStop in
      try classifier.train(
        train: request.train, development: request.development, options: request.options,
        checkpoint: checkpoint, progress: progress, shouldStop: shouldStop)
    }
    let logits = try classifier.logits(request.test)
    // In the order of the catalog, so that sums come out the same when they are held against it.
    let order = request.testRows.indices.sorted { request.testRows[$0] < request.testRows[$1] }
    let scores = TestScores(
      order.map { request.test[$0] }, order.map { logits[$0] }, problem: request.problem,
      labels: request.labels,
      threshold: classifier.threshold ?? 0.5)
    var metrics = RunMetrics(
      report: scores.report, multiLabel: scores.multiLabel,
      threshold: request.problem == .multiLabel ? classifier.threshold ?? 0.5 : nil,
      regression: scores.regression, trainingRecords: request.train.count,
      developmentRecords: request.development.count,
      updates: summary.history.count, bestStep: summary.bestStep,
      stoppedEarly: summary.stoppedEarly, seconds: Date().timeIntervalSince(startedAt),
      examplesPerSecond: summary.examplesPerSecond, tokens: summary.tokens,
      development: summary.evaluations, baselines: baselines)
    metrics.binary = try TestScores.binary(request, logits, by: classifier)
    metrics.relations = TestScores.relations(request, logits)
    try keep(classifier, metrics, run.folder)
    let predictions = zip(order, scores.answers).map { place, answer in
      let label = request.testLabels[place]
      return Prediction(
        run: id, row: Int(request.testRows[place]), label: label, predicted: answer.predicted,
        correct: label == answer.predicted, probability: answer.probability,
        logProbability: answer.logProbability)
    }
    return try run.finish(
      summary, metrics, arm: request.arm,
      answer: request.problem == .regression ? .number : .label, seed: request.seed,
      options: request.options, predictions: predictions)
  }
}
