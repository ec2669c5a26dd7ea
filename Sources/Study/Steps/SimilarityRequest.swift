import Curation
import Foundation
import Store
import Training
import Transformer

/// How well sentence vectors say what is alike in test examples, before and after training.
public struct SimilarityScores: Codable, Hashable, Sendable {
  /// What is minimized.
  public var loss: SimilarityLoss
  /// Where the pairs came from: scores, fields, labels or clusters.
  public var source: String
  /// As it was before.
  public var before: SimilarityReport
  /// As it is after.
  public var after: SimilarityReport
  /// Of the main score; nil with fewer than two test items.
  public var gain: SimilarityGain?
}

/// A training of sentence vectors.
struct SimilarityRequest: TrainingRequest {
  var step: Run.Step
  var arm: String
  var seed: UInt64
  var fold: Int?
  var source: SimilarityData.Source
  var train: [SimilarityExample]
  var development: [SimilarityExample]
  var test: [SimilarityExample]
  /// Rows of the index of the test examples and their labels; empty where an example is more than a record.
  var testRows: [Int]
  var testLabels: [String?]
  var maximumTokens: Int
  /// Those of sentence vectors among them.
  var options: TrainingOptions

  var counts: (train: Int, development: Int) { (train.count, development.count) }

  var answer: Run.Answer { source == .scores ? .number : .score }

  var content: [String] {
    [train, development, test].map { examples in
      examples.map { "\($0.score ?? -1)\t\($0.group ?? -1)\t" + $0.texts.joined(separator: "\t") }
        .joined(separator: "\n")
    }
  }

  func learner(_ model: ModelFolder) throws -> SimilarityTrainer {
    try SimilarityTrainer(
      folder: model, options: options,
      maximumTokens: min(maximumTokens, model.configuration.maximumPositions))
  }

  /// The vectors as the model makes them.
  func before(_ trainer: SimilarityTrainer, _ monitor: StepMonitor) throws -> SimilarityReport {
    monitor.progress(
      StepProgress(phase: "scoring the model as it is", completed: 0, total: 1, unit: "models"))
    return try trainer.report(test)
  }

  func train(
    _ trainer: SimilarityTrainer, checkpoint: URL?, progress: (TrainingProgress) -> Void,
    shouldStop: () -> Bool
  ) throws -> TrainingSummary {
    try trainer.train(
      train: train, development: development, checkpoint: checkpoint, progress: progress,
      shouldStop: shouldStop)
  }

  func score(
    _ trainer: SimilarityTrainer, _ before: SimilarityReport, run: String,
    _ metrics: inout RunMetrics
  ) throws -> [Prediction] {
    let after = try trainer.report(test)
    metrics.similarity = SimilarityScores(
      loss: options.similarity!.loss, source: source.rawValue, before: before, after: after,
      gain: SimilarityGain(from: before, to: after))
    return predictions(after, run: run)
  }

  func save(_ trainer: SimilarityTrainer, _ metrics: RunMetrics, to folder: URL, run: String)
    throws
  {
    try trainer.save(to: folder, run: run)
  }

  /// What the vectors say of each test record: a cosine beside its score, or how well they do.
  private func predictions(_ report: SimilarityReport, run: String) -> [Prediction] {
    zip(testRows, zip(testLabels, report.byExample)).map { row, answer in
      let label = source == .scores ? answer.0 ?? "" : ""
      return Prediction(
        run: run, row: row, label: label, predicted: "\(answer.1)",
        correct: label == "\(answer.1)", probability: 1)
    }
  }
}
