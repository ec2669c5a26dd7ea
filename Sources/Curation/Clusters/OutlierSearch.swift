import Neighbors

/// The texts least like any other, exactly.
///
/// How far a text is from all others is the mean score of its nearest neighbors. Neighbors looked for
/// among some texts only, those of its own topic cell, score at most as high as the true ones; so
/// texts are decided against all others in the order of that bound, and the search ends where the
/// bound of the next is above the last wanted. Cells change the time alone, not the result.
package enum OutlierSearch {
  package struct Outlier: Hashable, Sendable {
    /// Row of the vectors.
    package var row: Int
    /// Mean score of its nearest others.
    package var similarity: Double
  }

  /// Neighbors whose mean counts, so that two odd texts alike do not hide each other.
  package static let neighbors = 5
  private static let largestChunk = 8192

  /// The `count` rows of lowest similarity, the lowest first, ties to the lower row.
  ///
  /// - Parameters:
  ///   - rows: the distinct rows to search, by whose places those found and `cells` are numbered; all
  ///     rows if nil. Only blocks of them are in memory at a time.
  ///   - cells: a cell for each row; rows of one should be near each other.
  ///   - check: called now and then; what it throws ends the search.
  /// - Complexity: O(sum of squared cell sizes · dimension), and O(rows · dimension) for each row that
  ///   the bound does not rule out.
  package static func find(
    _ vectors: VectorRows, rows: [UInt32]? = nil, cells: [UInt32], count: Int,
    check: () throws -> Void = {}
  ) throws -> [Outlier] {
    let texts = DistinctRows(rows: rows ?? Array(0..<UInt32(vectors.rows)), vectors: vectors)
    precondition(cells.count == texts.rows.count, "one cell per row")
    guard count > 0, cells.count > 1 else { return [] }
    let bounds = try bounds(texts, cells, check)
    let order = bounds.indices.sorted { (bounds[$0], $0) < (bounds[$1], $1) }
    var found: [Outlier] = []
    var (start, size) = (0, max(256, count))
    while start < order.count {
      if found.count == count, bounds[order[start]] > found[count - 1].similarity { break }
      try check()
      let chunk = Array(order[start..<min(start + size, order.count)])
      found += zip(chunk, try similarities(chunk, of: texts, among: nil)).map {
        Outlier(row: $0, similarity: $1)
      }
      found.sort { ($0.similarity, $0.row) < ($1.similarity, $1.row) }
      found.removeLast(max(0, found.count - count))
      start += chunk.count
      size = min(Self.largestChunk, size * 2)
    }
    return found
  }

  private static func bounds(
    _ texts: DistinctRows, _ cells: [UInt32], _ check: () throws -> Void
  ) throws -> [Double] {
    var bounds = [Double](repeating: -1, count: cells.count)
    for members in Dictionary(grouping: cells.indices, by: { cells[$0] }).values {
      try check()
      for (row, similarity) in zip(members, try similarities(members, of: texts, among: members)) {
        bounds[row] = similarity
      }
    }
    return bounds
  }

  /// Mean scores of the texts at `places` with their nearest among `base`, all if nil; where there are
  /// too few in `base`, the missing ones count as the least score there is.
  private static func similarities(
    _ places: [Int], of texts: DistinctRows, among base: [Int]?
  ) throws -> [Double] {
    let wanted = min(neighbors, texts.rows.count - 1)
    var best = [[Float]](repeating: [], count: places.count)
    /// - Parameter numbers: the place of each row of `rows`.
    func search(_ queries: VectorRows, in rows: VectorRows, _ numbers: [Int]) throws {
      let found = try NearestNeighbor.search(queries: queries, base: rows, count: wanted + 1)
      for (query, nearest) in found.enumerated() {
        best[query] += nearest.filter { numbers[$0.row] != places[query] }.map(\.score)
        best[query].sort(by: >)
        best[query].removeLast(max(0, best[query].count - wanted))
      }
    }
    try DistinctRows(rows: places.map { texts.rows[$0] }, vectors: texts.vectors).withVectors {
      queries in
      if let base { return try search(queries, in: queries, base) }
      try RowBlocks(texts.vectors, rows: texts.rows).read { numbers, block in
        try search(queries, in: block, numbers.map { Int($0) })
      }
    }
    return best.map { scores in
      let sum = scores.reduce(0) { $0 + Double($1) } - Double(wanted - scores.count)
      return sum / Double(wanted)
    }
  }
}
