import CKernels

/// What happens to rows of activations between the matrix products; each runs on the calling thread,
/// in the widest vectors the processor has.
public enum Rows {
  /// Normalizes each of `rows` rows of `x`, `[rows, size]`, to mean 0 and variance 1, then scales
  /// by `weight` and shifts by `bias`, both `[size]`, in place (Ba et al., arXiv 1607.06450).
  ///
  /// - Parameter narrow: if given, receives the result as bfloat16 too.
  public static func normalize(
    _ x: UnsafeMutablePointer<Float>, rows: Int, size: Int, weight: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, epsilon: Float, narrow: UnsafeMutablePointer<UInt16>? = nil
  ) {
    ck_layer_norm(x, weight, bias, epsilon, rows, size, narrow)
  }

  /// `x` = `word` + `position` + `type`, each `[size]`.
  public static func sum(
    _ word: UnsafePointer<Float>, _ position: UnsafePointer<Float>, _ type: UnsafePointer<Float>,
    size: Int, into x: UnsafeMutablePointer<Float>
  ) {
    ck_add3(word, position, type, size, x)
  }

  /// `total` += `x`, both `[size]`.
  public static func add(
    _ x: UnsafePointer<Float>, size: Int, to total: UnsafeMutablePointer<Float>
  ) {
    ck_add(x, size, total)
  }
}

/// Multi-head self-attention within one sentence (Vaswani et al., arXiv 1706.03762).
public enum Attention {
  /// `context` = softmax(Q Kᵀ) V for each head.
  ///
  /// - Parameters:
  ///   - projections: `[length, 3 heads headSize]`: queries (already scaled), keys, values.
  ///   - context: `[length, heads headSize]`, as `Float`, or as bfloat16 if `narrow`.
  ///   - scratch: of ``scratchCount(length:headSize:)`` floats.
  public static func run(
    projections: UnsafePointer<Float>, length: Int, heads: Int, headSize: Int,
    into context: UnsafeMutableRawPointer, narrow: Bool, scratch: UnsafeMutablePointer<Float>
  ) {
    ck_attention(projections, length, heads, headSize, context, narrow ? 0 : 1, scratch)
  }

  public static func scratchCount(length: Int, headSize: Int) -> Int {
    ck_attention_scratch(length, headSize)
  }
}
