import Neighbors

/// Why two rows that are the same at a stage are different after all; nil where they are not.
package typealias PairVeto = (RemovalStage, UInt32, UInt32) -> GuardVeto?

/// Removal of near-duplicates: walk the canonical order once; keep a record unless a record kept
/// before it is the same at some stage, else remove it with that record as witness.
///
/// A keep is never taken back and a witness is always a record kept earlier in the walk, over the
/// pairs of all stages together. So at the end, whatever the stages:
///
/// 1. every removed record has a *kept* witness at or above the threshold of the stage named;
/// 2. no two kept records are the same at any stage, except pairs that are listed (vetoed by a guard,
///    in conflict over their labels) or out of scope (both protected);
/// 3. of every group of connected records the first in canonical order is kept.
///
/// Running stage after stage, each over the survivors of the one before, gives none of this for
/// free: a later stage removes witnesses of an earlier one, and handing their dependents on to a new
/// witness is only true if that one is near them too. Equal texts are the exception (they have one
/// vector), which is why the dear stages join distinct texts and not rows.
///
/// The stage recorded is the cheapest at which some kept record is the same; the witness is the one
/// with the highest score there, and of equal scores the earliest in canonical order.
///
/// Except under ``KeepRule/first`` the result does not depend on the order of rows or pairs.
/// O(n + pairs), and one guard question at most per pair of a record with a kept one.
package struct GreedyRemoval: Sendable {
  package let records: RecordColumns
  /// The distinct texts, in whose numbers the pairs of a stage are given.
  package let texts: HashGroups
  package let order: CanonicalOrder
  package let stages: [StageRelation]
  package let options: RemovalOptions

  /// - Precondition: `order` has every row; stages are in ascending order, none twice; a graph of
  ///   pairs has one vertex per distinct text.
  package init(
    records: RecordColumns, texts: HashGroups, order: CanonicalOrder, stages: [StageRelation],
    options: RemovalOptions = RemovalOptions()
  ) {
    precondition(order.rows.count == records.count, "the order needs \(records.count) rows")
    precondition(
      zip(stages, stages.dropFirst()).allSatisfy { $0.stage < $1.stage },
      "stages run cheap to dear, each once")
    for stage in stages {
      switch stage.relation {
      case .groups(let groups):
        precondition(groups.groupOfRow.count == records.count, "\(stage.stage): rows differ")
      case .pairs(let graph, _):
        precondition(graph.vertexCount == texts.count, "\(stage.stage): vertices are not the texts")
      }
    }
    self.records = records
    self.texts = texts
    self.order = order
    self.stages = stages
    self.options = options
  }

  /// Decides about every record.
  ///
  /// - Parameter veto: asked at the guarded stages for a row and a kept row that are near; a reason
  ///   means that they are different after all. It must depend on the stage and the two texts only.
  package func run(veto: PairVeto = { _, _, _ in nil }) -> RemovalResult {
    var walk = RemovalWalk(removal: self)
    let dropped = ConflictResolution(removal: self).droppedRows(veto: veto)
    walk.drop(dropped)
    for row in order.rows { walk.judge(row, veto) }
    return walk.finished()
  }
}

/// The state of one walk: who is kept so far, by text and by group of each stage.
private struct RemovalWalk {
  let removal: GreedyRemoval
  var textLists: KeptLists
  /// One per stage; those of stages of pairs stay empty.
  var stageLists: [KeptLists]
  var isDropped: [Bool]
  var candidates: [Candidate] = []
  var passedOver: Set<UInt32> = []
  var result = RemovalResult(kept: [], removals: [], vetoes: [], conflicts: [])

  struct Candidate {
    var row: UInt32
    var score: Float
  }

  init(removal: GreedyRemoval) {
    self.removal = removal
    textLists = KeptLists(groups: removal.texts)
    stageLists = removal.stages.map {
      if case .groups(let groups) = $0.relation { return KeptLists(groups: groups) }
      return KeptLists()
    }
    isDropped = removal.records.isDropped
    result.setAside = isDropped.indices.filter { removal.records.isDropped[$0] }.map { UInt32($0) }
  }

