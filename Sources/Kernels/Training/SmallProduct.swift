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

  /// The same for a library, which knows but one stride.
  fileprivate var factor: Factor<UnsafePointer<Float>> {
    columnStride == 1
      ? Factor(pointer, stride: rowStride)
      : Factor(pointer, stride: columnStride, isTransposed: true)
  }
}

/// A product of the small matrices of attention on the calling thread, unscaled; its columns are a
/// multiple of 16.
///
/// A library call costs more than the product itself below some tens of rows.
func multiplySmall(
  _ a: StridedMatrix, _ b: Factor<UnsafePointer<Float>>, _ shape: ProductShape,
  into c: ProductTarget
) {
  if shape.rows * shape.columns * shape.depth >= 1 << 16 {
    return multiply(a.factor, b, shape, into: c)
  }
  ck_small_product(
    shape.rows, shape.columns, shape.depth, a.pointer, a.rowStride, a.columnStride, b.matrix,
    b.stride, c.matrix, c.stride, c.accumulates ? 1 : 0)
}
