import COneDNN

/// One thread's side of linear layers: its stream, and the products it has met so far.
///
/// Used by one thread at a time. A product of a new shape is compiled when first asked for (about a
/// millisecond); later runs allocate nothing.
package final class LinearContext: @unchecked Sendable {
  let stream = OneDNN.makeStream()
  private var products: [LinearShape: Product] = [:]

  package init() {}

  deinit { dnnl_stream_destroy(stream) }

  func product(_ shape: LinearShape, _ weights: dnnl_memory_desc_t) -> Product {
    if let known = products[shape] { return known }
    let product = Product(shape, weights)
    products[shape] = product
    return product
  }

  /// A compiled product with its memory objects; handles are set anew for each run.
  final class Product {
    private let primitive: dnnl_primitive_t
    private let source: dnnl_memory_t
    private let destination: dnnl_memory_t
    private let scratchpad: dnnl_memory_t
    private let scratch: Buffer<UInt8>
    private var arguments: [dnnl_exec_arg_t]

    init(_ shape: LinearShape, _ weights: dnnl_memory_desc_t) {
      let descriptor = shape.makeDescriptor(packed: weights)
      defer { dnnl_primitive_desc_destroy(descriptor) }
      var primitive: dnnl_primitive_t?
      OneDNN.check(dnnl_primitive_create(&primitive, descriptor), "matmul")
      self.primitive = primitive!
      source = OneDNN.memory(shape.sourceMatrix, nil)
      destination = OneDNN.memory(shape.destinationMatrix, nil)
      var need = dnnl_primitive_desc_query_md(descriptor, dnnl_query_scratchpad_md, 0).pointee
      scratch = Buffer(count: dnnl_memory_desc_get_size(&need))
      scratchpad = OneDNN.memory(need, scratch.pointer)
      arguments = [
        dnnl_exec_arg_t(arg: DNNL_ARG_SRC, memory: source),
        dnnl_exec_arg_t(arg: DNNL_ARG_DST, memory: destination),
        dnnl_exec_arg_t(arg: DNNL_ARG_SCRATCHPAD, memory: scratchpad),
        dnnl_exec_arg_t(arg: DNNL_ARG_WEIGHTS, memory: nil),
        dnnl_exec_arg_t(arg: DNNL_ARG_BIAS, memory: nil),
      ]
    }

    deinit {
      dnnl_primitive_destroy(primitive)
      for memory in [source, destination, scratchpad] { dnnl_memory_destroy(memory) }
    }

    func run(
      weights: dnnl_memory_t, bias: dnnl_memory_t, source from: UnsafeMutableRawPointer,
      destination to: UnsafeMutableRawPointer, stream: dnnl_stream_t
    ) {
      OneDNN.check(dnnl_memory_set_data_handle_v2(source, from, stream), "handle")
      OneDNN.check(dnnl_memory_set_data_handle_v2(destination, to, stream), "handle")
      arguments[3].memory = weights
      arguments[4].memory = bias
      OneDNN.execute(primitive, stream, arguments)
    }
  }
}
