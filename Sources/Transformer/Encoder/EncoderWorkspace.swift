import Kernels

/// One thread's buffers for ``EncoderNetwork``; made once, used batch after batch.
final class EncoderWorkspace {
  let context = LinearContext()
  /// `[capacity, hidden]`: the states between layers.
  let hidden: Buffer<Float>
  /// The same as bfloat16, where products are.
  let narrowHidden: Buffer<UInt16>
  /// The same, or what attention gathered, as bytes, where products are integers.
  let hiddenBytes: QuantizedRows
  /// `[capacity, 3 hidden]`: queries, keys and values.
  let projections: Buffer<Float>
  /// `[capacity, hidden]` as float32 or bfloat16: what attention gathered.
  let attended: Buffer<UInt8>
  /// `[capacity, intermediate]` in the products' type, or the sums of integer products.
  let intermediate: Buffer<UInt8>
  let intermediateBytes: QuantizedRows
  private let scratch: Buffer<Float>
  private let configuration: ModelConfiguration
  private let narrow: Bool

  /// - Parameters:
  ///   - tokens: the most a batch may have.
  ///   - length: the most a sentence may have.
  init(_ configuration: ModelConfiguration, precision: Precision, tokens: Int, length: Int) {
    self.configuration = configuration
    narrow = precision == .bfloat16
    let capacity = PackedLinear.paddedRows(tokens)
    let quantized = precision == .int8 ? capacity : 0
    let size = configuration.hiddenSize
    let wide = configuration.intermediateSize
    let widest = precision == .int8 ? max(wide, 3 * size) : wide
    let bytes = narrow ? 2 : 4
    hidden = Buffer(repeating: 0, count: capacity * size)
    narrowHidden = Buffer(repeating: 0, count: narrow ? capacity * size : 0)
    hiddenBytes = QuantizedRows(rows: quantized, size: size)
    projections = Buffer(repeating: 0, count: max(capacity * 3 * size, wide))
    attended = Buffer(repeating: 0, count: capacity * size * bytes)
    intermediate = Buffer(repeating: 0, count: capacity * widest * bytes)
    intermediateBytes = QuantizedRows(rows: quantized, size: wide)
    scratch = Buffer(
      count: Attention.scratchCount(length: length, headSize: configuration.headSize))
  }

  /// Each sentence's attention, from ``projections`` to ``attended``.
  func attend(_ batch: TokenBatch) {
    let size = configuration.hiddenSize
    let bytes = size * (narrow ? 2 : 4)
    let attended = UnsafeMutableRawPointer(attended.pointer)
    var row = 0
    for sentence in batch.sentences {
      Attention.run(
        projections: projections.pointer + row * 3 * size, length: sentence.count,
        heads: configuration.heads, headSize: configuration.headSize,
        into: attended + row * bytes, narrow: narrow, scratch: scratch.pointer)
      row += sentence.count
    }
  }

  /// Normalizes the first `rows` states in place, and renews their bfloat16 copy.
  func normalize(_ norm: EncoderWeights.Norm, rows: Int) {
    Rows.normalize(
      hidden.pointer, rows: rows, size: configuration.hiddenSize, weight: norm.weight.pointer,
      bias: norm.bias.pointer, epsilon: configuration.layerNormEpsilon,
      narrow: narrow ? narrowHidden.pointer : nil)
  }
}
