import COpenBLAS

/// Inner products between two blocks of rows.
public enum RowProducts {
  /// `products[i, j] = left[i] · right[j]` in float32.
  ///
  /// OpenBLAS may add in any order, so a result is within `gamma · |left[i]| · |right[j]|` of the
  /// exact inner product, `gamma = d u / (1 - d u)`, `u = 2^-24` (Higham, Accuracy and Stability of
  /// Numerical Algorithms, section 3.1).
  ///
  /// - Parameters:
  ///   - left: [leftRows, dimension] floats.
  ///   - right: [rightRows, dimension] floats.
  ///   - products: room for [leftRows, rightRows] floats.
  public static func float32(
    left: UnsafePointer<Float>, leftRows: Int, right: UnsafePointer<Float>, rightRows: Int,
    dimension: Int, into products: UnsafeMutablePointer<Float>
  ) {
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(leftRows), Int32(rightRows),
      Int32(dimension), 1, left, Int32(dimension), right, Int32(dimension), 0, products,
      Int32(rightRows))
  }

  /// `sums[i] = sum over j of weights[i, j] * vectors[j]` in float32.
  ///
  /// - Parameters:
  ///   - weights: [rows, count] floats.
  ///   - vectors: [count, dimension] floats.
  ///   - sums: room for [rows, dimension] floats.
  public static func float32(
    weights: UnsafePointer<Float>, rows: Int, of vectors: UnsafePointer<Float>, count: Int,
    dimension: Int, into sums: UnsafeMutablePointer<Float>
  ) {
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows), Int32(dimension), Int32(count), 1,
      weights, Int32(count), vectors, Int32(dimension), 0, sums, Int32(dimension))
  }
}
