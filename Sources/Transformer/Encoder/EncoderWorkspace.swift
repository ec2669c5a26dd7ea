import Kernels

/// One thread's buffers for ``EncoderNetwork``; made once, used batch after batch.
final class EncoderWorkspace {
  /// The most tokens a batch may have.
  let tokens: Int
  let context = LinearContext()
  /// `[capacity, hidden]`: the states between layers.
  let hidden: Buffer<Float>
  /// What products take as bfloat16: a copy of the states, or of the branch.
  private let narrowHidden: Buffer<UInt16>
  /// `[capacity, hidden]`: the normalized states, where norms come before products.
  private let normalized: Buffer<Float>
  /// What products take as bytes, where they are integers.
  let hiddenBytes: QuantizedRows
  /// `[capacity, 3 hidden]`: queries, keys and values.
  let projections: Buffer<Float>
  /// `[capacity, hidden]` as float32 or bfloat16: what attention gathered.
  let attended: Buffer<UInt8>
  /// `[capacity, intermediate]` in the products' type.
  let intermediate: Buffer<UInt8>
  let intermediateBytes: QuantizedRows
  /// `[capacity, 2 intermediate]` in a gated block: what is activated, and its multiplier.
  let gates: Buffer<Float>
  /// Integer products' sums of a block of rows, as wide as the widest.
  let sums: Buffer<Int32>
  private let scratch: Buffer<Float>
  private let rotary: [Double: RotaryTable]
  private let configuration: ModelConfiguration
  private let narrow: Bool

  /// - Parameters:
  ///   - tokens: the most a batch may have.
  ///   - length: the most a sentence may have.
  init(_ configuration: ModelConfiguration, precision: Precision, tokens: Int, length: Int) {
    self.configuration = configuration
    self.tokens = tokens
    narrow = precision == .bfloat16
    let capacity = PackedLinear.paddedRows(tokens)
    let coding = precision.coding
    let quantized = coding == nil ? 0 : capacity
    let size = configuration.hiddenSize
    let wide = configuration.intermediateSize
    let architecture = configuration.architecture
    let bytes = narrow ? 2 : 4
    let gated = architecture.isGated ? 2 * wide : 0
    let isBefore = architecture.normPlacement == .before
    hidden = Buffer(repeating: 0, count: capacity * size)
    narrowHidden = Buffer(repeating: 0, count: narrow ? capacity * size : 0)
    normalized = Buffer(repeating: 0, count: isBefore ? capacity * size : 0)
    hiddenBytes = QuantizedRows(rows: quantized, size: size, coding: coding ?? .sevenBits)
    projections = Buffer(repeating: 0, count: max(capacity * 3 * size, wide))
    attended = Buffer(repeating: 0, count: capacity * size * bytes)
    intermediate = Buffer(repeating: 0, count: capacity * wide * bytes)
    intermediateBytes = QuantizedRows(rows: quantized, size: wide, coding: coding ?? .sevenBits)
    gates = Buffer(repeating: 0, count: capacity * gated)
    sums = Buffer(
      count: coding == nil
        ? 0 : QuantizedLinear.blockRows * max(wide, architecture.isGated ? 2 * wide : 0, 3 * size))
    scratch = Buffer(
      count: Attention.scratchCount(length: length, headSize: configuration.headSize))
    let bases = Set(configuration.attention.compactMap(\.rotaryBase))
    rotary = Dictionary(
      uniqueKeysWithValues: bases.map {
        ($0, RotaryTable(base: $0, headSize: configuration.headSize, positions: length))
      })
  }

  /// Each sentence's attention, from ``projections`` (which may change) to ``attended``.
  func attend(_ batch: TokenBatch, _ plan: LayerPlan) {
    let size = configuration.hiddenSize
    let bytes = size * (narrow ? 2 : 4)
    let attended = UnsafeMutableRawPointer(attended.pointer)
    let rotary = plan.rotaryBase.flatMap { self.rotary[$0] }
    var row = 0
    for sentence in batch.sentences {
      let projections = projections.pointer + row * 3 * size
      rotary?.rotate(projections, length: sentence.count, heads: configuration.heads)
      Attention.run(
        projections: projections, length: sentence.count, heads: configuration.heads,
        headSize: configuration.headSize, settings: plan.attention,
        into: attended + row * bytes, narrow: narrow, scratch: scratch.pointer)
      row += sentence.count
    }
  }

  /// What the next product takes: the states through `norm` if there is one, in bfloat16 where the
  /// products are; the states themselves stay as they are.
  func branch(_ norm: EncoderWeights.Norm?, rows: Int) -> UnsafeMutableRawPointer {
    let states = norm == nil ? hidden.pointer : normalized.pointer
    if let norm {
      states.update(from: hidden.pointer, count: rows * configuration.hiddenSize)
      normalize(states, norm, rows: rows)
    }
    return narrow
      ? UnsafeMutableRawPointer(narrowHidden.pointer) : UnsafeMutableRawPointer(states)
  }

  /// Normalizes the first `rows` states in place, and renews their bfloat16 copy.
  func normalize(_ norm: EncoderWeights.Norm?, rows: Int) {
    if let norm { normalize(hidden.pointer, norm, rows: rows) }
  }

  private func normalize(
    _ states: UnsafeMutablePointer<Float>, _ norm: EncoderWeights.Norm, rows: Int
  ) {
    Rows.normalize(
      states, rows: rows, size: configuration.hiddenSize, weight: norm.weight.pointer,
      bias: norm.bias.pointer, epsilon: configuration.layerNormEpsilon,
      narrow: narrow ? narrowHidden.pointer : nil)
  }

  /// From ``gates`` to ``intermediate``.
  func gate(_ activation: Activation, rows: Int) {
    activation.gate(
      gates.pointer, rows: rows, size: configuration.intermediateSize,
      into: intermediate.pointer, narrow: narrow)
  }
}
