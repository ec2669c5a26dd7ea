import Corpus
import Curation
import Foundation
import Neighbors
import Store

/// What a model to keep is trained on (`finetune`): parts of the index's split. The arms of a study are
/// ``StudyArm``.
public enum Arm: String, Codable, CaseIterable, Sendable {
  /// The training part with what was removed for one of its records.
  case raw
  /// The training part: what the removal rule kept.
  case deduped
  /// The selected subset of it.
  case balanced
  /// As many as the selected ones, drawn at random.
  case random
}

/// Who trains and who tests, decided before any model is trained; of a study in folds those of one.
public struct StudyDesign: Sendable {
  /// Rows of the index, ascending.
  public let test: [UInt32]
  package let raw: [UInt32]
  package let decontaminated: [UInt32]
  package let deduplicated: [UInt32]
  package let balanced: [UInt32]
  /// Those that differ from `raw`, and what they are compared with.
  public private(set) var arms: [StudyArm] = []
  /// Whether a training record repeats the test row: those that `decontaminated` lacks are these
  /// copies.
  public let isLeaked: [Bool]
  /// The nearest raw training record of every test row.
  public let nearest: [(row: UInt32, score: Float)]
  /// Paraphrase group of every test row.
  public let testGroups: [Int]
  /// What of the labeled records takes no part, and why, in sentences.
  public private(set) var notes: [String]
  let table: RecordTable
  let population: Population
  let seed: UInt64

  /// One for every fold, all with the same arms; one without folds.
  ///
  /// - Throws: ``CurationError`` if the records have not what the task learns, or nothing to test on.
  public static func all(
    _ index: OpenIndex, options: StudyOptions, dedup: DedupOptions, split: SplitOptions,
    monitor: StepMonitor
  ) throws -> [StudyDesign] {
    let table = try index.records(valueField: KeepRule(dedup.keep)?.field)
    let copies = try CopySearch(index, options: dedup, monitor: monitor)
    var designs = try Population.all(table, options).map { population in
      if let obstacle = try population.obstacle(index) { throw obstacle }
      return try StudyDesign(
        index, table, population, copies, seed: options.seed, dedup: dedup, split: split,
        monitor: monitor)
    }
    let (arms, omitted) = arms(designs)
    for fold in designs.indices {
      designs[fold].arms = arms
      designs[fold].notes += omitted
    }
    return designs
  }

  private init(
    _ index: OpenIndex, _ table: RecordTable, _ population: Population, _ copies: CopySearch,
    seed: UInt64, dedup: DedupOptions, split: SplitOptions, monitor: StepMonitor
  ) throws {
    self.table = table
    self.seed = seed
    self.population = population
    (test, raw) = (population.test, population.raw)
    let vectors = index.vectors.vectors
    let copied = try copies.rows(of: raw, repeating: test)
    decontaminated = raw.filter { !copied.contains($0) }
    let leaked = try copies.rows(of: test, repeating: raw)
    isLeaked = test.map { leaked.contains($0) }
    deduplicated = try Self.deduplicated(index, table, raw, dedup, monitor)
    monitor.progress(StepProgress(phase: "selecting", completed: 0, total: nil, unit: "records"))
    // As many records as the arm it is compared with has, whatever the budget of the split.
    var selection = split
    selection.budgetTokens = nil
    balanced = try BalancedSelection(index, table: table, options: selection)
      .select(raw, size: .records(deduplicated.count)).rows.sorted()
    notes = population.notes
    nearest = try Self.nearest(test, raw, vectors)
    testGroups = try Self.groups(of: test, index, table)
  }

  /// One random subset serves both sizes where they differ by no more than this part of `raw`.
  private static let sameSize = 0.01

