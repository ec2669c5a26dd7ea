import Foundation
import GRDB

/// How near a test record is to the raw training set.
package struct TestSliceRow: CatalogRow {
  package enum Slice: String, Codable, Sendable, CaseIterable {
    case leaked, near, clean
  }

  package var row: Int
  package var slice: Slice
  /// Row of the nearest raw training record.
  package var nearest: Int
  package var similarity: Double

  package init(row: Int, slice: Slice, nearest: Int, similarity: Double) {
    self.row = row
    self.slice = slice
    self.nearest = nearest
    self.similarity = similarity
  }

  package static let table = "test_slices"
  package static let columns = ["row", "slice", "nearest", "similarity"]

  package static let limits: [(column: Int, limit: CatalogLimit)] = [
    (0, .record), (2, .record), (3, .score),
  ]

  package init(row: Row) throws {
    self.row = try row.decode(atIndex: 0)
    slice = try decoded(row, 1)
    nearest = try row.decode(atIndex: 2)
    similarity = try row.decode(atIndex: 3)
  }

  package func bind(to values: inout RowBinder) {
    values.bind(row)
    values.bind(slice.rawValue)
    values.bind(nearest)
    values.bind(similarity)
  }
}

/// The difference between two arms on one metric and slice.
package struct ComparisonRow: CatalogRow {
  package var baseline: String
  package var arm: String
  package var metric: String
  /// `all`, `leaked`, `near` or `clean`.
  package var slice: String
  /// Arm minus baseline.
  package var difference: Double
  package var low: Double
  package var high: Double
  package var pValue: Double
  /// After Holm's correction.
  package var adjustedPValue: Double
  /// Of swapping the arms group by group.
  package var permutationPValue: Double
  /// A difference surely smaller than this counts as none.
  package var margin: Double
  /// Of a difference of the margin or more, after Holm's correction.
  package var equivalencePValue: Double
  package var minimumDetectable: Double
  package var verdict: String

  package init(
    baseline: String, arm: String, metric: String, slice: String, difference: Double, low: Double,
    high: Double, pValue: Double, adjustedPValue: Double, permutationPValue: Double,
    margin: Double, equivalencePValue: Double, minimumDetectable: Double, verdict: String
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
    self.permutationPValue = permutationPValue
    self.margin = margin
    self.equivalencePValue = equivalencePValue
    self.minimumDetectable = minimumDetectable
    self.verdict = verdict
  }

  package static let table = "comparisons"
  package static let columns = [
    "baseline", "arm", "metric", "slice", "difference", "low", "high", "p_value", "adjusted_p",
    "permutation_p", "margin", "equivalence_p", "minimum_detectable", "verdict",
  ]

  package init(row: Row) throws {
    baseline = try row.decode(atIndex: 0)
    arm = try row.decode(atIndex: 1)
    metric = try row.decode(atIndex: 2)
    slice = try row.decode(atIndex: 3)
    difference = try row.decode(atIndex: 4)
    low = try row.decode(atIndex: 5)
    high = try row.decode(atIndex: 6)
    pValue = try row.decode(atIndex: 7)
    adjustedPValue = try row.decode(atIndex: 8)
    permutationPValue = try row.decode(atIndex: 9)
    margin = try row.decode(atIndex: 10)
    equivalencePValue = try row.decode(atIndex: 11)
    minimumDetectable = try row.decode(atIndex: 12)
    verdict = try row.decode(atIndex: 13)
  }

  package func bind(to values: inout RowBinder) {
    values.bind(baseline)
    values.bind(arm)
    values.bind(metric)
    values.bind(slice)
    values.bind(difference)
    values.bind(low)
    values.bind(high)
    values.bind(pValue)
    values.bind(adjustedPValue)
    values.bind(permutationPValue)
    values.bind(margin)
    values.bind(equivalencePValue)
    values.bind(minimumDetectable)
    values.bind(verdict)
  }
}

/// A step that was done: with what, when, at what cost.
package struct Step: CatalogRow {
  package var name: String
  /// JSON.
  package var options: String
  /// Of all the step's result depends on.
  package var inputHash: String
  package var finishedAt: Date
  package var seconds: Double
  /// Bytes.
  package var peakMemory: Int
  /// The command line.
  package var command: String
  /// Of the tool.
  package var version: String

  package init(
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

  package static let table = "steps"
  package static let columns = [
    "name", "options", "input_hash", "finished_at", "seconds", "peak_memory", "command", "version",
  ]

  package init(row: Row) throws {
    name = try row.decode(atIndex: 0)
    options = try row.decode(atIndex: 1)
    inputHash = try row.decode(atIndex: 2)
    finishedAt = try row.decode(atIndex: 3)
    seconds = try row.decode(atIndex: 4)
    peakMemory = try row.decode(atIndex: 5)
    command = try row.decode(atIndex: 6)
    version = try row.decode(atIndex: 7)
  }

  package func bind(to values: inout RowBinder) {
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
