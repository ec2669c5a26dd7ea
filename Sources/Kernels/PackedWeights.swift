import COneDNN

/// A weight matrix in the layout that oneDNN's products like best.
final class PackedWeights: @unchecked Sendable {
  /// Layouts are chosen for products of this many rows.
  static let typicalRows = 256

  let description: dnnl_memory_desc_t
  let memory: dnnl_memory_t
  private let storage: Buffer<UInt8>

  /// Packs `plain`, `[outputs, inputs]`, for products like `shape`.
  init(_ shape: LinearShape, plain: UnsafePointer<Float>) {
    let descriptor = shape.makeDescriptor(
      packed: OneDNN.anyLayout(shape.inputs, shape.outputs, shape.source))
    description = dnnl_primitive_desc_query_md(descriptor, dnnl_query_weights_md, 0).pointee
    dnnl_primitive_desc_destroy(descriptor)
    var description = description
    storage = Buffer(count: dnnl_memory_desc_get_size(&description))
    memory = OneDNN.memory(description, storage.pointer)
    reorder(
      UnsafeMutableRawPointer(mutating: plain),
      OneDNN.matrix(shape.inputs, shape.outputs, dnnl_f32, strides: (1, shape.inputs)))
  }

  deinit { dnnl_memory_destroy(memory) }

  private func reorder(_ plain: UnsafeMutableRawPointer, _ layout: dnnl_memory_desc_t) {
    var layout = layout
    var target = description
    var descriptor: dnnl_primitive_desc_t?
    var reorder: dnnl_primitive_t?
    OneDNN.check(
      dnnl_reorder_primitive_desc_create(
        &descriptor, &layout, OneDNN.engine, &target, OneDNN.engine, nil), "reorder")
    OneDNN.check(dnnl_primitive_create(&reorder, descriptor), "reorder")
    let source = OneDNN.memory(layout, plain)
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
        dnnl_exec_arg_t(arg: DNNL_ARG_TO, memory: memory),
      ])
  }
}
