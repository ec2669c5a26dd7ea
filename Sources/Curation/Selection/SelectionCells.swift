import Neighbors

/// Items divided so that no step of a selection grows with the square of their number: all in one
/// cell while they are few, else by topic, a large topic by spherical k-means.
package struct SelectionCells {
  /// Up to when what is done.
  package struct Limits: Sendable {
    /// All items are one cell.
    package var exactItems = 50_000
    /// A topic is a cell.
    package var largestTopic = 10_000
    /// Items of a cell of k-means, about.
    package var cellSize = 2_000

    package init() {}
  }

  /// Numbers of the items, ascending within each cell.
  package let cells: [[UInt32]]
  private let items: [UInt32]
  private let vectors: VectorRows

  /// - Parameter items: their rows.
  package init(
    _ items: [UInt32], topicOfRow: [UInt32], vectors: VectorRows, limits: Limits = Limits()
  ) throws {
    self.items = items
    self.vectors = vectors
    let all = Array(0..<UInt32(items.count))
    guard items.count > limits.exactItems else {
      cells = [all]
      return
    }
    let topics = Dictionary(grouping: all) { topicOfRow[Int(items[Int($0)])] }
    cells = try topics.sorted { $0.key < $1.key }.flatMap { _, topic in
      topic.count > limits.largestTopic
        ? try Self.divide(topic, items, vectors, size: limits.cellSize) : [topic]
    }
  }

  private static func divide(
    _ topic: [UInt32], _ items: [UInt32], _ vectors: VectorRows, size: Int
  ) throws -> [[UInt32]] {
    let count = topic.count / size
    let rows = DistinctRows(rows: topic.map { items[Int($0)] }, vectors: vectors)
    let result = try rows.withVectors {
      try SphericalKMeans.cluster($0, count: count, seed: 0, iterations: 10)
    }
    var cells = [[UInt32]](repeating: [], count: count)
    for (place, cell) in result.assignment.enumerated() { cells[Int(cell)].append(topic[place]) }
    return cells.filter { !$0.isEmpty }
  }

  /// Every item with its `count` nearest neighbors of its cell, in either direction. What the cells
  /// leave out counts as no similarity: bounds hold for the graph as it is.
  package func neighborGraph(count: Int) throws -> PairGraph {
    var pairs: [ScoredPair] = []
    for cell in cells where cell.count > 1 {
      let rows = DistinctRows(rows: cell.map { items[Int($0)] }, vectors: vectors)
      let nearest = try rows.withVectors {
        try NearestNeighbor.search(
          queries: $0, base: $0, count: min(count, cell.count - 1), excludeSelf: true)
      }
      var found: [ScoredPair] = []
      for (place, neighbors) in nearest.enumerated() {
        for neighbor in neighbors where neighbor.score > 0 {
          found.append(
            ScoredPair(
              a: cell[min(place, neighbor.row)], b: cell[max(place, neighbor.row)],
              score: neighbor.score))
        }
      }
      // A pair of mutual neighbors was found from both ends.
      found.sort { ($0.a, $0.b) < ($1.a, $1.b) }
      for (place, pair) in found.enumerated()
      where place == 0 || (found[place - 1].a, found[place - 1].b) != (pair.a, pair.b) {
        pairs.append(pair)
      }
    }
    return PairGraph(vertexCount: items.count, pairs: pairs)
  }
}
