import Files
import Foundation
import Kernels

/// Exact nearest neighbors by canonical score.
public enum NearestNeighbor {
  /// The base row nearest to each query row, and its score.
  ///
  /// - Parameter excludeSelf: query `i` is base row `i` and does not count as its own neighbor.
  /// - Returns: one entry per query; nil where no base row is left. Ties go to the lowest base row,
  ///   so the result depends on the vectors alone.
  /// - Throws: `FileError` for vectors that are not finite.
  public static func search(
    queries: VectorRows, base: VectorRows, excludeSelf: Bool = false,
    filter: JoinOptions.Filter = .automatic
  ) throws -> [(row: Int, score: Float)?] {
    try search(queries: queries, base: base, count: 1, excludeSelf: excludeSelf, filter: filter)
      .map(\.first)
  }

  /// The `count` base rows nearest to each query row, best first, ties to the lowest row; fewer
  /// where the base has fewer rows.
  ///
  /// The filters of ``ExactJoin`` propose what may beat the worst neighbor so far; canonical
  /// scores decide, so the filter changes the time alone.
  ///
  /// - Complexity: O(queries.rows · base.rows · dimension), parallel over queries.
  public static func search(
    queries: VectorRows, base: VectorRows, count: Int, excludeSelf: Bool = false,
    filter: JoinOptions.Filter = .automatic
  ) throws -> [[(row: Int, score: Float)]] {
    precondition(queries.dimension == base.dimension, "two sets of different dimension")
    precondition(count > 0, "count must be positive, got \(count)")
    precondition(!excludeSelf || queries.rows <= base.rows, "more queries than base rows")
    func run(_ filter: some JoinFilter) -> [[(row: Int, score: Float)]] {
      NearestSearch(
        queries: queries, base: base, count: count, excludeSelf: excludeSelf, filter: filter
      ).run()
    }
    if filter.wantsInt8(pairs: queries.rows * base.rows),
      let int8 = try Int8Filter(
        left: queries, right: base, isSelf: queries.isSame(as: base), threshold: nil)
    {
      return run(int8)
    }
    return run(try Float32Filter(left: queries, right: base))
  }
}

/// One search: every window of queries meets every tile of the base.
private struct NearestSearch<Filter: JoinFilter> {
  let queries: VectorRows
  let base: VectorRows
  let count: Int
  let excludeSelf: Bool
  let filter: Filter

  func run() -> [[(row: Int, score: Float)]] {
    let workspaces = WorkspacePool<Filter.Workspace>()
    return Threads.flatMap(queries.rows, by: JoinTile.rows) { window in
      let workspace = workspaces.take() ?? filter.makeWorkspace()
      defer { workspaces.giveBack(workspace) }
      return nearest(window, workspace)
    }
  }

  private func nearest(
    _ rows: Range<Int>, _ workspace: Filter.Workspace
  ) -> [[(row: Int, score: Float)]] {
    var best = rows.map { _ in BestRows(count: count) }
    var start = 0
    while start < base.rows {
      let columns = start..<min(base.rows, start + JoinTile.columns)
      start = columns.upperBound
      filter.multiply(left: rows, right: columns, workspace: workspace)
      for row in rows {
        improve(&best[row - rows.lowerBound], row, row - rows.lowerBound, columns, workspace)
      }
    }
    return best.map(\.rows)
  }

  private func improve(
    _ best: inout BestRows, _ row: Int, _ window: Int, _ columns: Range<Int>,
    _ workspace: Filter.Workspace
  ) {
    func offer(_ column: Int) {
      if excludeSelf && column == row { return }
      best.insert(column, canonicalDot(queries[row], base[column], count: base.dimension))
    }
    // A good first neighbor spares the decision of most others.
    let first =
      best.rows.isEmpty
      ? filter.mostPromising(window: window, right: columns, workspace: workspace) : -1
    if first >= 0 { offer(first) }
    filter.forEachCandidate(
      left: row, window: window, right: columns, reaching: best.worst, workspace: workspace
    ) { column in
      if column != first { offer(column) }
    }
  }
}

/// The best rows of one query so far: score descending, then row ascending.
private struct BestRows {
  let count: Int
  private(set) var rows: [(row: Int, score: Float)] = []

  init(count: Int) { self.count = count }

  /// What a further row must reach to get in.
  var worst: Float { rows.count < count ? -.infinity : rows[count - 1].score }

  mutating func insert(_ row: Int, _ score: Float) {
    if rows.count == count, score < worst { return }
    let index = rows.firstIndex { score > $0.score || (score == $0.score && row < $0.row) }
    if let index { rows.insert((row, score), at: index) } else { rows.append((row, score)) }
    if rows.count > count { rows.removeLast() }
  }
}
