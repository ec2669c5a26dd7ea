import COneDNN

/// One kind of product: what a oneDNN primitive is made for.
struct LinearShape: Hashable {
  private(set) var rows: Int
  let inputs: Int
  let outputs: Int
  let epilogue: PackedLinear.Epilogue
  /// Of the weights too.
  let source: dnnl_data_type_t
  let destination: dnnl_data_type_t

  func with(rows: Int) -> LinearShape {
    var shape = self
    shape.rows = rows
    return shape
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(rows)
    hasher.combine(inputs)
    hasher.combine(outputs)
    hasher.combine(epilogue)
    hasher.combine(source.rawValue)
  }

  var sourceMatrix: dnnl_memory_desc_t {
    OneDNN.matrix(rows, inputs, source, strides: (inputs, 1))
  }

  var destinationMatrix: dnnl_memory_desc_t {
    OneDNN.matrix(rows, outputs, destination, strides: (outputs, 1))
  }

  func makeDescriptor(packed: dnnl_memory_desc_t) -> dnnl_primitive_desc_t {
    var source = sourceMatrix
    var weights = packed
    var destination = destinationMatrix
    var bias = OneDNN.matrix(1, outputs, dnnl_f32, strides: (outputs, 1))
    var operation = dnnl_matmul_desc_t()
    let status = withUnsafePointer(to: &bias) { bias in
      dnnl_matmul_desc_init(&operation, &source, &weights, bias, &destination)
    }
    OneDNN.check(status, "matmul")
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
    switch epilogue {
    case .store: break
    case .activate(let activation):
      let (kind, parameter) = activation.algorithm
      OneDNN.check(
        dnnl_post_ops_append_eltwise(operations, 1, kind, parameter, 0), "post-op")
    case .accumulate: OneDNN.check(dnnl_post_ops_append_sum(operations, 1), "post-op")
    }
    OneDNN.check(dnnl_primitive_attr_set_post_ops(attributes, operations), "post-ops")
    return attributes!
  }
}

extension Activation {
  /// oneDNN's name and the parameter: ReLU's slope below zero, swish's factor of x.
  fileprivate var algorithm: (dnnl_alg_kind_t, Float) {
    switch self {
    case .gelu: (dnnl_eltwise_gelu_erf, 0)
    case .geluTanh: (dnnl_eltwise_gelu_tanh, 0)
    case .relu: (dnnl_eltwise_relu, 0)
    case .silu: (dnnl_eltwise_swish, 1)
    }
  }
}
