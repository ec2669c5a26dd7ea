import Files
import Foundation
import Neighbors
import Store

/// What `verify` found.
public struct VerifySummary: Codable, Sendable {
  /// The folder of the index.
  public var index: String
  /// The score at or above which two texts count as the same.
  public var threshold: Float
  /// How many records are left.
  public var kept: Int
  /// How many records are not, each for one that is kept.
  public var removed: Int
  /// Records left out without a witness: by hand, or over a label conflict.
  public var dropped: Int
  /// Pairs at or above the threshold that a guard vetoed.
  public var vetoedPairs: Int
  /// Pairs at or above the threshold whose labels differ.
  public var conflictPairs: Int
  /// All violations, by kind; empty when everything holds.
  public var violationsByKind: [String: Int]
  /// Sentences about the first hundred of them, for people, records named by id.
  public var violations: [String]
  /// What to do, each advice once.
  public var advice: [String] = []
  /// The steps that were done again and compared; nil where that was not asked for.
  public var replayed: [String]?
  /// How many texts were embedded again; nil where that was not asked for.
  public var embedded: Int?

  /// Takes in what another check found; `name` says what a row is called.
  public mutating func add(_ found: [Violation], naming name: (UInt32) -> String) {
    for violation in found {
      violationsByKind[violation.kind.rawValue, default: 0] += 1
      if !advice.contains(violation.kind.advice) { advice.append(violation.kind.advice) }
      if violations.count < Self.listedViolations {
        violations.append(violation.sentence(naming: name))
      }
    }
  }

  private static let listedViolations = 100
}

/// Recomputes from texts and vectors what an index promises: that its files and records are those that
/// were indexed, that every removal follows from the rule, and that the split parts what it should.
public struct VerifyStep {
  private let index: OpenIndex
  private let monitor: StepMonitor

  /// Only prepares the work.
  public init(_ index: OpenIndex, monitor: StepMonitor) {
    self.index = index
    self.monitor = monitor
  }

  /// - Throws: `FileError` if nothing was deduplicated yet.
  public func run() throws -> VerifySummary {
    let options = try index.options(of: "dedup", as: DedupOptions.self)
    let rule = try options.validate()
    let table = try index.records(for: options)
    let texts = HashGroups(table.textHashes)
    let ledger = try Ledger(in: index.catalog)
    let result = try ledger.result(
      kept: index.catalog.keptRows(), place: index.folder.catalog.relativePath)
    // Only the rule `central` looks at pairs to order the records.
    let removals = Removals(
      table: table, texts: texts,
      semantic: rule == .central
        ? try index.pairs(of: .semantic, texts)
          .filter { $0.score >= options.threshold } : [],
      options: options, rule: rule)
    let lexical = LexicalStages(index: index, table: table, texts: texts, options: options)
    let keptPairs = try self.keptPairs(result, lexical, options)
    var violations =
      try ContentCheck(index: index).violations()
      + StepCheck(index: index, options: options).violations()
    violations += Verification(
      records: removals.columns, result: result, thresholds: options.thresholds,
      options: RemovalOptions(scope: options.scope, conflicts: options.conflicts),
      order: removals.order
    ).violations(score: score(lexical, texts), veto: removals.veto, keptPairs: keptPairs)
    violations += dropViolations(ledger, table, options)
    violations += ledgerViolations(ledger, table, options)
    violations += try SplitCheck(
      index: index, table: table, options: options, kept: result.kept, keptPairs: keptPairs
    ).violations()
    violations += try PredictionCheck(index: index, table: table).violations()
    var summary = VerifySummary(
      index: index.folder.url.relativePath, threshold: options.threshold,
      kept: result.kept.count, removed: result.removals.count, dropped: result.setAside.count,
      vetoedPairs: result.vetoes.count, conflictPairs: result.conflicts.count,
      violationsByKind: [:], violations: [])
    summary.add(violations) { "'\(table.ids[Int($0)])'" }
    return summary
  }

