import Curation
import Neighbors
import Testing

@Suite struct SelectionCellTests {
  private let dimension = 8
  private let rows = 700

  private func unitRows(_ random: inout TestRandom) -> [Float] {
    (0..<rows).flatMap { _ in
      let row = (0..<dimension).map { _ in Float.random(in: -1...1, using: &random) }
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return row.map { $0 / length }
    }
  }

  /// Cells partition the items within their topics, and the graph has just the pairs of a cell of
  /// which one is among the nearest of the other.
  @Test func cellsAndNeighborsAreThoseOfAPlainSearch() throws {
    var random = TestRandom(31)
    let values = unitRows(&random)
    let topics = (0..<rows).map { UInt32($0 % 10 == 0 ? 0 : $0 % 10 < 3 ? 1 : 2) }
    let items = (0..<UInt32(rows)).filter { $0 % 7 != 0 }.shuffled(using: &random)
    var limits = SelectionCells.Limits()
    limits.exactItems = 500
    limits.largestTopic = 200
    limits.cellSize = 60
    try values.withUnsafeBufferPointer { values in
      let vectors = VectorRows(pointer: values.baseAddress!, rows: rows, dimension: dimension)
      let cells = try SelectionCells(items, topicOfRow: topics, vectors: vectors, limits: limits)
      #expect(cells.cells.count > 4)
      #expect(cells.cells.flatMap(\.self).sorted() == (0..<UInt32(items.count)).map { $0 })
      let graph = try cells.neighborGraph(count: 4)
      var expected: Set<[UInt32]> = []
      for cell in cells.cells {
        #expect(Set(cell.map { topics[Int(items[Int($0)])] }).count == 1)
        for item in cell {
          let others = cell.filter { $0 != item }.map { other in
            (other, vectors.score(Int(items[Int(item)]), Int(items[Int(other)])))
          }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
          for (other, score) in others.prefix(4) where score > 0 {
            expected.insert([min(item, other), max(item, other)])
            #expect(graph.score(item, other) == score)
          }
        }
      }
      #expect(graph.pairCount == expected.count)
      let whole = try SelectionCells(items, topicOfRow: topics, vectors: vectors)
      #expect(whole.cells.count == 1)
    }
  }
}
