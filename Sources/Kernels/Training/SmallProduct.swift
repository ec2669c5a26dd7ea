import CKernels

/// An operand with arbitrary strides: element (row, column) is at `row * rowStride + column *
/// columnStride`, so a transposed view costs nothing.
struct StridedMatrix {
  let pointer: UnsafePointer<Float>
  let rowStride: Int
  let columnStride: Int

  init(_ pointer: UnsafePointer<Float>, _ rowStride: Int, _ columnStride: Int = 1) {
    self.pointer = pointer
    self.rowStride = rowStride
    self.columnStride = columnStride
  }
}

/// C `[m, n]` = A `[m, k]` B `[k, n]` for the small matrices of attention, added to C if
/// `accumulates`; n is a multiple of 16.
///
/// A library call costs more than the product itself below some tens of rows.
func multiplySmall(
  _ m: Int, _ n: Int, _ k: Int, _ a: StridedMatrix, _ b: UnsafePointer<Float>, _ ldb: Int,
  _ c: UnsafeMutablePointer<Float>, _ ldc: Int, accumulates: Bool = false
) {
  if m * n * k >= 1 << 16 {
    let isTransposed = a.columnStride != 1
    return multiply(
      isTransposed ? "T" : "N", "N", m, n, k, a.pointer,
      isTransposed ? a.columnStride : a.rowStride, b, ldb, accumulates ? 1 : 0, c, ldc)
  }
  ck_small_product(
    m, n, k, a.pointer, a.rowStride, a.columnStride, b, ldb, c, ldc, accumulates ? 1 : 0)
}