  /// What the ledger says beside rows and scores, and the labels of the conflicts.
  private func ledgerViolations(
    _ ledger: Ledger, _ table: RecordTable, _ options: DedupOptions
  ) -> [Violation] {
    let removals = ledger.removals.filter { removal in
      let stage = RemovalStage(rawValue: removal.stage)
      return removal.rule != options.keep
        || removal.scope != table.scope(witness: removal.witness)
        || removal.guards != stage.flatMap(options.guardsAsked)
    }
    let conflicts = ledger.conflicts.filter {
      $0.labelA != table.labels[$0.a] || $0.labelB != table.labels[$0.b]
    }
    return removals.map { Violation(kind: .otherRule, rows: [UInt32($0.row)]) }
      + conflicts.map { Violation(kind: .unfoundedConflict, rows: [UInt32($0.a), UInt32($0.b)]) }
  }

  /// Every drop needs a decision by hand, or a listed conflict under a policy that drops.
  private func dropViolations(
    _ ledger: Ledger, _ table: RecordTable, _ options: DedupOptions
  ) -> [Violation] {
    let listed = Set(ledger.conflicts.map { [min($0.a, $0.b), max($0.a, $0.b)] })
    return ledger.drops.filter { drop in
      guard table.isDropped.indices.contains(drop.row) else { return false }
      if drop.reason == .manual { return !table.isDropped[drop.row] }
      guard let other = drop.other else { return true }
      let pair = [min(drop.row, other), max(drop.row, other)]
      let drops = options.conflicts == .dropBoth || options.conflicts == .majority
      return !drops || !listed.contains(pair)
    }.map { Violation(kind: .unfoundedDrop, rows: [UInt32($0.row)]) }
  }

  private func score(_ lexical: LexicalStages, _ texts: HashGroups)
    -> (RemovalStage, UInt32, UInt32) -> Float
  {
    let vectors = index.vectors.vectors
    let table = lexical.table
    return { stage, a, b in
      switch stage {
      case .exact: table.texts[Int(a)] == table.texts[Int(b)] ? 1 : 0
      case .normalized: table.normalizedHashes[Int(a)] == table.normalizedHashes[Int(b)] ? 1 : 0
      case .lexical, .containment:
        texts.groupOfRow[Int(a)] == texts.groupOfRow[Int(b)] ? 1 : lexical.score(stage, a, b)
      case .semantic:
        texts.groupOfRow[Int(a)] == texts.groupOfRow[Int(b)]
          ? 1 : vectors.score(Int(a), Int(b))
      }
    }
  }

  /// All pairs of kept records at or above the threshold, found anew.
  private func keptPairs(
    _ result: RemovalResult, _ lexical: LexicalStages, _ options: DedupOptions
  ) throws -> [RemovalStage: [ScoredPair]] {
    var pairs: [RemovalStage: [ScoredPair]] = [:]
    if options.stages.contains(.normalized) {
      pairs[.normalized] = Self.equalPairs(result.kept, lexical.table.normalizedHashes)
    }
    for stage in options.stages where stage == .lexical || stage == .containment {
      pairs[stage] = lexical.join(
        stage, rows: result.kept, threshold: options.threshold(of: stage))
    }
    if options.stages.contains(.semantic) {
      let rows = DistinctRows(rows: result.kept, vectors: index.vectors.vectors)
      pairs[.semantic] = try rows.withVectors { vectors in
        var found: [ScoredPair] = []
        try ExactJoin.selfJoin(
          vectors, options: JoinOptions(threshold: options.threshold),
          progress: { share in
            monitor.progress(
              StepProgress(
                phase: "verifying", completed: Int(share * 1000), total: 1000,
                unit: "per mille of all pairs"))
          }, shouldStop: monitor.shouldStop
        ) { batch in
          found += batch.map {
            ScoredPair(a: rows.rows[Int($0.a)], b: rows.rows[Int($0.b)], score: $0.score)
          }
        }
        return found
      }
    }
    return pairs
  }

  private static func equalPairs<Key: Hashable>(_ rows: [UInt32], _ keys: [Key]) -> [ScoredPair] {
    var groups: [Key: [UInt32]] = [:]
    for row in rows { groups[keys[Int(row)], default: []].append(row) }
    return groups.values.flatMap { group in
      group.dropFirst().map { ScoredPair(a: group[0], b: $0, score: 1) }
    }
  }
}
