import CKernels

/// Multi-head self-attention within one sentence (Vaswani et al., arXiv 1706.03762).
package enum Attention {
  /// What a score depends on beside its query and key.
  package struct Settings: Sendable {
    /// Added to the scores, as a function of the distance from query to key.
    package var bias: RelativeBias?
    /// If given, a query sees only keys at this distance or less; at least 1.
    package var window: Int?
    /// Queries, keys, values and weights are rounded to bfloat16 and multiplied as such; sums stay
    /// float32. Needs ``Processor/hasBFloat16``.
    package var multipliesBFloat16: Bool

    package init(
      bias: RelativeBias? = nil, window: Int? = nil, multipliesBFloat16: Bool = false
    ) {
      precondition(window ?? 1 >= 1, "attention window must be at least 1, got \(window ?? 1)")
      precondition(!multipliesBFloat16 || Processor.hasBFloat16, "no bfloat16 instructions")
      self.multipliesBFloat16 = multipliesBFloat16
      self.bias = bias
      self.window = window
    }
  }

  /// A learned number for each head and distance, e.g. T5's and MPNet's (Raffel et al., arXiv
  /// 1910.10683), spread out from its buckets.
  package struct RelativeBias: Sendable {
    let values: Buffer<Float>
    let heads: Int
    let reach: Int

    /// - Parameters:
    ///   - values: `[heads, 2 reach - 1]`: column key position - query position + reach - 1.
    ///   - reach: the longest sentence.
    package init(_ values: Buffer<Float>, heads: Int, reach: Int) {
      precondition(reach >= 1 && values.count == heads * (2 * reach - 1), "bias [heads, 2 reach-1]")
      self.values = values
      self.heads = heads
      self.reach = reach
    }
  }

  /// `context` = softmax(Q Kᵀ) V for each head.
  ///
  /// - Parameters:
  ///   - projections: `[length, 3 heads headSize]`: queries (already scaled), keys, values.
  ///   - context: `[length, heads headSize]`, as `Float`, or as bfloat16 if `narrow`.
  ///   - scratch: of ``scratchCount(length:headSize:)`` floats.
  package static func run(
    projections: UnsafePointer<Float>, length: Int, heads: Int, headSize: Int,
    settings: Settings = Settings(), into context: UnsafeMutableRawPointer, narrow: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let bias = settings.bias
    precondition(
      bias.map { $0.heads == heads && $0.reach >= length } ?? true,
      "the bias is for other heads or shorter sentences")
    var packed = ck_attention_settings(
      bias: bias.map { UnsafePointer($0.values.pointer) }, bias_reach: bias?.reach ?? 0,
      window: settings.window ?? 0, bfloat16: settings.multipliesBFloat16)
    ck_attention(
      projections, length, heads, headSize, &packed, context, narrow ? 0 : 1, scratch)
  }

  package static func scratchCount(length: Int, headSize: Int) -> Int {
    ck_attention_scratch(length, headSize)
  }
}
