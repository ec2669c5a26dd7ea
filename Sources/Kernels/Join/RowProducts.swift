import CKernels
import COpenBLAS

/// Inner products between rows.
package enum RowProducts {
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
  package static func float32(
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
  package static func float32(
    weights: UnsafePointer<Float>, rows: Int, of vectors: UnsafePointer<Float>, count: Int,
    dimension: Int, into sums: UnsafeMutablePointer<Float>
  ) {
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows), Int32(dimension), Int32(count), 1,
      weights, Int32(count), vectors, Int32(dimension), 0, sums, Int32(dimension))
  }

  /// The inner product of `a` and `b`, `[count]` each, summed in float64 in one fixed order and rounded
  /// once: the same bits on every processor. `canonicalDot` of Neighbors says which order.
  package static func canonical(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int
  ) -> Float {
    var score: Float = 0
    withUnsafePointer(to: Optional(a)) { left in
      withUnsafePointer(to: Optional(b)) { ck_scores(left, $0, 1, count, &score) }
    }
    return score
  }

  /// `scores[i]` = the canonical inner product of `left[i]` and `right[i]`, `[count]` each; several are
  /// summed side by side, which takes a fraction of the time of one after the other.
  ///
  /// - Parameter scores: at least as long as `left` and `right`, which are equally long.
  package static func canonical(
    _ left: [UnsafePointer<Float>?], _ right: [UnsafePointer<Float>?], count: Int,
    into scores: inout [Float]
  ) {
    precondition(left.count == right.count && left.count <= scores.count, "room for every score")
    ck_scores(left, right, left.count, count, &scores)
  }
}
