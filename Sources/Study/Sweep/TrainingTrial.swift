import Curation
import Foundation
import Training
import Transformer

/// A training that is judged by the development part alone: nothing of it has seen the test part.
public struct TrainingTrial {
  /// The same for the same model, data and options.
  let id: String
  package let options: TrainingOptions
  /// Trains, or goes on from a checkpoint at the URL.
  let train:
    (_ checkpoint: URL, _ progress: (TrainingProgress) -> Void, _ shouldStop: () -> Bool) throws ->
      TrainingSummary

  init(_ request: some TrainingRequest, _ model: ModelFolder) throws {
    id = StepAccount.hash([try request.id(model)])
    options = request.options
    train = {
      try request.train(request.learner(model), checkpoint: $0, progress: $1, shouldStop: $2)
    }
  }

  /// Makes it, or goes on with it.
  ///
  /// - Throws: ``Interrupted`` after a stop; the checkpoint stays for the next time.
  func record(in index: OpenIndex, phase: String, monitor: StepMonitor) throws -> TrialRecord {
    let run = try OngoingRun(index, id: "trial-\(id.prefix(16))", monitor: monitor)
    let record: TrialRecord
    do {
      record = TrialRecord(self, try run.train(phase, train))
    } catch let error as UntrainableOptions {
      // A learning rate at which training diverges is a result too.
      record = TrialRecord(self, error)
    }
    run.remove()
    return record
  }
}

/// How a trial ended; a line of an index's `trials.jsonl`.
struct TrialRecord: Codable, Sendable {
  /// Of the trial.
  var id: String
  /// What the task is judged by; more is better.
  var metric: TrainingOptions.Metric?
  /// At the step whose weights would be kept; nil if training failed.
  var score: Double?
  var loss: Float?
  var updates: Int
  /// The update after which ``score`` was measured.
  var bestUpdate: Int
  var seconds: Double
  /// Why there is no score.
  var failure: String?

  init(_ trial: TrainingTrial, _ summary: TrainingSummary) {
    // Of a score more is better; a regression keeps the step of the least loss, so correlation stands for it.
    (id, metric) = (trial.id, summary.metric == .loss ? .pearson : summary.metric)
    let best = summary.evaluations.first { $0.step == summary.bestStep }
    score = metric.flatMap { best?.scores[$0] }
    loss = best?.loss
    updates = summary.history.count
    bestUpdate = summary.bestStep
    seconds = summary.seconds
  }

  init(_ trial: TrainingTrial, _ error: UntrainableOptions) {
    id = trial.id
    (updates, bestUpdate, seconds) = (0, 0, 0)
    failure = error.description
  }
}
