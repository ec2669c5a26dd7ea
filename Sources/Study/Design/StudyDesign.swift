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
  public let balanced: [UInt32]
  /// The nearest raw training record of every test row.
  public let nearest: [(row: UInt32, score: Float)]
  /// Paraphrase group of every test row.
  public let testGroups: [Int]
  let table: RecordTable
  let seed: UInt64

  /// - Throws: ``CurationError`` if the records have fewer than two labels, or nothing to test on.
  public init(
    _ index: OpenIndex, options: StudyOptions, dedup: DedupOptions, split: SplitOptions,
    monitor: StepMonitor
  ) throws {
    let whole = try RecordTable(index.catalog, valueField: KeepRule(dedup.keep)?.field)
    let labeled = whole.labels.indices.filter { whole.labels[$0] != nil }.map { UInt32($0) }
    try Self.check(whole, labeled, index)
    let table = whole
    self.table = table
    seed = options.seed
    labelNames = table.labelNames
    let isTest = try Self.testRows(table, labeled, options)
    test = labeled.filter { isTest[Int($0)] }
    raw = labeled.filter { !isTest[Int($0)] }
    guard !test.isEmpty, !raw.isEmpty else {
      throw CurationError(
        place: index.folder.url.relativePath, expected: "records to train and to test on",
        found: "\(raw.count) and \(test.count)", advice: "give more labeled records")
    }
    let vectors = index.vectors.vectors
    deduped = try Self.deduped(
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

  private static func check(_ table: RecordTable, _ labeled: [UInt32], _ index: OpenIndex) throws {
    guard table.labelNames.count >= 2 else {
      throw CurationError(
        place: index.folder.url.relativePath, expected: "records with at least two labels",
        found: table.labelNames.isEmpty ? "none labeled" : "one label",
        advice: "name the field of the labels with --label-field and build the index again")
    }
    for label in table.labelNames {
      let rows = labeled.filter { table.labels[Int($0)] == label }
      if rows.count == 1 {
        throw CurationError(
          place: index.folder.url.relativePath,
          expected: "at least two records of every label",
          found: "label '\(label)' on '\(table.ids[Int(rows[0])])' alone",
          advice: "add records of that label, merge it into another, or take the record out")
      }
    }
  }

  /// The given test set, or a random draw within labels, each record on its own.
  private static func testRows(
    _ table: RecordTable, _ labeled: [UInt32], _ options: StudyOptions
  ) throws -> [Bool] {
    if table.givenSplits.contains(.test) { return table.givenSplits.map { $0 == .test } }
    let split = GroupSplit(
      parts: [
        GroupSplit.Part(name: "train", share: 1 - options.testShare),
        GroupSplit.Part(name: "test", share: options.testShare),
      ], seed: options.seed
    ).split(
      groups: Array(0..<UInt32(labeled.count)),
      labels: labeled.map { table.labelNumbers[Int($0)] },
      texts: labeled.map { table.textHashes[Int($0)] })
    var isTest = [Bool](repeating: false, count: table.count)
    for (place, row) in labeled.enumerated() { isTest[Int(row)] = split.partOfRow[place] == 1 }
    return isTest
  }

  private static func deduped(
    _ index: OpenIndex, _ table: RecordTable, labeled: [UInt32], isTest: [Bool],
    dedup: DedupOptions, monitor: StepMonitor
  ) throws -> [UInt32] {
    let removals = try Removals(
      index, table: table.restricted(to: labeled), options: dedup,
      isProtected: labeled.map { isTest[Int($0)] }, monitor: monitor)
    return removals.decide().kept.map { labeled[Int($0)] }.filter { !isTest[Int($0)] }
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
