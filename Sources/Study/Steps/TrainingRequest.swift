import Curation
import Foundation
import Store
import Training
import Transformer

/// What one training is made from, whatever is learned; equal requests are the same run.
protocol TrainingRequest {
  /// What learns.
  associatedtype Learner
  /// What is measured before anything is learned.
  associatedtype Before

  /// The step that asks for it.
  var step: Run.Step { get }
  /// What is trained on.
  var arm: String { get }
  var seed: UInt64 { get }
  /// Of a study's test set that it is tested on, from 0; nil where there are none.
  var fold: Int? { get }
  var maximumTokens: Int { get }
  var options: TrainingOptions { get set }
  /// Data and settings that decide the result beside model, options and limit of tokens.
  var content: [String] { get }
  /// How many examples there are.
  var counts: (train: Int, development: Int) { get }
  /// What the predictions are.
  var answer: Run.Answer { get }
  /// What people should know of the data.
  var remarks: [String] { get }

  /// A fresh one, which knows what the model knows.
  func learner(_ model: ModelFolder) throws -> Learner

  func before(_ learner: Learner, _ monitor: StepMonitor) throws -> Before

  /// Trains, or goes on from the checkpoint.
  func train(
    _ learner: Learner, checkpoint: URL?, progress: (TrainingProgress) -> Void,
    shouldStop: () -> Bool
  ) throws -> TrainingSummary

  /// Scores what has learned on the test part.
  ///
  /// - Parameter metrics: of the training; gets the scores.
  /// - Returns: what it says of the test records.
  func score(_ learner: Learner, _ before: Before, run: String, _ metrics: inout RunMetrics)
    throws -> [Prediction]

  /// Writes the model's folder.
  func save(_ learner: Learner, _ metrics: RunMetrics, to folder: URL, run: String) throws
}

extension TrainingRequest {
  var remarks: [String] { [] }

  /// The same for the same data, options and model.
  func id(_ model: ModelFolder) throws -> String {
    let hash = StepAccount.hash(
      [model.hash, try StepAccount.json(options), "\(maximumTokens)"] + content)
    return "\(arm)-seed\(seed)\(fold.map { "-fold\($0)" } ?? "")-\(hash.prefix(10))"
  }
}

extension TrainingRequest where Before == Void {
  func before(_ learner: Learner, _ monitor: StepMonitor) {}
}

/// Trains a run, or resumes it, and writes what came of it to the catalog.
struct RunRecorder {
  let index: OpenIndex
  let model: ModelFolder
  let monitor: StepMonitor

  /// - Parameters:
  ///   - title: what the progress line calls the run.
  ///   - output: where the model goes before the run counts as finished; nowhere if nil.
  /// - Throws: ``Interrupted`` after a stop; the run's checkpoint stays for the next time.
  func train<Request: TrainingRequest>(
    _ request: Request, title: String, output: URL? = nil
  ) throws -> RunMetrics {
    let run = try OngoingRun(index, id: try request.id(model), monitor: monitor)
    let learner = try request.learner(model)
    let before = try request.before(learner, monitor)
    let result = try run.train(title) {
      try request.train(learner, checkpoint: $0, progress: $1, shouldStop: $2)
    }
    var metrics = RunMetrics(result, request.counts)
    let predictions = try request.score(learner, before, run: run.id, &metrics)
    metrics.seconds = Date().timeIntervalSince(run.startedAt)
    if let output { try request.save(learner, metrics, to: output, run: run.id) }
    try run.finish(result, metrics, of: request, predictions)
    return metrics
  }
}
