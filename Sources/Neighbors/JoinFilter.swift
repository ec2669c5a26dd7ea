import Foundation
import Kernels

/// Cheap products of blocks of rows that let no pair at or above a threshold slip through.
///
/// A filter may pass pairs below the threshold: each is decided by ``canonicalDot`` afterwards.
protocol JoinFilter: Sendable {
  /// What one worker needs for one tile at a time.
  associatedtype Workspace

  func makeWorkspace() -> Workspace

  /// Multiplies a window of left rows with a tile of right rows, at most ``JoinTile`` in size; the
  /// tile starts at a multiple of its columns.
  func multiply(left: Range<Int>, right: Range<Int>, workspace: Workspace)

  /// Calls `pass` with, in ascending order, at least every pair of a window and a tile whose score
  /// may reach the threshold.
  func forEachCandidate(
    left: Range<Int>, right: Range<Int>, reaching threshold: Float, workspace: Workspace,
    pass: (_ left: Int, _ right: Int) -> Void)

  /// Calls `pass` with, in ascending order, at least every row of the tile just multiplied whose
  /// score with row `window` of the window (row `left` of all) may reach the threshold.
  func forEachCandidate(
    left: Int, window: Int, right: Range<Int>, reaching threshold: Float, workspace: Workspace,
    pass: (Int) -> Void)

  /// The row of the tile just multiplied that may reach the highest score; a good guess.
  func mostPromising(window: Int, right: Range<Int>, workspace: Workspace) -> Int
}

extension JoinFilter {
  func forEachCandidate(
    left rows: Range<Int>, right columns: Range<Int>, reaching threshold: Float,
    workspace: Workspace, pass: (_ left: Int, _ right: Int) -> Void
  ) {
    multiply(left: rows, right: columns, workspace: workspace)
    for row in rows {
      forEachCandidate(
        left: row, window: row - rows.lowerBound, right: columns, reaching: threshold,
        workspace: workspace
      ) { pass(row, $0) }
    }
  }
}

/// Sizes at which a tile of products stays in a core's second-level cache.
enum JoinTile {
  static let rows = 256
  static let columns = 512
}

/// What workers use in turn: at most one per thread is ever made.
final class WorkspacePool<Element>: @unchecked Sendable {
  private let lock = NSLock()
  private var idle: [Element] = []

  func take() -> Element? { lock.withLock { idle.popLast() } }
  func giveBack(_ element: Element) { lock.withLock { idle.append(element) } }
}

/// Float32 products by BLAS, for machines without AVX2 and as the plain reference.
struct Float32Filter: JoinFilter {
  let left: VectorRows
  let right: VectorRows
  /// How far a product and a canonical score can lie apart.
  private let error: Float

  init(left: VectorRows, right: VectorRows) throws {
    self.left = left
    self.right = right
    error = RowNorms.float32Error(
      dimension: left.dimension, try RowNorms(left).largest, try RowNorms(right).largest)
  }

  func makeWorkspace() -> Buffer<Float> { Buffer(count: JoinTile.rows * JoinTile.columns) }

  func multiply(left rows: Range<Int>, right columns: Range<Int>, workspace: Buffer<Float>) {
    RowProducts.float32(
      left: left[rows.lowerBound], leftRows: rows.count, right: right[columns.lowerBound],
      rightRows: columns.count, dimension: left.dimension, into: workspace.pointer)
  }

  func forEachCandidate(
    left: Int, window: Int, right columns: Range<Int>, reaching threshold: Float,
    workspace: Buffer<Float>, pass: (Int) -> Void
  ) {
    TileScan.forEach(
      above: (threshold - error).nextDown.nextDown,
      in: workspace.pointer + window * columns.count, count: columns.count
    ) { pass(columns.lowerBound + $0) }
  }

  func mostPromising(window: Int, right columns: Range<Int>, workspace: Buffer<Float>) -> Int {
    let products = workspace.pointer + window * columns.count
    return columns.max {
      products[$0 - columns.lowerBound] < products[$1 - columns.lowerBound]
    }!
  }
}
