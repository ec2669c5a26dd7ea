/// Topic cells: what a k-means assignment says of each cell.
package struct TopicCells: Sendable {
  package struct Cell: Hashable, Sendable {
    package var size: Int
    /// The row nearest to the centroid, at equal scores the first in canonical order; nil where the
    /// cell is empty.
    package var centralRow: UInt32?
    /// Mean score of the rows with the centroid.
    package var meanScore: Double
  }

  package let cellOfRow: [UInt32]
  package let cells: [Cell]

  /// - Parameters:
  ///   - assignment: the cell of every row, below `count`.
  ///   - scores: the score of every row with its centroid.
  package init(assignment: [UInt32], scores: [Float], count: Int, order: CanonicalOrder) {
    precondition(assignment.count == scores.count, "one score per row")
    precondition(assignment.count == order.rows.count, "the order has every row once")
    var cells = [Cell](repeating: Cell(size: 0, centralRow: nil, meanScore: 0), count: count)
    for row in order.rows {
      let cell = Int(assignment[Int(row)])
      cells[cell].size += 1
      cells[cell].meanScore += Double(scores[Int(row)])
      if let best = cells[cell].centralRow, scores[Int(best)] >= scores[Int(row)] { continue }
      cells[cell].centralRow = row
    }
    for index in cells.indices where cells[index].size > 0 {
      cells[index].meanScore /= Double(cells[index].size)
    }
    self.cells = cells
    cellOfRow = assignment
  }
}
