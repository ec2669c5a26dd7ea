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

/// C `[m, n]` = A `[m, k]` B `[k, n]` for the small matrices of attention; n is a multiple of 16.
///
/// A library call costs more than the product itself below some tens of rows.
func multiplySmall(
  _ m: Int, _ n: Int, _ k: Int, _ a: StridedMatrix, _ b: UnsafePointer<Float>, _ ldb: Int,
  _ c: UnsafeMutablePointer<Float>, _ ldc: Int
) {
  if m * n * k >= 1 << 16 {
    let isTransposed = a.columnStride != 1
    return multiply(
      isTransposed ? "T" : "N", "N", m, n, k, a.pointer,
      isTransposed ? a.columnStride : a.rowStride, b, ldb, 0, c, ldc)
  }
  var row = 0
  while row + 2 <= m {
    multiplyPair(row, n, k, a, b, ldb, c, ldc)
    row += 2
  }
  if row < m { multiplySingle(row, n, k, a, b, ldb, c, ldc) }
}

/// Two rows of C, 16 columns at a time: the accumulators stay in registers.
@inline(__always)
private func multiplyPair(
  _ row: Int, _ n: Int, _ k: Int, _ a: StridedMatrix, _ b: UnsafePointer<Float>, _ ldb: Int,
  _ c: UnsafeMutablePointer<Float>, _ ldc: Int
) {
  let first = a.pointer + row * a.rowStride
  let second = first + a.rowStride
  var column = 0
  while column < n {
    var sum0 = Vector.zero
    var sum1 = Vector.zero
    for index in 0..<k {
      let vector = b.vector(index * ldb + column)
      sum0 += vector * first[index * a.columnStride]
      sum1 += vector * second[index * a.columnStride]
    }
    c.store(sum0, row * ldc + column)
    c.store(sum1, (row + 1) * ldc + column)
    column += Vector.scalarCount
  }
}

@inline(__always)
private func multiplySingle(
  _ row: Int, _ n: Int, _ k: Int, _ a: StridedMatrix, _ b: UnsafePointer<Float>, _ ldb: Int,
  _ c: UnsafeMutablePointer<Float>, _ ldc: Int
) {
  let values = a.pointer + row * a.rowStride
  var column = 0
  while column < n {
    var sum = Vector.zero
    for index in 0..<k {
      sum += b.vector(index * ldb + column) * values[index * a.columnStride]
    }
    c.store(sum, row * ldc + column)
    column += Vector.scalarCount
  }
}
