import Neighbors

/// The texts least like any other, exactly.
///
/// How far a text is from all others is the mean score of its nearest neighbors. Neighbors looked for
/// among some texts only, those of its own topic cell, score at most as high as the true ones; so
/// texts are decided against all others in the order of that bound, and the search ends where the
/// bound of the next is above the last wanted. Cells change the time alone, not the result.
public enum OutlierSearch {
  public struct Outlier: Hashable, Sendable {
    /// Row of the vectors.
    public var row: Int
    /// Mean score of its nearest others.
    public var similarity: Double
  }

  /// Neighbors whose mean counts, so that two odd texts alike do not hide each other.
  public static let neighbors = 5
  private static let largestChunk = 8192

  /// The `count` rows of lowest similarity, the lowest first, ties to the lower row.
  ///
  /// - Parameters:
  ///   - cells: a cell for each row; rows of one should be near each other.
  ///   - check: called now and then; what it throws ends the search.
  /// - Complexity: O(sum of squared cell sizes · dimension), and O(rows · dimension) for each row that
  ///   the bound does not rule out.
  public static func find(
    _ vectors: VectorRows, cells: [UInt32], count: Int, check: () throws -> Void = {}
  ) throws -> [Outlier] {
    precondition(cells.count == vectors.rows, "one cell per row")
    guard count > 0, vectors.rows > 1 else { return [] }
    let bounds = try bounds(vectors, cells, check)
    let order = bounds.indices.sorted { (bounds[$0], $0) < (bounds[$1], $1) }
    var found: [Outlier] = []
    var (start, size) = (0, max(256, count))
    while start < order.count {
      if found.count == count, bounds[order[start]] > found[count - 1].similarity { break }
      try check()
      let chunk = Array(order[start..<min(start + size, order.count)])
      found += zip(chunk, try similarities(chunk, of: vectors, among: nil)).map {
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
    _ vectors: VectorRows, _ cells: [UInt32], _ check: () throws -> Void
  ) throws -> [Double] {
    var bounds = [Double](repeating: -1, count: vectors.rows)
    for members in Dictionary(grouping: cells.indices, by: { cells[$0] }).values {
      try check()
      for (row, similarity) in zip(members, try similarities(members, of: vectors, among: members))
      {
        bounds[row] = similarity
      }
    }
    return bounds
  }

  /// Mean scores of `rows` with their nearest among `base`, all rows if nil; where there are too few
  /// in `base`, the missing ones count as the least score there is.
  private static func similarities(
    _ rows: [Int], of vectors: VectorRows, among base: [Int]?
  ) throws -> [Double] {
    let wanted = min(neighbors, vectors.rows - 1)
    return try DistinctRows(rows: rows.map { UInt32($0) }, vectors: vectors).withVectors {
      queries in
      let found = try NearestNeighbor.search(
        queries: queries, base: base == nil ? vectors : queries, count: wanted + 1)
      return zip(rows.indices, found).map { place, nearest in
        let own = base == nil ? rows[place] : place
        let others = nearest.filter { $0.row != own }.prefix(wanted)
        let sum = others.reduce(0) { $0 + Double($1.score) } - Double(wanted - others.count)
        return sum / Double(wanted)
      }
    }
  }
}
