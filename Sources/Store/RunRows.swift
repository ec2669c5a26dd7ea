import Foundation
import GRDB

/// One fine-tuning: an arm, a seed, its options and what came of it.
package struct Run: CatalogRow {
  package enum Status: String, Codable, Sendable {
    case running, finished, failed
  }

  /// The step that trained it.
  package enum Step: String, Codable, Sendable {
    case finetune, compare, inject
  }

  /// What the run's predictions are.
  package enum Answer: String, Codable, Sendable {
    /// A label of the index, or a set of them.
    case label
    /// A number as text.
    case number
    /// A tag for each word, both as JSON arrays.
    case tags
    /// How well the model did on the record, a number as text.
    case score
    /// A text.
    case text
  }

  package var id: String
  package var step: Step
  package var arm: String
  package var answer: Answer
  package var seed: Int
  /// Of a comparison's test set that it was tested on, from 0; nil where there are none.
  package var fold: Int?
  /// JSON.
  package var options: String
  package var status: Status
  package var startedAt: Date
  package var finishedAt: Date?
  /// JSON.
  package var metrics: String?

  package init(
    id: String, step: Step, arm: String, answer: Answer = .label, seed: Int, fold: Int? = nil,
    options: String, status: Status, startedAt: Date, finishedAt: Date? = nil,
    metrics: String? = nil
  ) {
    self.id = id
    self.step = step
    self.arm = arm
    self.answer = answer
    self.seed = seed
    self.fold = fold
    self.options = options
    self.status = status
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.metrics = metrics
  }

  package static let table = "runs"
  package static let columns = [
    "id", "step", "arm", "answer", "seed", "fold", "options", "status", "started_at",
    "finished_at", "metrics",
  ]

  package static let limits: [(column: Int, limit: CatalogLimit)] = [
    (4, .small), (5, .small),
  ]

  package init(row: Row) throws {
    id = try row.decode(atIndex: 0)
    step = try decoded(row, 1)
    arm = try row.decode(atIndex: 2)
    answer = try decoded(row, 3)
    seed = try row.decode(atIndex: 4)
    fold = try row.decode(atIndex: 5)
    options = try row.decode(atIndex: 6)
    status = try decoded(row, 7)
    startedAt = try row.decode(atIndex: 8)
    finishedAt = try row.decode(atIndex: 9)
    metrics = try row.decode(atIndex: 10)
  }

  package func bind(to values: inout RowBinder) {
    values.bind(id)
    values.bind(step.rawValue)
    values.bind(arm)
    values.bind(answer.rawValue)
    values.bind(seed)
    values.bind(fold)
    values.bind(options)
    values.bind(status.rawValue)
    values.bind(startedAt)
    values.bind(finishedAt)
    values.bind(metrics)
  }
}

/// One line of a run's training log.
package struct RunLogEntry: CatalogRow {
  package var run: String
  package var step: Int
  package var epoch: Double
  package var loss: Double
  package var learningRate: Double
  /// Metrics on the development set, as JSON, at the steps that evaluate.
  package var development: String?

  package init(
    run: String, step: Int, epoch: Double, loss: Double, learningRate: Double,
    development: String? = nil
  ) {
    self.run = run
    self.step = step
    self.epoch = epoch
    self.loss = loss
    self.learningRate = learningRate
    self.development = development
  }

  package static let table = "run_log"
  package static let columns = ["run", "step", "epoch", "loss", "learning_rate", "development"]

  package static let limits: [(column: Int, limit: CatalogLimit)] = [
    (1, .small)
  ]

  package init(row: Row) throws {
    run = try row.decode(atIndex: 0)
    step = try row.decode(atIndex: 1)
    epoch = try row.decode(atIndex: 2)
    loss = try row.decode(atIndex: 3)
    learningRate = try row.decode(atIndex: 4)
    development = try row.decode(atIndex: 5)
  }

  package func bind(to values: inout RowBinder) {
    values.bind(run)
    values.bind(step)
    values.bind(epoch)
    values.bind(loss)
    values.bind(learningRate)
    values.bind(development)
  }
}

/// What a run's model said about a test record.
package struct Prediction: CatalogRow {
  package var run: String
  package var row: Int
  package var label: String
  package var predicted: String
  package var correct: Bool
  /// Of the predicted label.
  package var probability: Double
  /// Natural logarithm of the probability of the true label; nil where there is none.
  package var logProbability: Double?

  package init(
    run: String, row: Int, label: String, predicted: String, correct: Bool, probability: Double,
    logProbability: Double? = nil
  ) {
    self.run = run
    self.row = row
    self.label = label
    self.predicted = predicted
    self.correct = correct
    self.probability = probability
    self.logProbability = logProbability
  }

  package static let table = "predictions"
  package static let columns = [
    "run", "row", "label", "predicted", "correct", "probability", "log_probability",
  ]

  package static let limits: [(column: Int, limit: CatalogLimit)] = [
    (1, .record), (5, .score), (6, .finite),
  ]

  package init(row: Row) throws {
    run = try row.decode(atIndex: 0)
    self.row = try row.decode(atIndex: 1)
    label = try row.decode(atIndex: 2)
    predicted = try row.decode(atIndex: 3)
    correct = try row.decode(atIndex: 4)
    probability = try row.decode(atIndex: 5)
    logProbability = try row.decode(atIndex: 6)
  }

  package func bind(to values: inout RowBinder) {
    values.bind(run)
    values.bind(row)
    values.bind(label)
    values.bind(predicted)
    values.bind(correct)
    values.bind(probability)
    values.bind(logProbability)
  }
}
