import COneDNN

/// A linear layer y = f(x Wᵀ + b) whose weights are packed once: for oneDNN's products with AVX-512,
/// for our own without.
///
/// Immutable and shared by all threads; what changes in a run lies in a ``LinearContext``.
package final class PackedLinear: @unchecked Sendable {
  /// What is done with x Wᵀ + b before it is stored.
  package enum Epilogue: Hashable, Sendable {
    case store
    case activate(Activation)
    /// Added to what the destination holds: a residual connection.
    case accumulate
  }

  /// How activations and weights are stored; sums are always float32.
  package enum Element: Hashable, Sendable {
    case float32
    /// Needs ``Processor/hasBFloat16``.
    case bfloat16
  }

  private enum Products {
    case library(OneDNNLinear)
    case panels(FloatPanels)
  }

  /// The rows of oneDNN's products are rounded up to a multiple of this, so that few shapes exist:
  /// sources and destinations must have room for ``paddedRows(_:)`` rows.
  package static let rowStep = 32

  package let inputs: Int
  package let outputs: Int
  private let epilogue: Epilogue
  private let products: Products

  /// Packs `weight`, `[outputs, inputs]`, and copies `bias`, `[outputs]`.
  ///
  /// - Parameters:
  ///   - input: the type of sources, and of the packed weights.
  ///   - output: the type of destinations.
  package init(
    weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, inputs: Int, outputs: Int,
    epilogue: Epilogue = .store, input: Element = .float32, output: Element = .float32
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.epilogue = epilogue
    if Processor.hasAVX512 {
      products = .library(
        OneDNNLinear(
          LinearShape(
            rows: PackedWeights.typicalRows, inputs: inputs, outputs: outputs, epilogue: epilogue,
            source: input.type, destination: output.type), weight: weight, bias: bias))
    } else {
      precondition(input == .float32 && output == .float32, "no bfloat16 instructions")
      products = .panels(
        FloatPanels(weight: weight, bias: bias, inputs: inputs, outputs: outputs))
    }
  }

  package static func paddedRows(_ rows: Int) -> Int { (rows + rowStep - 1) / rowStep * rowStep }

  /// `destination` `[rows, outputs]` from `source` `[rows, inputs]`, both packed row-major with
  /// room for ``paddedRows(_:)`` rows; the rows beyond `rows` are garbage afterwards.
  ///
  /// A row of the result depends on its row of the source alone, to the last bit.
  package func callAsFunction(
    _ source: UnsafeMutableRawPointer, rows: Int, into destination: UnsafeMutableRawPointer,
    context: LinearContext
  ) {
    switch products {
    case .library(let linear):
      linear.run(
        source, rows: Self.paddedRows(rows), into: destination, context: context)
    case .panels(let panels):
      panels.multiply(
        source.assumingMemoryBound(to: Float.self), rows: rows, epilogue: epilogue,
        into: destination.assumingMemoryBound(to: Float.self))
    }
  }
}

/// A linear layer as oneDNN runs it.
private final class OneDNNLinear {
  private let shape: LinearShape
  private let weights: PackedWeights
  private let bias: Buffer<Float>
  private let biasMemory: dnnl_memory_t

  init(_ shape: LinearShape, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>) {
    self.shape = shape
    self.bias = Buffer(UnsafeBufferPointer(start: bias, count: shape.outputs))
    weights = PackedWeights(shape, plain: weight)
    biasMemory = OneDNN.memory(
      OneDNN.matrix(1, shape.outputs, dnnl_f32, strides: (shape.outputs, 1)), self.bias.pointer)
  }

  deinit { dnnl_memory_destroy(biasMemory) }

  func run(
    _ source: UnsafeMutableRawPointer, rows: Int, into destination: UnsafeMutableRawPointer,
    context: LinearContext
  ) {
    context.product(shape.with(rows: rows), weights.description)
      .run(
        weights: weights.memory, bias: biasMemory, source: source, destination: destination,
        stream: context.stream)
  }
}

extension PackedLinear.Element {
  fileprivate var type: dnnl_data_type_t { self == .float32 ? dnnl_f32 : dnnl_bf16 }
}
