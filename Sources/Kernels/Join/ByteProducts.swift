import COneDNN

/// Products of unsigned by signed bytes, summed in int32, on processors with VNNI instructions.
///
/// The right-hand rows are packed once, in tiles of a fixed number of rows; a worker then multiplies
/// any window of left rows with any packed tile on its own thread.
public enum ByteProducts {
  /// Whether the processor has AVX-512 VNNI: exact int32 sums. (Without VNNI oneDNN adds byte
  /// products in saturating 16-bit steps, which no error bound allows for.)
  public static let isAvailable: Bool = {
    let isa = dnnl_get_effective_cpu_isa().rawValue
    let vnni = dnnl_cpu_isa_avx512_core_vnni.rawValue
    return isa & vnni == vnni
  }()

  /// The engine of the processor; oneDNN allows one for all threads.
  fileprivate static let engine: Handle = {
    var engine: dnnl_engine_t?
    require(dnnl_engine_create(&engine, dnnl_cpu, 0), "create an engine")
    return Handle(engine: engine!)
  }()

  fileprivate struct Handle: @unchecked Sendable { let engine: dnnl_engine_t }

  /// oneDNN fails here only for shapes that a caller got wrong or without memory.
  fileprivate static func require(_ status: dnnl_status_t, _ action: String) {
    precondition(status == dnnl_success, "oneDNN could not \(action): status \(status.rawValue)")
  }
}

/// What oneDNN needs to know about one tile: [rows, depth] unsigned by [columns, depth] signed.
private final class ByteProductPlan {
  let description: dnnl_primitive_desc_t
  let rows: Int
  let columns: Int
  let depth: Int

  init(rows: Int, columns: Int, depth: Int) {
    self.rows = rows
    self.columns = columns
    self.depth = depth
    var left = Self.layout(rows, depth, dnnl_u8, dnnl_ab)
    var right = Self.layout(depth, columns, dnnl_s8, dnnl_format_tag_any)
    var products = Self.layout(rows, columns, dnnl_s32, dnnl_ab)
    var operation = dnnl_matmul_desc_t()
    ByteProducts.require(
      dnnl_matmul_desc_init(&operation, &left, &right, nil, &products), "describe a product")
    var attributes: dnnl_primitive_attr_t?
    ByteProducts.require(dnnl_primitive_attr_create(&attributes), "make attributes")
    defer { dnnl_primitive_attr_destroy(attributes) }
    ByteProducts.require(
      dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user),
      "keep scratch memory per worker")
    var description: dnnl_primitive_desc_t?
    ByteProducts.require(
      dnnl_primitive_desc_create(
        &description, &operation, attributes, ByteProducts.engine.engine, nil), "plan a product")
    self.description = description!
  }

  deinit { dnnl_primitive_desc_destroy(description) }

  func layout(of argument: dnnl_query_t) -> dnnl_memory_desc_t {
    dnnl_primitive_desc_query_md(description, argument, 0).pointee
  }

  static func layout(
    _ rows: Int, _ columns: Int, _ type: dnnl_data_type_t, _ order: dnnl_format_tag_t
  ) -> dnnl_memory_desc_t {
    var layout = dnnl_memory_desc_t()
    let sizes = [dnnl_dim_t(rows), dnnl_dim_t(columns)]
    ByteProducts.require(
      dnnl_memory_desc_init_by_tag(&layout, 2, sizes, type, order), "describe a matrix")
    return layout
  }

  static func memory(
    _ layout: dnnl_memory_desc_t, _ pointer: UnsafeMutableRawPointer?
  ) -> dnnl_memory_t {
    var layout = layout
    var memory: dnnl_memory_t?
    ByteProducts.require(
      dnnl_memory_create(&memory, &layout, ByteProducts.engine.engine, pointer), "wrap memory")
    return memory!
  }
}

/// Rows of signed bytes, packed tile by tile in the order the processor wants them.
public final class PackedByteRows: @unchecked Sendable {
  public let tileRows: Int
  public let depth: Int
  private let bytesPerTile: Int
  private let tiles: Buffer<Int8>
  private let plan: ByteProductPlan

  /// Room for `rows` rows of `depth` bytes in tiles of `tileRows`, to be met by windows of
  /// `windowRows` left rows.
  public init(rows: Int, depth: Int, tileRows: Int, windowRows: Int) {
    self.tileRows = tileRows
    self.depth = depth
    plan = ByteProductPlan(rows: windowRows, columns: tileRows, depth: depth)
    var layout = plan.layout(of: dnnl_query_weights_md)
    bytesPerTile = (dnnl_memory_desc_get_size(&layout) + 63) & ~63
    tiles = Buffer(count: (rows + tileRows - 1) / tileRows * bytesPerTile)
  }

  fileprivate func tile(_ index: Int) -> UnsafeMutableRawPointer {
    UnsafeMutableRawPointer(tiles.pointer + index * bytesPerTile)
  }

