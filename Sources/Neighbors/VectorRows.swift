import Foundation
import Kernels

/// Rows of `dimension` floats each, one after the other, in memory that someone else owns.
///
/// The view keeps nothing alive: the owner (a ``VectorFile``, a buffer) must outlive it.
public struct VectorRows: @unchecked Sendable {
  /// The first number of the first row.
  public let pointer: UnsafePointer<Float>
  /// How many rows.
  public let rows: Int
  /// Numbers a row.
  public let dimension: Int
  /// Whether the rows are read-only pages of a file, which can leave memory without loss.
  private let isMapped: Bool

  /// - Parameter pointer: `rows * dimension` floats in row order.
  public init(pointer: UnsafePointer<Float>, rows: Int, dimension: Int) {
    self.init(pointer: pointer, rows: rows, dimension: dimension, isMapped: false)
  }

  /// - Parameter isMapped: the rows lie in a read-only mapping of a file.
  init(pointer: UnsafePointer<Float>, rows: Int, dimension: Int, isMapped: Bool) {
    precondition(rows >= 0 && dimension > 0, "shape [\(rows), \(dimension)] is not valid")
    precondition(rows <= Int(UInt32.max), "at most 2^32 - 1 rows, got \(rows)")
    self.pointer = pointer
    self.rows = rows
    self.dimension = dimension
    self.isMapped = isMapped
  }

  /// The first of the `dimension` floats of a row.
  @inline(__always)
  public subscript(row: Int) -> UnsafePointer<Float> { pointer + row * dimension }

  /// The view of a range of rows.
  public subscript(range: Range<Int>) -> VectorRows {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return VectorRows(
      pointer: self[range.lowerBound], rows: range.count, dimension: dimension, isMapped: isMapped)
  }

  /// Hands the pages of a mapped file back to the system, which may keep them in its file cache; they
  /// come back when read. Nothing happens to other rows, and to values nothing in any case.
  public func pageOut() {
    guard isMapped else { return }
    let page = sysconf(Int32(_SC_PAGESIZE))
    let start = (Int(bitPattern: pointer) + page - 1) / page * page
    let end = Int(bitPattern: pointer + rows * dimension) / page * page
    guard start < end, let first = UnsafeMutableRawPointer(bitPattern: start) else { return }
    madvise(first, end - start, MADV_DONTNEED)
  }

  /// Calls `body` with copies of `chosen` rows, one after the other, which live no longer than that.
  package func withCopies<Result>(
    of chosen: [UInt32], _ body: (VectorRows) throws -> Result
  ) rethrows -> Result {
    let copies = Buffer<Float>(count: chosen.count * dimension)
    copy(chosen, into: copies.pointer)
    if chosen.count >= Self.pagedRows { pageOut() }
    return try withExtendedLifetime(copies) {
      try body(VectorRows(pointer: copies.pointer, rows: chosen.count, dimension: dimension))
    }
  }

  /// Copies `chosen` rows, one after the other, to `copies`.
  func copy(_ chosen: some Sequence<UInt32>, into copies: UnsafeMutablePointer<Float>) {
    for (number, row) in chosen.enumerated() {
      (copies + number * dimension).update(from: self[Int(row)], count: dimension)
      // A fault brings the pages around it too, so scattered rows fill memory fast.
      if number % Self.pagedRows == Self.pagedRows - 1 { pageOut() }
    }
  }

  /// Rows read here and there before pages are handed back.
  private static let pagedRows = 4096

  func isSame(as other: VectorRows) -> Bool {
    pointer == other.pointer && rows == other.rows && dimension == other.dimension
  }

  /// The inner product of two rows as every part of simcurate defines it; see ``canonicalDot``.
  public func score(_ a: Int, _ b: Int) -> Float {
    canonicalDot(self[a], self[b], count: dimension)
  }
}
