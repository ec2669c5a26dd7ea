/// Some rows of a view, a block at a time and in the order they lie in, so that a large file is read
/// from its start to its end and is never in memory as a whole.
package struct RowBlocks: Sendable {
  private let vectors: VectorRows
  private let rows: [UInt32]
  private let size: Int

  /// - Parameters:
  ///   - rows: distinct rows in any order.
  ///   - size: rows of a block; 100 MB of 384 numbers each if not given.
  package init(_ vectors: VectorRows, rows: [UInt32], size: Int = 1 << 16) {
    precondition(size > 0, "a block has rows, not \(size)")
    self.vectors = vectors
    self.rows = rows
    self.size = size
  }

  /// Calls `body` with each block: places in `rows`, and the vectors of the rows there, one after the
  /// other. They are copied only if rows between them are left out.
  package func read(_ body: ([UInt32], VectorRows) throws -> Void) rethrows {
    let places = (0..<UInt32(rows.count)).sorted { rows[Int($0)] < rows[Int($1)] }
    for start in stride(from: 0, to: places.count, by: size) {
      let block = Array(places[start..<min(places.count, start + size)])
      let (first, last) = (Int(rows[Int(block[0])]), Int(rows[Int(block.last!)]))
      let range = vectors[first..<last + 1]
      if range.rows == block.count {
        try body(block, range)
      } else {
        try vectors.withCopies(of: block.map { rows[Int($0)] }) { try body(block, $0) }
      }
      range.pageOut()
    }
  }
}
