import Corpus
import Curation
import Foundation
import Neighbors
import Store

/// The arms of a study. They change the training data and nothing else.
public enum Arm: String, Codable, CaseIterable, Sendable {
  /// All training records.
  case raw
  /// What the removal rule keeps of them, the test set protected: neither near-duplicates of each
  /// other nor of a test record.
  case deduped
  /// As many as `deduped` has, chosen for diversity with even quotas by label and topic.
  case balanced
  /// As many as `deduped` has, drawn at random, anew for every seed: what mere shrinking does.
  case random

  public var title: String {
    switch self {
    case .raw: "all training records"
    case .deduped: "without near-duplicates of each other and of the test set"
    case .balanced: "a diverse subset of the same size, even by label and topic"
    case .random: "a random subset of the same size"
    }
  }
}

/// Who trains and who tests, decided before any model is trained.
public struct StudyDesign: Sendable {
  public let labelNames: [String]
  /// Rows of the index, ascending.
  public let test: [UInt32]
  public let raw: [UInt32]
  public let deduped: [UInt32]
  /// What ``deduped`` lacks of ``raw``.
  public let removed: ArmRemovals
  public let balanced: [UInt32]
  /// The nearest raw training record of every test row.
  public let nearest: [(row: UInt32, score: Float)]
  /// Paraphrase group of every test row.
  public let testGroups: [Int]
  /// What of the labeled records takes no part, and why, in sentences.
  public let notes: [String]
  let table: RecordTable
  let seed: UInt64

  /// - Throws: ``CurationError`` if the records have fewer than two labels, or nothing to test on.
  public init(
    _ index: OpenIndex, options: StudyOptions, dedup: DedupOptions, split: SplitOptions,
    monitor: StepMonitor
  ) throws {
    let table = try RecordTable(index.catalog, valueField: KeepRule(dedup.keep)?.field)
    self.table = table
    seed = options.seed
    let population = Population(table, options)
    if let obstacle = population.obstacle(table, index.folder.url.relativePath) { throw obstacle }
    labelNames = table.labelNames
    notes = population.notes
    (test, raw) = (population.test, population.raw)
    let labeled = (raw + test).sorted()
    let isTest = population.isTest
    let vectors = index.vectors.vectors
    (deduped, removed) = try Self.deduped(
      index, table, labeled: labeled, isTest: isTest, dedup: dedup, monitor: monitor)
    monitor.progress(StepProgress(phase: "selecting", completed: 0, total: nil, unit: "records"))
    // As many records as the arm it is compared with has, whatever the budget of the split.
    var selection = split
    selection.budgetTokens = nil
    balanced = try BalancedSelection(index, table: table, options: selection)
      .select(raw, size: .records(deduped.count)).rows.sorted()
    nearest = try Self.nearest(test, raw, vectors)
    testGroups = try Self.groups(of: test, index, table)
  }

  /// The training rows of an arm; only `random` differs from seed to seed.
  public func rows(_ arm: Arm, seed runSeed: UInt64) -> [UInt32] {
    switch arm {
    case .raw: return raw
    case .deduped: return deduped
    case .balanced: return balanced
    case .random:
      // By a hash of text, id and seed, so that the draw does not depend on the order of records.
      let keys = raw.map { row in
        ContentHash("\(seed) \(runSeed) \(table.ids[Int(row)]) \(table.texts[Int(row)])")
      }
      let drawn = raw.indices.sorted { keys[$0] < keys[$1] }.prefix(deduped.count)
      return drawn.map { raw[$0] }.sorted()
    }
  }

  static func tooFewLabels(_ table: RecordTable, _ place: String) -> CurationError {
    CurationError(
      place: place, expected: "records with at least two labels",
      found: table.labelNames.first.map { "the label '\($0)' alone" } ?? "none labeled",
      advice: "name the field of the labels with --label-field and build the index again")
  }

  /// Why the records of an index cannot be studied; nil if they can.
  public static func obstacle(_ index: OpenIndex, options: StudyOptions) throws -> CurationError? {
    let table = try RecordTable(index.catalog)
    return Population(table, options).obstacle(table, index.folder.url.relativePath)
  }

  private static func deduped(
    _ index: OpenIndex, _ table: RecordTable, labeled: [UInt32], isTest: [Bool],
    dedup: DedupOptions, monitor: StepMonitor
  ) throws -> ([UInt32], ArmRemovals) {
    let removals = try Removals(
      index, table: table.restricted(to: labeled), options: dedup,
      isProtected: labeled.map { isTest[Int($0)] }, monitor: monitor)
    let result = removals.decide()
    let kept = result.kept.map { labeled[Int($0)] }.filter { !isTest[Int($0)] }
    let againstTest = result.removals.count { isTest[Int(labeled[Int($0.witness)])] }
    let raw = labeled.count { !isTest[Int($0)] }
    return (
      kept, ArmRemovals(within: raw - kept.count - againstTest, againstTest: againstTest)
    )
  }

  private static func nearest(_ test: [UInt32], _ raw: [UInt32], _ vectors: VectorRows) throws
    -> [(row: UInt32, score: Float)]
  {
    try DistinctRows(rows: test, vectors: vectors).withVectors { queries in
      try DistinctRows(rows: raw, vectors: vectors).withVectors { base in
        try NearestNeighbor.search(queries: queries, base: base).map {
          (row: raw[$0!.row], score: $0!.score)
        }
      }
    }
  }

  private static func groups(of rows: [UInt32], _ index: OpenIndex, _ table: RecordTable) throws
    -> [Int]
  {
    var groups = [Int](repeating: -1, count: table.count)
    for member in try index.catalog.members(kind: .paraphrase) {
      groups[member.row] = member.cluster
    }
    // A record in no group is a group of its own; equal texts always share a group.
    return rows.map { groups[Int($0)] >= 0 ? groups[Int($0)] : table.count + Int($0) }
  }
}