  /// Filtered arms that leave something out in some fold and leave something to learn in all.
  private static func arms(_ folds: [StudyDesign]) -> ([StudyArm], notes: [String]) {
    var notes: [String] = []
    func isFiltered(_ arm: StudyArm, _ rows: (StudyDesign) -> [UInt32]) -> Bool {
      if folds.allSatisfy({ rows($0).count == $0.raw.count }) {
        let what = arm == .decontaminated ? "a test item" : "another training record"
        notes.append("No training record repeats \(what): there is no arm “\(arm.rawValue)”.")
        return false
      }
      guard let shortage = folds.compactMap({ $0.population.shortage(rows($0)) }).first else {
        return true
      }
      notes.append("There is no arm “\(arm.rawValue)”: it would have \(shortage).")
      return false
    }
    var arms: [StudyArm] = [.raw]
    if isFiltered(.decontaminated, \.decontaminated) { arms.append(.decontaminated) }
    if isFiltered(.deduplicated, \.deduplicated) { arms += [.deduplicated, .balanced, .random] }
    let isApart = folds.contains {
      abs(Double($0.decontaminated.count - $0.deduplicated.count)) / Double($0.raw.count) > sameSize
    }
    if arms.contains(.decontaminated), !arms.contains(.random) || isApart {
      arms.append(.randomDecontaminated)
    }
    return (arms, notes)
  }

  /// The training rows of an arm; only random ones differ from seed to seed.
  public func rows(_ arm: StudyArm, seed runSeed: UInt64) -> [UInt32] {
    switch arm {
    case .raw: raw
    case .decontaminated: decontaminated
    case .deduplicated: deduplicated
    case .balanced: balanced
    case .random: drawn(deduplicated.count, runSeed)
    case .randomDecontaminated: drawn(decontaminated.count, runSeed)
    }
  }

  /// By a hash of text, id and seed, so that the draw does not depend on the order of records.
  private func drawn(_ count: Int, _ runSeed: UInt64) -> [UInt32] {
    let keys = raw.map { row in
      ContentHash("\(seed) \(runSeed) \(table.ids[Int(row)]) \(table.texts[Int(row)])")
    }
    return raw.indices.sorted { keys[$0] < keys[$1] }.prefix(count).map { raw[$0] }.sorted()
  }

  /// Where each test row stands: leaked, or by the cosine to its nearest training record, which for a
  /// pair that a guard holds apart may be high.
  public func slices(near: Double) -> [TestSlice] {
    zip(isLeaked, nearest).map { isLeaked, nearest in
      isLeaked ? .leaked : Double(nearest.score) >= near ? .near : .clean
    }
  }

  /// Why the records of an index cannot be studied; nil if they can.
  public static func obstacle(_ index: OpenIndex, options: StudyOptions) throws -> CurationError? {
    try Population.all(index.records(), options).compactMap { try $0.obstacle(index) }.first
  }

  /// What the removal rule keeps of the training rows, no test row in sight.
  private static func deduplicated(
    _ index: OpenIndex, _ table: RecordTable, _ raw: [UInt32], _ dedup: DedupOptions,
    _ monitor: StepMonitor
  ) throws -> [UInt32] {
    var options = dedup
    options.scope = .all
    let removals = try Removals(
      index, table: table.restricted(to: raw), options: options,
      isProtected: raw.map { _ in false }, monitor: monitor)
    return removals.decide().kept.map { raw[Int($0)] }
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

  /// Training rows to choose options by: whole paraphrase groups of about this share of `raw`, labels in their
  /// shares.
  ///
  /// - Throws: ``CurationError`` if there is no group to leave out.
  package func development(_ index: OpenIndex, share: Double) throws -> [UInt32] {
    let groups = try groups(of: raw, index)
    let numbers = Dictionary(
      zip(Set(groups).sorted(), 0...).map { ($0, UInt32($1)) },
      uniquingKeysWith: { first, _ in first })
    let split = GroupSplit(
      parts: [
        GroupSplit.Part(name: "train", share: 1 - share),
        GroupSplit.Part(name: "development", share: share),
      ], seed: seed
    ).split(
      groups: groups.map { numbers[$0]! }, labels: raw.map { table.strata[Int($0)] },
      texts: raw.map { table.textHashes[Int($0)] })
    let chosen = raw.indices.filter { split.partOfRow[$0] == 1 }.map { raw[$0] }
    guard !chosen.isEmpty, chosen.count < raw.count else {
      throw CurationError(
        place: index.folder.url.relativePath,
        expected: "records of several groups to choose learning rates by",
        found: "\(raw.count) to train on", advice: "leave --tune out")
    }
    return chosen
  }

  /// The paraphrase group of each row; what is in none is a group of its own.
  func groups(of rows: [UInt32], _ index: OpenIndex) throws -> [Int] {
    try Self.groups(of: rows, index, table)
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
