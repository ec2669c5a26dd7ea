import CKernels

/// What happens to rows of activations between the matrix products; each runs on the calling thread,
/// in the widest vectors the processor has.
package enum Rows {
  /// Normalizes each of `rows` rows of `x`, `[rows, size]`, to mean 0 and variance 1, then scales
  /// by `weight` and shifts by `bias`, both `[size]`, in place (Ba et al., arXiv 1607.06450).
  ///
  /// - Parameter narrow: if given, receives the result as bfloat16 too.
  package static func normalize(
    _ x: UnsafeMutablePointer<Float>, rows: Int, size: Int, weight: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, epsilon: Float, narrow: UnsafeMutablePointer<UInt16>? = nil
  ) {
    ck_layer_norm(x, weight, bias, epsilon, rows, size, narrow)
  }

  /// `x` = `word` + `position` + `type`, each `[size]`.
  package static func sum(
    _ word: UnsafePointer<Float>, _ position: UnsafePointer<Float>, _ type: UnsafePointer<Float>,
    size: Int, into x: UnsafeMutablePointer<Float>
  ) {
    ck_add3(word, position, type, size, x)
  }

  /// `total` += `x`, both `[size]`.
  package static func add(
    _ x: UnsafePointer<Float>, size: Int, to total: UnsafeMutablePointer<Float>
  ) {
    ck_add(x, size, total)
  }
}
