import Corpus
import Neighbors

/// Recomputes what the removal rule promises, from the texts and vectors and not from the pairs the
/// removal used.
///
/// O(n log n + removals + pairs) plus the caller's closures.
package struct Verification: Sendable {
  package let records: RecordColumns
  package let result: RemovalResult
  /// The stages that were run and the score each asked for.
  package let thresholds: [RemovalStage: Float]
  package let options: RemovalOptions
  /// The most a stored score may differ from the recomputed one, and a recomputed one be below the
  /// threshold.
  package let tolerance: Float
  /// In which records were offered a place; nil to leave that unchecked.
  package let order: CanonicalOrder?

  package init(
    records: RecordColumns, result: RemovalResult, thresholds: [RemovalStage: Float],
    options: RemovalOptions, order: CanonicalOrder? = nil, tolerance: Float = 1e-6
  ) {
    self.order = order
    self.records = records
    self.result = result
    self.thresholds = thresholds
    self.options = options
    self.tolerance = tolerance
  }

  /// Every violation, in a fixed order; empty when all promises hold.
  ///
  /// - Parameters:
  ///   - score: the score of two rows at a stage, computed anew from text or vectors; rows of equal
  ///     texts score 1.
  ///   - veto: what the guards say of two rows at a stage.
  ///   - keptPairs: for every stage that was run, all pairs of kept rows at or above its threshold,
  ///     found anew (row numbers, in either direction). Pairs of equal texts need not be listed.
  package func violations(
    score: (RemovalStage, UInt32, UInt32) -> Float,
    veto: PairVeto = { _, _, _ in nil },
    keptPairs: [RemovalStage: [ScoredPair]]
  ) -> [Violation] {
    let unknown = unknownRows()
    if !unknown.isEmpty { return unknown }
    return accountViolations() + removalViolations(score, veto) + listViolations(score, veto)
      + keptPairViolations(keptPairs) + groupViolations()
  }

  /// A ledger that names rows out of range cannot be checked further.
  private func unknownRows() -> [Violation] {
    var rows = result.kept
    rows += result.removals.flatMap { [$0.row, $0.witness] }
    rows += result.vetoes.flatMap { [$0.row, $0.other] }
    rows += result.conflicts.flatMap { [$0.row, $0.other] } + result.setAside
    let unknown = Set(rows.filter { $0 >= records.count })
    return unknown.sorted().map { Violation(kind: .unknownRow, rows: [$0]) }
  }

  /// Every row is exactly one of kept, removed, dropped, and protected rows are kept.
  private func accountViolations() -> [Violation] {
    var counts = [Int](repeating: 0, count: records.count)
    let takenOut = result.removals.map(\.row) + result.droppedRows
    for row in result.kept + takenOut { counts[Int(row)] += 1 }
    let unaccounted = counts.indices.filter { counts[$0] != 1 }
    return unaccounted.map { Violation(kind: .unaccounted, rows: [UInt32($0)]) }
      + takenOut.filter { records.isProtected[Int($0)] }
      .map { Violation(kind: .protectedRemoved, rows: [$0]) }
      + result.kept.filter { records.isDropped[Int($0)] }
      .map { Violation(kind: .decisionIgnored, rows: [$0]) }
  }

  private func removalViolations(
    _ score: (RemovalStage, UInt32, UInt32) -> Float, _ veto: PairVeto
  ) -> [Violation] {
    let isKept = keptFlags()
    var found: [Violation] = []
    for removal in result.removals {
      let pair = [removal.row, removal.witness]
      if !isKept[Int(removal.witness)] || removal.row == removal.witness {
        found.append(Violation(kind: .witnessNotKept, rows: pair, stage: removal.stage))
      }
      guard let threshold = thresholds[removal.stage], isInScope(pair[0], pair[1]) else {
        found.append(Violation(kind: .outOfScope, rows: pair, stage: removal.stage))
        continue
      }
      let recomputed = score(removal.stage, removal.row, removal.witness)
      if !(recomputed >= threshold - tolerance) {
        found.append(
          Violation(
            kind: .belowThreshold, rows: pair, stage: removal.stage, stored: removal.score,
            recomputed: recomputed))
      }
      found += mismatch(pair, removal.stage, stored: removal.score, recomputed: recomputed)
      found += policyViolations(removal, score, veto)
    }
    return found
  }

  /// What a removal for a record that is near could still break: guards, labels, order, stage.
  private func policyViolations(
    _ removal: Removal, _ score: (RemovalStage, UInt32, UInt32) -> Float,
    _ veto: PairVeto
  ) -> [Violation] {
    let (row, witness, stage) = (removal.row, removal.witness, removal.stage)
    var kinds: [Violation.Kind] = []
    if options.guardedStages.contains(stage), veto(stage, row, witness) != nil {
      kinds.append(.guardIgnored)
    }
    if options.conflicts != .ignore, records.labelsDiffer(row, witness) {
      kinds.append(.labelsIgnored)
    }
    if let ranks = order?.ranks, ranks[Int(witness)] > ranks[Int(row)] { kinds.append(.keepOrder) }
    let isCheaper = thresholds.contains { other, threshold in
      other < stage && score(other, row, witness) >= threshold + tolerance * (threshold < 1 ? 1 : 0)
    }
    if isCheaper { kinds.append(.otherStage) }
    return kinds.map { Violation(kind: $0, rows: [row, witness], stage: stage) }
  }

  /// Listed vetoes and conflicts excuse a kept pair, so each must be what it says.
  private func listViolations(
    _ score: (RemovalStage, UInt32, UInt32) -> Float, _ veto: PairVeto
  ) -> [Violation] {
    var found: [Violation] = []
    for vetoed in result.vetoes {
      let pair = [vetoed.row, vetoed.other]
      if veto(vetoed.stage, pair[0], pair[1]) != vetoed.veto {
        found.append(Violation(kind: .unfoundedVeto, rows: pair, stage: vetoed.stage))
      }
      let recomputed = score(vetoed.stage, pair[0], pair[1])
      found += mismatch(pair, vetoed.stage, stored: vetoed.score, recomputed: recomputed)
    }
    for conflict in result.conflicts {
      let pair = [conflict.row, conflict.other]
      if !records.labelsDiffer(pair[0], pair[1]) {
        found.append(Violation(kind: .unfoundedConflict, rows: pair, stage: conflict.stage))
      }
      let recomputed = score(conflict.stage, pair[0], pair[1])
      found += mismatch(pair, conflict.stage, stored: conflict.score, recomputed: recomputed)
    }
    return found
  }

  private func mismatch(
    _ pair: [UInt32], _ stage: RemovalStage, stored: Float, recomputed: Float
  ) -> [Violation] {
    // Written so that a score that is not a number is a mismatch.
    if abs(stored - recomputed) <= tolerance { return [] }
    return [
      Violation(
        kind: .scoreMismatch, rows: pair, stage: stage, stored: stored, recomputed: recomputed)
    ]
  }

  private func keptPairViolations(_ keptPairs: [RemovalStage: [ScoredPair]]) -> [Violation] {
    let isKept = keptFlags()
    let excuses = Excuses(records: records, result: result)
    var found: [Violation] = []
    for stage in RemovalStage.allCases {
      guard let threshold = thresholds[stage] else { continue }
      for pair in keptPairs[stage] ?? [] where pair.score >= threshold {
        let (a, b) = (pair.a, pair.b)
        let isChecked = isKept[Int(a)] && isKept[Int(b)] && isInScope(a, b)
        if isChecked, !excuses.contain(a, b) {
          found.append(
            Violation(kind: .keptPair, rows: [a, b], stage: stage, recomputed: pair.score))
        }
      }
    }
    if let cheapest = thresholds.keys.min() {
      found += equalPairs(excuses).map {
        Violation(kind: .keptPair, rows: [$0.0, $0.1], stage: cheapest, recomputed: 1)
      }
    }
    return found
  }

  /// Kept rows of equal text, in scope and without an excuse: for every row the first such pair, so
  /// that a large group costs its rows times its labels and not its square.
  private func equalPairs(_ excuses: Excuses) -> [(UInt32, UInt32)] {
    // Protected rows first: under the scope `leakage` only they are compared with.
    let order = CanonicalOrder(
      records: records, preference: Array(repeating: 0, count: records.count))
    var earlier: [ContentHash: [UInt32]] = [:]
    var found: [(UInt32, UInt32)] = []
    let isKept = keptFlags()
    for row in order.rows where isKept[Int(row)] {
      let others = earlier[records.texts[Int(row)]] ?? []
      if !records.isProtected[Int(row)],
        let other = others.first(where: { !excuses.contain($0, row) })
      {
        found.append((other, row))
      }
      let isNew = !others.contains { records.areAlike($0, row) }
      if isNew, options.scope == .all || records.isReference[Int(row)] {
        earlier[records.texts[Int(row)], default: []].append(row)
      }
    }
    return found
  }

  private func groupViolations() -> [Violation] {
    var sets = DisjointSets(count: records.count)
    for removal in result.removals { sets.unite(removal.row, removal.witness) }
    let dropped = Set(result.droppedRows)
    var members: [UInt32: [UInt32]] = [:]
    for row in 0..<UInt32(records.count) where !dropped.contains(row) {
      members[sets.root(of: row), default: []].append(row)
    }
    let isKept = keptFlags()
    return members.values.filter { group in !group.contains { isKept[Int($0)] } }
      .sorted { $0[0] < $1[0] }.map { Violation(kind: .emptyGroup, rows: $0) }
  }

  private func keptFlags() -> [Bool] {
    var flags = [Bool](repeating: false, count: records.count)
    for row in result.kept { flags[Int(row)] = true }
    return flags
  }

  private func isInScope(_ a: UInt32, _ b: UInt32) -> Bool {
    records.areInScope(a, b, options.scope)
  }
}

/// The listed vetoes and conflicts. Guards read texts and conflicts labels, so a pair listed speaks for
/// all rows with the same texts and labels.
private struct Excuses {
  private struct Kind: Hashable {
    var text: ContentHash
    var label: Int32
  }

  private struct Pair: Hashable {
    var first: Kind
    var second: Kind
  }

  private let records: RecordColumns
  private var pairs = Set<Pair>()

  init(records: RecordColumns, result: RemovalResult) {
    self.records = records
    for pair in result.vetoes { pairs.insert(key(pair.row, pair.other)) }
    for pair in result.conflicts { pairs.insert(key(pair.row, pair.other)) }
  }

  func contain(_ a: UInt32, _ b: UInt32) -> Bool { !pairs.isEmpty && pairs.contains(key(a, b)) }

  private func key(_ a: UInt32, _ b: UInt32) -> Pair {
    let (left, right) = (kind(a), kind(b))
    let isOrdered = (left.text, left.label) <= (right.text, right.label)
    return isOrdered ? Pair(first: left, second: right) : Pair(first: right, second: left)
  }

  private func kind(_ row: UInt32) -> Kind {
    Kind(text: records.texts[Int(row)], label: max(records.labels[Int(row)], -1))
  }
}
