import Kernels

/// Cheap products of blocks of rows that let no pair at or above the threshold slip through.
///
/// A filter may pass pairs below the threshold: each is decided by ``canonicalDot`` afterwards.
protocol JoinFilter: Sendable {
  /// What one worker needs for one tile at a time.
  associatedtype Workspace

  func makeWorkspace() -> Workspace

  /// Calls `pass(row, column)` for at least every pair of `left` and `right` rows whose score may
  /// reach the threshold, by row, then column. Both ranges are at most ``JoinTile`` in size, and
  /// `right` starts at a multiple of its columns.
  func forEachCandidate(
    left: Range<Int>, right: Range<Int>, workspace: Workspace, pass: (Int, Int) -> Void)
}

/// Sizes at which a tile of products stays in a core's second-level cache.
enum JoinTile {
  static let rows = 256
  static let columns = 512
}

/// Float32 products by BLAS, for machines without VNNI and as the plain reference.
struct Float32Filter: JoinFilter {
  let left: VectorRows
  let right: VectorRows
  /// Products above this may belong to a pair at or above the threshold.
  private let cutoff: Float

  init(left: VectorRows, right: VectorRows, threshold: Float) throws {
    self.left = left
    self.right = right
    let error = RowNorms.float32Error(
      dimension: left.dimension, try RowNorms(left).largest, try RowNorms(right).largest)
    cutoff = (threshold - error).nextDown.nextDown
  }

  func makeWorkspace() -> Buffer<Float> { Buffer(count: JoinTile.rows * JoinTile.columns) }

  func forEachCandidate(
    left rows: Range<Int>, right columns: Range<Int>, workspace: Buffer<Float>,
    pass: (Int, Int) -> Void
  ) {
    let products = workspace.pointer
    RowProducts.float32(
      left: left[rows.lowerBound], leftRows: rows.count, right: right[columns.lowerBound],
      rightRows: columns.count, dimension: left.dimension, into: products)
    for row in 0..<rows.count {
      TileScan.forEach(above: cutoff, in: products + row * columns.count, count: columns.count) {
        pass(rows.lowerBound + row, columns.lowerBound + $0)
      }
    }
  }
}
