/// Groups of records that say the same, without chaining: every member is at or above a floor to the
/// group's representative.
package struct ParaphraseGroups: Sendable {
  package struct Group: Hashable, Sendable {
    package var representative: UInt32
    /// All rows of the group in canonical order, the representative first.
    package var rows: [UInt32]
    /// The lowest score of a member to the representative; 1 when all texts are equal.
    package var loosestToRepresentative: Float
  }

  /// All groups, those of a single row too, by the canonical order of their first row.
  package let groups: [Group]
  /// The group of every row.
  package let groupOfRow: [UInt32]

  /// Leader clustering (Hartigan 1975) in canonical order, then every member goes to its nearest
  /// leader: a text leads a group unless an earlier leader is at or above `floor`; of several leaders
  /// a text joins the one with the highest score, at equal scores the earlier.
  ///
  /// O(n log n + pairs).
  ///
  /// - Parameter graph: complete pairs of distinct texts at or above `floor`; vertices are the groups
  ///   of `texts`.
  package init(
    graph: PairGraph, texts: HashGroups, order: CanonicalOrder, floor: Float
  ) {
    precondition(graph.vertexCount == texts.count, "the vertices of the graph are the texts")
    precondition(order.rows.count == texts.groupOfRow.count, "the order has every row once")
    var textOrder: [UInt32] = []
    var rankOfText = [UInt32](repeating: .max, count: texts.count)
    for row in order.rows where rankOfText[Int(texts.groupOfRow[Int(row)])] == .max {
      rankOfText[Int(texts.groupOfRow[Int(row)])] = UInt32(textOrder.count)
      textOrder.append(texts.groupOfRow[Int(row)])
    }
    let leaders = Self.leaders(graph, textOrder, floor)
    let (leaderOfText, scoreOfText) = Self.nearestLeaders(graph, leaders, rankOfText, floor)

    var numberOfLeader: [UInt32: UInt32] = [:]
    var groups: [Group] = []
    var groupOfRow = [UInt32](repeating: 0, count: order.rows.count)
    for row in order.rows {
      let text = texts.groupOfRow[Int(row)]
      let leader = leaderOfText[Int(text)]
      // A member may come before its nearest leader, so the head is only known after this loop.
      let number = numberOfLeader[leader] ?? UInt32(groups.count)
      if Int(number) == groups.count {
        numberOfLeader[leader] = number
        groups.append(Group(representative: row, rows: [], loosestToRepresentative: 1))
      }
      groups[Int(number)].rows.append(row)
      groups[Int(number)].loosestToRepresentative = min(
        groups[Int(number)].loosestToRepresentative, scoreOfText[Int(text)])
      groupOfRow[Int(row)] = number
    }
    for (leader, number) in numberOfLeader {
      let group = groups[Int(number)]
      let head = group.rows.first { texts.groupOfRow[Int($0)] == leader }!
      groups[Int(number)].representative = head
      groups[Int(number)].rows = [head] + group.rows.filter { $0 != head }
    }
    self.groups = groups
    self.groupOfRow = groupOfRow
  }

  private static func leaders(_ graph: PairGraph, _ textOrder: [UInt32], _ floor: Float) -> [Bool] {
    var isLeader = [Bool](repeating: false, count: graph.vertexCount)
    for text in textOrder {
      var hasLeader = false
      graph.forEachNeighbor(of: text, atLeast: floor) { neighbor, _ in
        hasLeader = hasLeader || isLeader[Int(neighbor)]
      }
      isLeader[Int(text)] = !hasLeader
    }
    return isLeader
  }

  private static func nearestLeaders(
    _ graph: PairGraph, _ isLeader: [Bool], _ ranks: [UInt32], _ floor: Float
  ) -> ([UInt32], [Float]) {
    var leaders = (0..<UInt32(graph.vertexCount)).map { $0 }
    var scores = [Float](repeating: 1, count: graph.vertexCount)
    for text in 0..<UInt32(graph.vertexCount) where !isLeader[Int(text)] {
      var best = -Float.infinity
      graph.forEachNeighbor(of: text, atLeast: floor) { neighbor, score in
        guard isLeader[Int(neighbor)] else { return }
        let isEarlier = ranks[Int(neighbor)] < ranks[Int(leaders[Int(text)])]
        if score > best || (score == best && isEarlier) {
          best = score
          leaders[Int(text)] = neighbor
        }
      }
      scores[Int(text)] = best
    }
    return (leaders, scores)
  }
}
