import Foundation
import Kernels

/// Walks the blocks of a join, decides candidates, and hands pairs over in order.
///
/// A block of left rows meets all right rows in parallel tiles; its pairs are sorted and delivered
/// before the next block starts, so the order of delivery is that of (a, b). A block with more
/// pairs than fit in memory is given up and done again in halves, down to single rows.
struct JoinDriver<Filter: JoinFilter> {
  let left: VectorRows
  let right: VectorRows
  /// Only pairs a < b of one set.
  let triangle: Bool
  let options: JoinOptions
  let filter: Filter
  private let workspaces = WorkspacePool<Filter.Workspace>()

  init(
    left: VectorRows, right: VectorRows, triangle: Bool, options: JoinOptions, filter: Filter
  ) {
    self.left = left
    self.right = right
    self.triangle = triangle
    self.options = options
    self.filter = filter
  }

  /// Pairs held at once before a block is split: 4 million, 48 MB.
  private static var heldPairs: Int { 1 << 22 }
  private static var defaultBlockRows: Int { 1024 }

  func run(
    progress: (Double) -> Void, shouldStop: @Sendable () -> Bool,
    sink: ([ScoredPair]) throws -> Void
  ) throws {
    let blockRows = options.blockRows ?? Self.defaultBlockRows
    var start = 0
    while start < left.rows {
      let end = min(left.rows, start + blockRows)
      try run(block: start..<end, shouldStop, sink)
      progress(share(through: end))
      start = end
    }
  }

  /// The share of all products that the first `rows` left rows make up.
  private func share(through rows: Int) -> Double {
    let all = Double(left.rows)
    let done = Double(rows)
    return triangle ? 1 - (1 - done / all) * (1 - done / all) : done / all
  }

  private func run(
    block: Range<Int>, _ shouldStop: @Sendable () -> Bool, _ sink: ([ScoredPair]) throws -> Void
  ) throws {
    guard let pairs = try pairs(of: block, shouldStop) else {
      let middle = (block.lowerBound + block.upperBound) / 2
      try run(block: block.lowerBound..<middle, shouldStop, sink)
      try run(block: middle..<block.upperBound, shouldStop, sink)
      return
    }
    var start = 0
    while start < pairs.count {
      let end = min(pairs.count, start + ExactJoin.batchSize)
      try sink(Array(pairs[start..<end]))
      start = end
    }
  }

  /// The pairs of a block in order, or nil if they are too many to hold.
  private func pairs(
    of block: Range<Int>, _ shouldStop: @Sendable () -> Bool
  ) throws -> [ScoredPair]? {
    let first = triangle ? block.lowerBound : 0
    let firstTile = first / JoinTile.columns
    let endTile = (right.rows + JoinTile.columns - 1) / JoinTile.columns
    let found = FoundPairs(limit: block.count == 1 ? .max : Self.heldPairs)
    Threads.forEach(endTile - firstTile) { index in
      if found.isOver || shouldStop() { return }
      let start = (firstTile + index) * JoinTile.columns
      let columns = start..<min(right.rows, start + JoinTile.columns)
      let workspace = workspaces.take() ?? filter.makeWorkspace()
      join(block, columns, workspace, into: found)
      workspaces.giveBack(workspace)
    }
    if shouldStop() { throw CancellationError() }
    return found.isOver ? nil : found.sorted()
  }

  private func join(
    _ block: Range<Int>, _ columns: Range<Int>, _ workspace: Filter.Workspace,
    into found: FoundPairs
  ) {
    var start = block.lowerBound
    while start < block.upperBound && !found.isOver {
      let rows = start..<min(block.upperBound, start + JoinTile.rows)
      start = rows.upperBound
      if triangle && rows.lowerBound >= columns.upperBound - 1 { break }
      var candidates = Candidates(left: left, right: right, threshold: options.threshold)
      filter.forEachCandidate(
        left: rows, right: columns, reaching: options.threshold, workspace: workspace
      ) { row, column in
        if triangle && column <= row { return }
        candidates.append(row, column)
      }
      found.append(candidates.pairs())
    }
  }
}
