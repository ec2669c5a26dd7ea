import COneDNN

/// A linear layer y = f(x Wᵀ + b) whose weights are packed once for oneDNN's products.
///
/// Immutable and shared by all threads; what changes in a run lies in a ``LinearContext``.
public final class PackedLinear: @unchecked Sendable {
  /// What is done with x Wᵀ + b before it is stored.
  public enum Epilogue: Hashable, Sendable {
    case store
    case gelu
    case geluTanh
    case relu
    /// Added to what the destination holds: a residual connection.
    case accumulate
  }

  /// How activations and weights are stored; sums are always float32.
  public enum Element: Hashable, Sendable {
    case float32
    case bfloat16

    var type: dnnl_data_type_t { self == .float32 ? dnnl_f32 : dnnl_bf16 }
  }

  /// The rows of a product are rounded up to a multiple of this, so that few shapes exist: sources
  /// and destinations must have room for ``paddedRows(_:)`` rows.
  public static let rowStep = 32

  /// Layouts are chosen for products of this many rows.
  private static let typicalRows = 256

  public let inputs: Int
  public let outputs: Int
  let epilogue: Epilogue
  let input: Element
  let output: Element
  let packedDescription: dnnl_memory_desc_t
  let weightMemory: dnnl_memory_t
  let biasMemory: dnnl_memory_t
  private let packed: Buffer<UInt8>
  private let bias: Buffer<Float>

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
      rows: Self.typicalRows, inputs: inputs, outputs: outputs, epilogue: epilogue, input: input,
      output: output)
    let descriptor = shape.makeDescriptor(
      weights: OneDNN.anyLayout(inputs, outputs, input.type))
    packedDescription = dnnl_primitive_desc_query_md(descriptor, dnnl_query_weights_md, 0).pointee
    dnnl_primitive_desc_destroy(descriptor)
    var description = packedDescription
    packed = Buffer(count: dnnl_memory_desc_get_size(&description))
    weightMemory = OneDNN.memory(packedDescription, packed.pointer)
    biasMemory = OneDNN.memory(
      OneDNN.matrix(1, outputs, dnnl_f32, strides: (outputs, 1)), self.bias.pointer)
    pack(weight)
  }

  deinit {
    dnnl_memory_destroy(weightMemory)
    dnnl_memory_destroy(biasMemory)
  }

  private func pack(_ weight: UnsafePointer<Float>) {
    var plain = OneDNN.matrix(inputs, outputs, dnnl_f32, strides: (1, inputs))
    var target = packedDescription
    var descriptor: dnnl_primitive_desc_t?
    var reorder: dnnl_primitive_t?
    OneDNN.check(
      dnnl_reorder_primitive_desc_create(
        &descriptor, &plain, OneDNN.engine, &target, OneDNN.engine, nil), "reorder")
    OneDNN.check(dnnl_primitive_create(&reorder, descriptor), "reorder")
    let source = OneDNN.memory(plain, UnsafeMutableRawPointer(mutating: weight))
    let stream = OneDNN.makeStream()
    defer {
      dnnl_stream_destroy(stream)
      dnnl_memory_destroy(source)
      dnnl_primitive_destroy(reorder)
      dnnl_primitive_desc_destroy(descriptor)
    }
    OneDNN.execute(
      reorder!, stream,
      [
        dnnl_exec_arg_t(arg: DNNL_ARG_FROM, memory: source),
        dnnl_exec_arg_t(arg: DNNL_ARG_TO, memory: weightMemory),
      ])
  }

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
      input: input, output: output)
    context.product(shape, packedDescription)
      .run(self, source: source, destination: destination, stream: context.stream)
  }
}

/// One kind of product: what a oneDNN primitive is made for.
struct LinearShape: Hashable {
  let rows: Int
  let inputs: Int
  let outputs: Int
  let epilogue: PackedLinear.Epilogue
  let input: PackedLinear.Element
  let output: PackedLinear.Element

  var source: dnnl_memory_desc_t { OneDNN.matrix(rows, inputs, input.type, strides: (inputs, 1)) }
  var destination: dnnl_memory_desc_t {
    OneDNN.matrix(rows, outputs, output.type, strides: (outputs, 1))
  }

  func makeDescriptor(weights: dnnl_memory_desc_t) -> dnnl_primitive_desc_t {
    var source = source
    var weights = weights
    var destination = destination
    var bias = OneDNN.matrix(1, outputs, dnnl_f32, strides: (outputs, 1))
    var operation = dnnl_matmul_desc_t()
    OneDNN.check(
      dnnl_matmul_desc_init(&operation, &source, &weights, &bias, &destination), "matmul")
    let attributes = makeAttributes()
    defer { dnnl_primitive_attr_destroy(attributes) }
    var descriptor: dnnl_primitive_desc_t?
    OneDNN.check(
      dnnl_primitive_desc_create(&descriptor, &operation, attributes, OneDNN.engine, nil), "matmul")
    return descriptor!
  }

  private func makeAttributes() -> dnnl_primitive_attr_t {
    var attributes: dnnl_primitive_attr_t?
    OneDNN.check(dnnl_primitive_attr_create(&attributes), "attributes")
    OneDNN.check(
      dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), "scratchpad")
    var operations: dnnl_post_ops_t?
    OneDNN.check(dnnl_post_ops_create(&operations), "post-ops")
    defer { dnnl_post_ops_destroy(operations) }
    func add(_ kind: dnnl_alg_kind_t) {
      OneDNN.check(dnnl_post_ops_append_eltwise(operations, 1, kind, 0, 0), "post-op")
    }
    switch epilogue {
    case .store: break
    case .gelu: add(dnnl_eltwise_gelu_erf)
    case .geluTanh: add(dnnl_eltwise_gelu_tanh)
    case .relu: add(dnnl_eltwise_relu)
    case .accumulate: OneDNN.check(dnnl_post_ops_append_sum(operations, 1), "post-op")
    }
    OneDNN.check(dnnl_primitive_attr_set_post_ops(attributes, operations), "post-ops")
    return attributes!
  }
}
