/// A partition of the rows; groups are numbered by their lowest row.
package struct RowGroups: Hashable, Sendable {
  package let groupOfRow: [UInt32]
  package let count: Int

  /// The finest partition in which the two rows of every link are together and so are all rows of
  /// equal entries in each of `partitions`.
  ///
  /// For a split that nothing leaks through, unite the paraphrase groups with the equal texts, every
  /// removed record with its witness and every pair the guards vetoed or the labels kept apart.
  /// O((n + links) log n).
  package init(rowCount: Int, partitions: [[UInt32]] = [], links: some Sequence<(UInt32, UInt32)>) {
    var sets = DisjointSets(count: rowCount)
    for partition in partitions {
      precondition(partition.count == rowCount, "a partition has \(rowCount) entries")
      var first: [UInt32: UInt32] = [:]
      for (row, group) in partition.enumerated() {
        if let other = first[group] {
          sets.unite(UInt32(row), other)
        } else {
          first[group] = UInt32(row)
        }
      }
    }
    for (a, b) in links { sets.unite(a, b) }
    var number: [UInt32: UInt32] = [:]
    groupOfRow = (0..<UInt32(rowCount)).map { row in
      let root = sets.root(of: row)
      if let known = number[root] { return known }
      number[root] = UInt32(number.count)
      return UInt32(number.count - 1)
    }
    count = number.count
  }

  /// Connected components of the pairs at or above `threshold`, over rows: the strictest groups for a
  /// split, and the looser ones for reading, because they chain (A~B~C with A far from C).
  package static func connected(_ graph: PairGraph, texts: HashGroups, atLeast threshold: Float)
    -> RowGroups
  {
    let representatives = texts.representatives
    let links = (0..<UInt32(graph.vertexCount)).lazy.flatMap { vertex in
      let places = graph.offsets[Int(vertex)]..<graph.offsets[Int(vertex) + 1]
      return places.lazy.filter { graph.scores[$0] >= threshold && graph.neighbors[$0] > vertex }
        .map { (representatives[Int(vertex)], representatives[Int(graph.neighbors[$0])]) }
    }
    return RowGroups(
      rowCount: texts.groupOfRow.count, partitions: [texts.groupOfRow], links: links)
  }

  /// How many rows each group has.
  package var sizes: [Int] {
    var sizes = [Int](repeating: 0, count: count)
    for group in groupOfRow { sizes[Int(group)] += 1 }
    return sizes
  }
}
