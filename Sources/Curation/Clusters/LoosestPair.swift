import Neighbors

/// The two members of a group least alike.
package struct LoosestPair: Hashable, Sendable {
  package var a: UInt32
  package var b: UInt32
  package var score: Float

  /// More rows than this are searched by blocks instead of one by one.
  private static let fewRows = 64

  /// The pair of lowest score among `rows` of `vectors`, of several the first by the order of `rows`;
  /// nil for fewer than two rows.
  ///
  /// The nearest neighbor of a negated vector is the farthest of the vector itself, and its canonical
  /// score the exact negative, so large groups cost no more than a search. O(rows² · dimension).
  package init?(_ rows: [UInt32], vectors: VectorRows) throws {
    guard rows.count > 1 else { return nil }
    self.init(a: rows[0], b: rows[1], score: vectors.score(Int(rows[0]), Int(rows[1])))
    if rows.count <= Self.fewRows {
      for (place, a) in rows.enumerated() {
        for b in rows[(place + 1)...] { offer(a, b, vectors.score(Int(a), Int(b))) }
      }
    } else {
      try DistinctRows(rows: rows, vectors: vectors).withVectors { base in
        let farthest = try Self.negated(base) {
          try NearestNeighbor.search(queries: $0, base: base)
        }
        for (place, other) in farthest.enumerated() where other!.row != place {
          let (first, second) = (min(place, other!.row), max(place, other!.row))
          offer(rows[first], rows[second], -other!.score)
        }
      }
    }
  }

  private init(a: UInt32, b: UInt32, score: Float) { (self.a, self.b, self.score) = (a, b, score) }

  private mutating func offer(_ a: UInt32, _ b: UInt32, _ score: Float) {
    if score < self.score { self = LoosestPair(a: a, b: b, score: score) }
  }

  private static func negated<Result>(
    _ vectors: VectorRows, _ body: (VectorRows) throws -> Result
  ) rethrows -> Result {
    let count = vectors.rows * vectors.dimension
    let copy = UnsafeMutablePointer<Float>.allocate(capacity: count)
    defer { copy.deallocate() }
    for place in 0..<count { copy[place] = -vectors.pointer[place] }
    return try body(
      VectorRows(pointer: copy, rows: vectors.rows, dimension: vectors.dimension))
  }
}
