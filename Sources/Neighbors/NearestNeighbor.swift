import Foundation
import Kernels

/// Exact nearest neighbours by canonical score.
public enum NearestNeighbor {
  /// The base row nearest to each query row, and its score.
  ///
  /// - Parameter excludeSelf: query `i` is base row `i` and does not count as its own neighbour.
  /// - Returns: one entry per query; nil where no base row is left. Ties go to the lowest base row,
  ///   so the result depends on the vectors alone.
  /// - Throws: ``NeighborsError`` for vectors that are not finite.
  public static func search(
    queries: VectorRows, base: VectorRows, excludeSelf: Bool = false
  ) throws -> [(row: Int, score: Float)?] {
    try search(queries: queries, base: base, count: 1, excludeSelf: excludeSelf).map(\.first)
  }

  /// The `count` base rows nearest to each query row, best first, ties to the lowest row; fewer
  /// where the base has fewer rows.
  ///
  /// Float32 products with their error bound filter; canonical scores decide.
  ///
  /// - Complexity: O(queries.rows · base.rows · dimension), parallel over queries.
  public static func search(
    queries: VectorRows, base: VectorRows, count: Int, excludeSelf: Bool = false
  ) throws -> [[(row: Int, score: Float)]] {
    precondition(queries.dimension == base.dimension, "two sets of different dimension")
    precondition(count > 0, "count must be positive, got \(count)")
    let norms = try RowNorms(queries)
    let largest = try RowNorms(base).largest
    let error = RowNorms.float32Error(dimension: base.dimension, norms.largest, largest)
    let blocks = (queries.rows + JoinTile.rows - 1) / JoinTile.rows
    let results = Results(blocks)
    Threads.forEach(blocks) { block in
      let start = block * JoinTile.rows
      let rows = start..<min(queries.rows, start + JoinTile.rows)
      results[block] = nearest(queries, rows, base, count, excludeSelf, error)
    }
    return results.all
  }

  private static func nearest(
    _ queries: VectorRows, _ rows: Range<Int>, _ base: VectorRows, _ count: Int,
    _ excludeSelf: Bool, _ error: Float
  ) -> [[(row: Int, score: Float)]] {
    let products = Buffer<Float>(count: JoinTile.rows * JoinTile.columns)
    var best = rows.map { _ in BestRows(count: count) }
    var start = 0
    while start < base.rows {
      let columns = start..<min(base.rows, start + JoinTile.columns)
      start = columns.upperBound
      RowProducts.float32(
        left: queries[rows.lowerBound], leftRows: rows.count, right: base[columns.lowerBound],
        rightRows: columns.count, dimension: base.dimension, into: products.pointer)
      for row in 0..<rows.count {
        best[row].take(
          products.pointer + row * columns.count, columns, error,
          excluded: excludeSelf ? rows.lowerBound + row : -1
        ) { canonicalDot(queries[rows.lowerBound + row], base[$0], count: base.dimension) }
      }
    }
    return best.map(\.rows)
  }

  /// One slot per block, each written by one worker.
  private final class Results: @unchecked Sendable {
    private let lock = NSLock()
    private var slots: [[[(row: Int, score: Float)]]]
    init(_ count: Int) { slots = Array(repeating: [], count: count) }
    var all: [[(row: Int, score: Float)]] { slots.flatMap { $0 } }
    subscript(block: Int) -> [[(row: Int, score: Float)]] {
      get { lock.withLock { slots[block] } }
      set { lock.withLock { slots[block] = newValue } }
    }
  }
}

/// The best rows of one query so far: score descending, then row ascending.
private struct BestRows {
  let count: Int
  private(set) var rows: [(row: Int, score: Float)] = []

  init(count: Int) { self.count = count }

  /// Looks at a tile's products: `score` is asked only for rows that may still get in.
  mutating func take(
    _ products: UnsafePointer<Float>, _ columns: Range<Int>, _ error: Float, excluded: Int,
    score: (Int) -> Float
  ) {
    var cutoff = cutoff(error)
    // The largest product first: it raises the cut-off before the many others are looked at.
    let first = (0..<columns.count).max { products[$0] < products[$1] }!
    if products[first] > cutoff, columns.lowerBound + first != excluded {
      insert(columns.lowerBound + first, score(columns.lowerBound + first))
      cutoff = self.cutoff(error)
    }
    var index = 0
    while index < columns.count {
      if products[index] > cutoff, index != first, columns.lowerBound + index != excluded {
        insert(columns.lowerBound + index, score(columns.lowerBound + index))
        cutoff = self.cutoff(error)
      }
      index += 1
    }
  }

  private func cutoff(_ error: Float) -> Float {
    rows.count < count ? -.infinity : (rows[count - 1].score - error).nextDown.nextDown
  }

  private mutating func insert(_ row: Int, _ score: Float) {
    let place = rows.firstIndex { score > $0.score || (score == $0.score && row < $0.row) }
    if let place { rows.insert((row, score), at: place) } else { rows.append((row, score)) }
    if rows.count > count { rows.removeLast() }
  }
}
