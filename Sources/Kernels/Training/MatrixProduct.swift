import COneDNN

/// One side of a product: a row-major matrix, or its transpose.
struct Factor<Matrix> {
  let matrix: Matrix
  /// Numbers from one stored row to the next.
  let stride: Int
  let isTransposed: Bool

  init(_ matrix: Matrix, stride: Int, isTransposed: Bool = false) {
    self.matrix = matrix
    self.stride = stride
    self.isTransposed = isTransposed
  }

  /// Another matrix of the same layout.
  func with<Other>(_ matrix: Other) -> Factor<Other> {
    Factor<Other>(matrix, stride: stride, isTransposed: isTransposed)
  }

  /// What BLAS calls it.
  var letter: CChar { CChar((isTransposed ? "T" : "N" as Unicode.Scalar).value) }
}

/// C `[rows, columns]` = A `[rows, depth]` B `[depth, columns]`, after transposition.
struct ProductShape {
  let rows: Int
  let columns: Int
  let depth: Int
}

/// Where a product goes: a row-major matrix.
struct ProductTarget {
  let matrix: UnsafeMutablePointer<Float>
  let stride: Int
  /// What the product is multiplied by.
  let scale: Float
  /// Whether the product is added to what is there.
  let accumulates: Bool

  init(
    _ matrix: UnsafeMutablePointer<Float>, stride: Int, scale: Float = 1, accumulates: Bool = false
  ) {
    self.matrix = matrix
    self.stride = stride
    self.scale = scale
    self.accumulates = accumulates
  }
}

/// A float32 product on the calling thread, by oneDNN.
func multiply(
  _ a: Factor<UnsafePointer<Float>>, _ b: Factor<UnsafePointer<Float>>, _ shape: ProductShape,
  into c: ProductTarget
) {
  let status = dnnl_sgemm(
    a.letter, b.letter, dnnl_dim_t(shape.rows), dnnl_dim_t(shape.columns), dnnl_dim_t(shape.depth),
    c.scale, a.matrix, dnnl_dim_t(a.stride), b.matrix, dnnl_dim_t(b.stride), c.accumulates ? 1 : 0,
    c.matrix, dnnl_dim_t(c.stride))
  precondition(status == dnnl_success, "dnnl_sgemm refused \(shape): \(status)")
}
