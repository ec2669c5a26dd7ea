import Corpus
import Foundation
import GRDB

/// One fine-tuning: an arm, a seed, its options and what came of it.
public struct Run: CatalogRow {
  public enum Status: String, Codable, Sendable {
    case running, finished, failed
  }

  public var id: String
  public var arm: String
  public var seed: Int
  /// JSON.
  public var options: String
  public var status: Status
  public var startedAt: Date
  public var finishedAt: Date?
  /// JSON.
  public var metrics: String?

  public init(
    id: String, arm: String, seed: Int, options: String, status: Status, startedAt: Date,
    finishedAt: Date? = nil, metrics: String? = nil
  ) {
    self.id = id
    self.arm = arm
    self.seed = seed
    self.options = options
    self.status = status
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.metrics = metrics
  }

  public static let table = "runs"
  public static let columns = [
    "id", "arm", "seed", "options", "status", "started_at", "finished_at", "metrics",
  ]

  public init(row: Row) throws {
    id = row[0]
    arm = row[1]
    seed = row[2]
    options = row[3]
    status = try decoded(row, 4)
    startedAt = row[5]
    finishedAt = row[6]
    metrics = row[7]
  }

  public func bind(to values: inout RowBinder) {
    values.bind(id)
    values.bind(arm)
    values.bind(seed)
    values.bind(options)
    values.bind(status.rawValue)
    values.bind(startedAt)
    values.bind(finishedAt)
    values.bind(metrics)
  }
}

/// One line of a run's training log.
public struct RunLogEntry: CatalogRow {
  public var run: String
  public var step: Int
  public var epoch: Double
  public var loss: Double
  public var learningRate: Double
  /// Metrics on the development set, as JSON, at the steps that evaluate.
  public var development: String?

  public init(
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

  public static let table = "run_log"
  public static let columns = ["run", "step", "epoch", "loss", "learning_rate", "development"]

  public init(row: Row) throws {
    run = row[0]
    step = row[1]
    epoch = row[2]
    loss = row[3]
    learningRate = row[4]
    development = row[5]
  }

  public func bind(to values: inout RowBinder) {
    values.bind(run)
    values.bind(step)
    values.bind(epoch)
    values.bind(loss)
    values.bind(learningRate)
    values.bind(development)
  }
}

/// What a run's model said about a test record.
public struct Prediction: CatalogRow {
  public var run: String
  public var row: Int
  public var label: String
  public var predicted: String
  public var correct: Bool
  /// Of the predicted label.
  public var probability: Double

  public init(
    run: String, row: Int, label: String, predicted: String, correct: Bool, probability: Double
  ) {
    self.run = run
    self.row = row
    self.label = label
    self.predicted = predicted
    self.correct = correct
    self.probability = probability
  }

  public static let table = "predictions"
  public static let columns = ["run", "row", "label", "predicted", "correct", "probability"]

  public init(row: Row) throws {
    run = row[0]
    self.row = row[1]
    label = row[2]
    predicted = row[3]
    correct = row[4]
    probability = row[5]
  }

  public func bind(to values: inout RowBinder) {
    values.bind(run)
    values.bind(row)
    values.bind(label)
    values.bind(predicted)
    values.bind(correct)
    values.bind(probability)
  }
}

/// How near a test record is to the raw training set.
public struct TestSlice: CatalogRow {
  public enum Slice: String, Codable, Sendable, CaseIterable {
    case leaked, near, clean
  }

  public var row: Int
  public var slice: Slice
  /// Row of the nearest raw training record.
  public var nearest: Int
  public var similarity: Double

  public init(row: Int, slice: Slice, nearest: Int, similarity: Double) {
    self.row = row
    self.slice = slice
    self.nearest = nearest
    self.similarity = similarity
  }

  public static let table = "test_slices"
  public static let columns = ["row", "slice", "nearest", "similarity"]

  public init(row: Row) throws {
    self.row = row[0]
    slice = try decoded(row, 1)
    nearest = row[2]
    similarity = row[3]
  }

  public func bind(to values: inout RowBinder) {
    values.bind(row)
    values.bind(slice.rawValue)
    values.bind(nearest)
    values.bind(similarity)
  }
}

/// The difference between two arms on one metric and slice.
public struct Comparison: CatalogRow {
  public var baseline: String
  public var arm: String
  public var metric: String
  /// `all`, `leaked`, `near` or `clean`.
  public var slice: String
  /// Arm minus baseline.
  public var difference: Double
  public var low: Double
  public var high: Double
  public var pValue: Double
  /// After Holm's correction.
  public var adjustedPValue: Double
  public var minimumDetectable: Double
  public var verdict: String

  public init(
    baseline: String, arm: String, metric: String, slice: String, difference: Double, low: Double,
    high: Double, pValue: Double, adjustedPValue: Double, minimumDetectable: Double, verdict: String
  ) {
    self.baseline = baseline
    self.arm = arm
    self.metric = metric
    self.slice = slice
    self.difference = difference
    self.low = low
    self.high = high
    self.pValue = pValue
    self.adjustedPValue = adjustedPValue
    self.minimumDetectable = minimumDetectable
    self.verdict = verdict
  }

  public static let table = "comparisons"
  public static let columns = [
    "baseline", "arm", "metric", "slice", "difference", "low", "high", "p_value", "adjusted_p",
    "minimum_detectable", "verdict",
  ]

  public init(row: Row) throws {
    baseline = row[0]
    arm = row[1]
    metric = row[2]
    slice = row[3]
    difference = row[4]
    low = row[5]
    high = row[6]
    pValue = row[7]
    adjustedPValue = row[8]
    minimumDetectable = row[9]
    verdict = row[10]
  }

  public func bind(to values: inout RowBinder) {
    values.bind(baseline)
    values.bind(arm)
    values.bind(metric)
    values.bind(slice)
    values.bind(difference)
    values.bind(low)
    values.bind(high)
    values.bind(pValue)
    values.bind(adjustedPValue)
    values.bind(minimumDetectable)
    values.bind(verdict)
  }
}

/// A step that was done: with what, when, at what cost.
public struct Step: CatalogRow {
  public var name: String
  /// JSON.
  public var options: String
  /// Of all the step's result depends on.
  public var inputHash: String
  public var finishedAt: Date
  public var seconds: Double
  /// Bytes.
  public var peakMemory: Int
  /// The command line.
  public var command: String
  /// Of the tool.
  public var version: String

  public init(
    name: String, options: String, inputHash: String, finishedAt: Date, seconds: Double,
    peakMemory: Int, command: String, version: String
  ) {
    self.name = name
    self.options = options
    self.inputHash = inputHash
    self.finishedAt = finishedAt
    self.seconds = seconds
    self.peakMemory = peakMemory
    self.command = command
    self.version = version
  }

  public static let table = "steps"
  public static let columns = [
    "name", "options", "input_hash", "finished_at", "seconds", "peak_memory", "command", "version",
  ]

  public init(row: Row) throws {
    name = row[0]
    options = row[1]
    inputHash = row[2]
    finishedAt = row[3]
    seconds = row[4]
    peakMemory = row[5]
    command = row[6]
    version = row[7]
  }

  public func bind(to values: inout RowBinder) {
    values.bind(name)
    values.bind(options)
    values.bind(inputHash)
    values.bind(finishedAt)
    values.bind(seconds)
    values.bind(peakMemory)
    values.bind(command)
    values.bind(version)
  }
}
