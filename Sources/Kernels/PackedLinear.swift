import COneDNN

/// A linear layer y = f(x Wᵀ + b) whose weights are packed once for oneDNN's products.
///
/// Immutable and shared by all threads; what changes in a run lies in a ``LinearContext``.
public final class PackedLinear: @unchecked Sendable {
  /// What is done with x Wᵀ + b before it is stored.
  public enum Epilogue: Hashable, Sendable {
    case store
    case activate(Activation)
    /// Added to what the destination holds: a residual connection.
    case accumulate
  }

  /// How activations and weights are stored; sums are always float32.
  public enum Element: Hashable, Sendable {
    case float32
    case bfloat16
  }

  /// The rows of a product are rounded up to a multiple of this, so that few shapes exist: sources
  /// and destinations must have room for ``paddedRows(_:)`` rows.
  public static let rowStep = 32

  public let inputs: Int
  public let outputs: Int
  let epilogue: Epilogue
  let input: Element
  let output: Element
  private let weights: PackedWeights
  private let bias: Buffer<Float>
  private let biasMemory: dnnl_memory_t

  /// Packs `weight`, `[outputs, inputs]`, and copies `bias`, `[outputs]`.
  ///
  /// - Parameters:
  ///   - input: the type of sources, and of the packed weights.
  ///   - output: the type of destinations.
  public init(
    weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, inputs: Int, outputs: Int,
    epilogue: Epilogue = .store, input: Element = .float32, output: Element = .float32
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.epilogue = epilogue
    self.input = input
    self.output = output
    self.bias = Buffer(UnsafeBufferPointer(start: bias, count: outputs))
    let shape = LinearShape(
      rows: PackedWeights.typicalRows, inputs: inputs, outputs: outputs, epilogue: epilogue,
      source: input.type, weights: input.type, destination: output.type)
    weights = PackedWeights(shape, plain: weight, type: dnnl_f32)
    biasMemory = OneDNN.memory(
      OneDNN.matrix(1, outputs, dnnl_f32, strides: (outputs, 1)), self.bias.pointer)
  }

  deinit { dnnl_memory_destroy(biasMemory) }

  public static func paddedRows(_ rows: Int) -> Int { (rows + rowStep - 1) / rowStep * rowStep }

  /// `destination` `[rows, outputs]` from `source` `[rows, inputs]`, both packed row-major with
  /// room for ``paddedRows(_:)`` rows; the rows beyond `rows` are garbage afterwards.
  ///
  /// A row of the result depends on its row of the source alone.
  public func callAsFunction(
    _ source: UnsafeMutableRawPointer, rows: Int, into destination: UnsafeMutableRawPointer,
    context: LinearContext
  ) {
    let shape = LinearShape(
      rows: Self.paddedRows(rows), inputs: inputs, outputs: outputs, epilogue: epilogue,
      source: input.type, weights: input.type, destination: output.type)
    context.product(shape, weights.description)
      .run(
        weights: weights.memory, bias: biasMemory, source: source, destination: destination,
        stream: context.stream)
  }
}

extension PackedLinear.Element {
  fileprivate var type: dnnl_data_type_t { self == .float32 ? dnnl_f32 : dnnl_bf16 }
}