  mutating func drop(_ conflicts: [LabelConflict]) {
    for conflict in conflicts { isDropped[Int(conflict.row)] = true }
    result.conflicts = conflicts
  }

  mutating func judge(_ row: UInt32, _ veto: PairVeto) {
    if isDropped[Int(row)] { return }
    if !removal.records.isProtected[Int(row)] {
      passedOver.removeAll(keepingCapacity: true)
      for index in removal.stages.indices {
        collectCandidates(of: row, stage: index)
        if let found = firstWitness(of: row, removal.stages[index].stage, veto) {
          result.removals.append(found)
          return
        }
      }
    } else if removal.options.scope == .all, repeatsProtected(row, veto) {
      result.protectedRepeats += 1
    }
    keep(row)
  }

  /// Whether a protected row kept before it is the same; protected rows come first in the order.
  private mutating func repeatsProtected(_ row: UInt32, _ veto: PairVeto) -> Bool {
    for (index, stage) in removal.stages.enumerated() {
      collectCandidates(of: row, stage: index)
      let isGuarded = removal.options.guardedStages.contains(stage.stage)
      if candidates.contains(where: { !isGuarded || veto(stage.stage, row, $0.row) == nil }) {
        return true
      }
    }
    return false
  }

  private mutating func keep(_ row: UInt32) {
    result.kept.append(row)
    let records = removal.records
    if removal.options.scope == .leakage && !records.isReference[Int(row)] { return }
    textLists.add(row, to: removal.texts.groupOfRow[Int(row)], records)
    for (index, stage) in removal.stages.enumerated() {
      if case .groups(let groups) = stage.relation {
        stageLists[index].add(row, to: groups.groupOfRow[Int(row)], records)
      }
    }
  }

  /// The kept rows that are the same as `row` at a stage, best witness first.
  private mutating func collectCandidates(of row: UInt32, stage index: Int) {
    candidates.removeAll(keepingCapacity: true)
    switch removal.stages[index].relation {
    case .groups(let groups):
      collect(stageLists[index], groups.groupOfRow[Int(row)], 1)
    case .pairs(let graph, let threshold):
      let text = removal.texts.groupOfRow[Int(row)]
      collect(textLists, text, 1)
      for place in graph.offsets[Int(text)]..<graph.offsets[Int(text) + 1]
      where graph.scores[place] >= threshold {
        collect(textLists, graph.neighbors[place], graph.scores[place])
      }
    }
    guard candidates.count > 1 else { return }
    let ranks = removal.order.ranks
    candidates.sort {
      $0.score != $1.score ? $0.score > $1.score : ranks[Int($0.row)] < ranks[Int($1.row)]
    }
  }

  private mutating func collect(_ lists: KeptLists, _ group: UInt32, _ score: Float) {
    var next = lists.first(of: group)
    while let row = next {
      candidates.append(Candidate(row: row, score: score))
      next = lists.after(row)
    }
  }

  private mutating func firstWitness(
    of row: UInt32, _ stage: RemovalStage, _ veto: PairVeto
  ) -> Removal? {
    let options = removal.options
    for candidate in candidates where !passedOver.contains(candidate.row) {
      let (other, score) = (candidate.row, candidate.score)
      if options.guardedStages.contains(stage), let reason = veto(stage, row, other) {
        result.vetoes.append(
          VetoedPair(row: row, other: other, score: score, stage: stage, veto: reason))
      } else if removal.records.labelsDiffer(row, other) {
        result.conflicts.append(
          LabelConflict(row: row, other: other, score: score, stage: stage, isDropped: false))
        if options.conflicts == .ignore {
          return Removal(row: row, witness: other, score: score, stage: stage)
        }
      } else {
        return Removal(row: row, witness: other, score: score, stage: stage)
      }
      passedOver.insert(other)
    }
    return nil
  }

  consuming func finished() -> RemovalResult {
    result.kept.sort()
    result.removals.sort { $0.row < $1.row }
    let ranks = removal.order.ranks
    result.vetoes.sort { ($0.row, ranks[Int($0.other)]) < ($1.row, ranks[Int($1.other)]) }
    result.conflicts.sort { ($0.row, ranks[Int($0.other)]) < ($1.row, ranks[Int($1.other)]) }
    return result
  }
}