  /// Packs one tile; different tiles may be packed on different threads.
  ///
  /// - Parameter codes: [tileRows, depth] bytes; rows beyond the last are the caller's to fill.
  public func pack(tile index: Int, _ codes: UnsafeMutablePointer<Int8>) {
    // The rows of the codes are the columns of the right-hand matrix.
    var plain = ByteProductPlan.layout(depth, tileRows, dnnl_s8, dnnl_ba)
    var packed = plan.layout(of: dnnl_query_weights_md)
    let engine = ByteProducts.engine.engine
    var description: dnnl_primitive_desc_t?
    ByteProducts.require(
      dnnl_reorder_primitive_desc_create(&description, &plain, engine, &packed, engine, nil),
      "plan a packing")
    let runner = ByteProductRunner(description!)
    dnnl_primitive_desc_destroy(description)
    runner.run([
      (DNNL_ARG_FROM, ByteProductPlan.memory(plain, codes)),
      (DNNL_ARG_TO, ByteProductPlan.memory(packed, tile(index))),
    ])
  }

  /// A worker for one thread at a time.
  public func makeWorker() -> ByteProductWorker { ByteProductWorker(self, plan) }

  fileprivate var windowRows: Int { plan.rows }
}

/// Multiplies windows of left rows with packed tiles, on the calling thread.
public final class ByteProductWorker {
  /// [windowRows, tileRows] sums, row by row, of the last product.
  public let products: Buffer<Int32>
  private let packed: PackedByteRows
  private let plan: ByteProductPlan
  private let runner: ByteProductRunner
  private let left: dnnl_memory_t
  private let right: dnnl_memory_t
  private let result: dnnl_memory_t
  private let scratch: dnnl_memory_t
  private let scratchBytes: Buffer<UInt8>

  fileprivate init(_ packed: PackedByteRows, _ plan: ByteProductPlan) {
    self.packed = packed
    self.plan = plan
    runner = ByteProductRunner(plan.description)
    products = Buffer(count: plan.rows * plan.columns)
    var scratchLayout = plan.layout(of: dnnl_query_scratchpad_md)
    scratchBytes = Buffer(count: dnnl_memory_desc_get_size(&scratchLayout))
    left = ByteProductPlan.memory(plan.layout(of: dnnl_query_src_md), products.pointer)
    right = ByteProductPlan.memory(plan.layout(of: dnnl_query_weights_md), products.pointer)
    result = ByteProductPlan.memory(plan.layout(of: dnnl_query_dst_md), products.pointer)
    scratch = ByteProductPlan.memory(scratchLayout, scratchBytes.pointer)
  }

  deinit {
    for memory in [left, right, result, scratch] { dnnl_memory_destroy(memory) }
  }

  /// `products[i, j] = window[i] · tile[j]`, exact as long as 32,385 times the depth fits in int32.
  ///
  /// - Parameter window: [windowRows, depth] unsigned bytes.
  public func multiply(window: UnsafePointer<UInt8>, tile: Int) {
    ByteProducts.require(
      dnnl_memory_set_data_handle(left, UnsafeMutableRawPointer(mutating: window)), "set a window")
    ByteProducts.require(
      dnnl_memory_set_data_handle(right, packed.tile(tile)), "set a tile")
    runner.execute([
      (DNNL_ARG_SRC, left), (DNNL_ARG_WEIGHTS, right), (DNNL_ARG_DST, result),
      (DNNL_ARG_SCRATCHPAD, scratch),
    ])
  }
}

/// A primitive and the stream it runs on.
private final class ByteProductRunner {
  private let primitive: dnnl_primitive_t
  private let stream: dnnl_stream_t

  init(_ description: dnnl_primitive_desc_t) {
    var primitive: dnnl_primitive_t?
    ByteProducts.require(dnnl_primitive_create(&primitive, description), "make a primitive")
    self.primitive = primitive!
    var stream: dnnl_stream_t?
    ByteProducts.require(
      dnnl_stream_create(
        &stream, ByteProducts.engine.engine, UInt32(dnnl_stream_default_flags.rawValue)),
      "make a stream")
    self.stream = stream!
  }

  deinit {
    dnnl_stream_destroy(stream)
    dnnl_primitive_destroy(primitive)
  }

  func execute(_ arguments: [(Int32, dnnl_memory_t)]) {
    let arguments = arguments.map { dnnl_exec_arg_t(arg: $0.0, memory: $0.1) }
    ByteProducts.require(
      dnnl_primitive_execute(primitive, stream, Int32(arguments.count), arguments), "multiply")
    ByteProducts.require(dnnl_stream_wait(stream), "finish")
  }

  /// Runs once and frees the arguments.
  func run(_ arguments: [(Int32, dnnl_memory_t)]) {
    execute(arguments)
    for argument in arguments { dnnl_memory_destroy(argument.1) }
  }
}
