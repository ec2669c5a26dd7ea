import COneDNN

/// oneDNN's CPU engine and the checks around its calls.
enum OneDNN {
  nonisolated(unsafe) static let engine: dnnl_engine_t = {
    var engine: dnnl_engine_t?
    check(dnnl_engine_create(&engine, dnnl_cpu, 0), "engine")
    return engine!
  }()

  /// oneDNN fails only where we ask for something malformed or memory runs out; neither is the
  /// user's doing, so it stops the program.
  static func check(_ status: dnnl_status_t, _ call: String) {
    precondition(status == dnnl_success, "oneDNN \(call) failed with status \(status.rawValue)")
  }

  static func makeStream() -> dnnl_stream_t {
    var stream: dnnl_stream_t?
    check(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue), "stream")
    return stream!
  }

  /// A memory object over `handle`, which the caller keeps alive.
  static func memory(
    _ description: dnnl_memory_desc_t, _ handle: UnsafeMutableRawPointer?
  ) -> dnnl_memory_t {
    var description = description
    var memory: dnnl_memory_t?
    check(dnnl_memory_create(&memory, &description, engine, handle), "memory")
    return memory!
  }

  /// A matrix `[rows, columns]` with the given strides, in elements.
  static func matrix(
    _ rows: Int, _ columns: Int, _ type: dnnl_data_type_t, strides: (Int, Int)
  ) -> dnnl_memory_desc_t {
    var description = dnnl_memory_desc_t()
    let sizes = [dnnl_dim_t(rows), dnnl_dim_t(columns)]
    let steps = [dnnl_dim_t(strides.0), dnnl_dim_t(strides.1)]
    check(dnnl_memory_desc_init_by_strides(&description, 2, sizes, type, steps), "matrix")
    return description
  }

  /// A matrix `[rows, columns]` in whatever layout the primitive likes best.
  static func anyLayout(
    _ rows: Int, _ columns: Int, _ type: dnnl_data_type_t
  ) -> dnnl_memory_desc_t {
    var description = dnnl_memory_desc_t()
    let sizes = [dnnl_dim_t(rows), dnnl_dim_t(columns)]
    check(dnnl_memory_desc_init_by_tag(&description, 2, sizes, type, dnnl_format_tag_any), "matrix")
    return description
  }

  static func execute(
    _ primitive: dnnl_primitive_t, _ stream: dnnl_stream_t, _ arguments: [dnnl_exec_arg_t]
  ) {
    check(dnnl_primitive_execute(primitive, stream, Int32(arguments.count), arguments), "execute")
    check(dnnl_stream_wait(stream), "wait")
  }
}
