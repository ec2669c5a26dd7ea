import Kernels

/// One thread's buffers for ``EncoderNetwork``; made once, used batch after batch.
final class EncoderWorkspace {
  let context = LinearContext()
  /// `[capacity, hidden]`: the states between layers.
  let hidden: Buffer<Float>
  /// The same as bfloat16, where products are.
  let narrowHidden: Buffer<UInt16>
  /// `[capacity, 3 hidden]`: queries, keys and values.
  let projections: Buffer<Float>
  /// `[capacity, hidden]` in the products' type: what attention gathered.
  let attended: Buffer<UInt8>
  /// `[capacity, intermediate]` in the products' type.
  let intermediate: Buffer<UInt8>
  let scratch: Buffer<Float>

  /// - Parameters:
  ///   - tokens: the most a batch may have.
  ///   - length: the most a sentence may have.
  init(_ configuration: ModelConfiguration, narrow: Bool, tokens: Int, length: Int) {
    let capacity = PackedLinear.paddedRows(tokens)
    let size = configuration.hiddenSize
    let bytes = narrow ? 2 : 4
    hidden = Buffer(repeating: 0, count: capacity * size)
    narrowHidden = Buffer(repeating: 0, count: narrow ? capacity * size : 0)
    projections = Buffer(repeating: 0, count: capacity * 3 * size)
    attended = Buffer(repeating: 0, count: capacity * size * bytes)
    intermediate = Buffer(repeating: 0, count: capacity * configuration.intermediateSize * bytes)
    scratch = Buffer(
      count: Attention.scratchCount(length: length, headSize: configuration.headSize))
  }
}
