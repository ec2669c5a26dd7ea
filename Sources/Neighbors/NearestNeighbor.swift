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
    let windows = (queries.rows + JoinTile.rows - 1) / JoinTile.rows
    let results = Results(windows)
    let workspaces = WorkspacePool<Filter.Workspace>()
    Threads.forEach(windows) { window in
      let workspace = workspaces.take() ?? filter.makeWorkspace()
      let start = window * JoinTile.rows
      results[window] = nearest(start..<min(queries.rows, start + JoinTile.rows), workspace)
      workspaces.giveBack(workspace)
    }
    return results.all
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

  /// One slot per window, each written by one worker.
  private final class Results: @unchecked Sendable {
    private let lock = NSLock()
    private var slots: [[[(row: Int, score: Float)]]]
    init(_ count: Int) { slots = Array(repeating: [], count: count) }
    var all: [[(row: Int, score: Float)]] { slots.flatMap { $0 } }
    subscript(window: Int) -> [[(row: Int, score: Float)]] {
      get { lock.withLock { slots[window] } }
      set { lock.withLock { slots[window] = newValue } }
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
    let place = rows.firstIndex { score > $0.score || (score == $0.score && row < $0.row) }
    if let place { rows.insert((row, score), at: place) } else { rows.append((row, score)) }
    if rows.count > count { rows.removeLast() }
  }
}
