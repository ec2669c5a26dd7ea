/// Which records the policies `dropBoth` and `majority` take out before the walk begins.
///
/// Both look at a record and everything that is the same as it at any stage, never at the order, so
/// that what is dropped does not depend on the keep rule. Records in one large group are compared in
/// pairs: O(group²) for the groups in which labels differ.
struct ConflictResolution {
  let removal: GreedyRemoval

  /// The first conflict of every row to drop, by stage and score; protected rows are never dropped.
  func droppedRows(veto: PairVeto) -> [LabelConflict] {
    let policy = removal.options.conflicts
    guard policy == .dropBoth || policy == .majority else { return [] }
    let members = Members(removal)
    var dropped: [LabelConflict] = []
    for row in 0..<UInt32(removal.records.count) {
      let isJudged =
        !removal.records.isProtected[Int(row)] && !removal.records.isDropped[Int(row)]
      guard isJudged, removal.records.labels[Int(row)] >= 0 else { continue }
      let same = members.same(as: row, veto)
      guard var conflict = firstConflict(of: row, among: same) else { continue }
      if policy == .dropBoth || isMinority(row, among: same) {
        conflict.isDropped = true
        dropped.append(conflict)
      }
    }
    return dropped
  }

  private func firstConflict(of row: UInt32, among same: [Members.Same]) -> LabelConflict? {
    let ranks = removal.order.ranks
    let differing = same.filter { removal.records.labelsDiffer(row, $0.row) }
    let best = differing.min {
      ($0.stage, -$0.score, ranks[Int($0.row)]) < ($1.stage, -$1.score, ranks[Int($1.row)])
    }
    return best.map {
      LabelConflict(row: row, other: $0.row, score: $0.score, stage: $0.stage, isDropped: false)
    }
  }

  private func isMinority(_ row: UInt32, among same: [Members.Same]) -> Bool {
    let labels = removal.records.labels
    var counts = [labels[Int(row)]: 1]
    for other in same where labels[Int(other.row)] >= 0 {
      counts[labels[Int(other.row)], default: 0] += 1
    }
    return counts[labels[Int(row)]]! < counts.values.max()!
  }
}

/// The rows of every group, to walk from a row to all that are the same as it.
private struct Members {
  struct Same {
    var row: UInt32
    var score: Float
    var stage: RemovalStage
  }

  let removal: GreedyRemoval
  let rowsOfText: [[UInt32]]
  let rowsOfGroup: [[[UInt32]]]

  init(_ removal: GreedyRemoval) {
    func rows(_ groups: HashGroups) -> [[UInt32]] {
      var rows = [[UInt32]](repeating: [], count: groups.count)
      for (row, group) in groups.groupOfRow.enumerated() { rows[Int(group)].append(UInt32(row)) }
      return rows
    }
    self.removal = removal
    rowsOfText = rows(removal.texts)
    rowsOfGroup = removal.stages.map {
      if case .groups(let groups) = $0.relation { return rows(groups) }
      return []
    }
  }

  /// Every row in scope that is the same as `row` and not vetoed, at the cheapest stage it is.
  func same(as row: UInt32, _ veto: PairVeto) -> [Same] {
    var found: [UInt32: Same] = [:]
    for (index, stage) in removal.stages.enumerated() {
      func visit(_ rows: [UInt32], _ score: Float) {
        for other in rows where other != row && isInScope(row, other) && found[other] == nil {
          let isGuarded = removal.options.guardedStages.contains(stage.stage)
          if isGuarded, veto(stage.stage, row, other) != nil { continue }
          found[other] = Same(row: other, score: score, stage: stage.stage)
        }
      }
      switch stage.relation {
      case .groups(let groups):
        visit(rowsOfGroup[index][Int(groups.groupOfRow[Int(row)])], 1)
      case .pairs(let graph, let threshold):
        let text = removal.texts.groupOfRow[Int(row)]
        visit(rowsOfText[Int(text)], 1)
        graph.forEachNeighbor(of: text, atLeast: threshold) { visit(rowsOfText[Int($0)], $1) }
      }
    }
    return Array(found.values)
  }

  private func isInScope(_ a: UInt32, _ b: UInt32) -> Bool {
    !removal.records.isDropped[Int(b)] && removal.records.areInScope(a, b, removal.options.scope)
  }
}
