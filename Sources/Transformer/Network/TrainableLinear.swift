import Kernels

/// A linear layer that trains: y = x Wᵀ + b, with adapters beside W where there are some.
///
/// Layers of the same input whose weights are neighbors make one: W is `[outputs, inputs]` of them all.
final class TrainableLinear {
  typealias Pointer = UnsafeMutablePointer<Float>

  /// One of the layers, as a checkpoint names it.
  struct Module {
    /// The weight's name without `.weight`.
    let name: String
    /// Its columns of y.
    let columns: Range<Int>
  }

  let inputs: Int
  let outputs: Int
  let modules: [Module]
  let weight: UnsafePointer<Float>
  /// `[outputs]`; zeros where the family has none.
  let bias: UnsafePointer<Float>
  private let owner: AnyObject
  private(set) var adapters: [LowRankAdapter] = []
  /// The input and the weight of the last forward pass, as they were multiplied.
  private var operands: (x: LinearPass.Operand, weight: LinearPass.Operand)?

  /// - Parameter parts: neighbors among `parameters`.
  init(_ parts: [EncoderWeights.Linear], _ parameters: Parameters, prefix: String) {
    inputs = parts[0].inputs
    weight = parts[0].weight.pointer
    var (next, modules): (Int, [Module]) = (0, [])
    for part in parts {
      precondition(part.weight.pointer == weight + next * inputs, "weights are no neighbors")
      let name = String(part.weight.name.prefix { $0 != "[" })
      modules.append(
        Module(
          name: prefix + name.dropLast(".weight".count), columns: next..<next + part.outputs))
      next += part.outputs
    }
    outputs = next
    // One tensor that holds several layers is one module.
    self.modules =
      Set(modules.map(\.name)).count == 1
      ? [Module(name: modules[0].name, columns: 0..<next)] : modules
    if parameters.offset(of: parts[0].bias.pointer) != nil {
      bias = parts[0].bias.pointer
      owner = parameters
      let ends = zip(parts, parts.dropFirst())
      precondition(
        ends.allSatisfy { $0.bias.pointer + $0.outputs == $1.bias.pointer },
        "biases are no neighbors")
    } else {
      let zeros = Buffer<Float>(repeating: 0, count: outputs)
      bias = UnsafePointer(zeros.pointer)
      owner = zeros
    }
  }

  /// Puts an adapter on one of ``modules``.
  func attach(_ adapter: LowRankAdapter) { adapters.append(adapter) }

  private func product(_ rows: Int) -> LinearPass {
    LinearPass(rows: rows, inputs: inputs, outputs: outputs)
  }

  /// `y` `[rows, outputs]` from `x` `[rows, inputs]`.
  ///
  /// - Parameter addsBias: whoever reads y adds it otherwise.
  func forward(
    _ x: Pointer, rows: Int, addsBias: Bool, into y: Pointer, _ pass: NetworkPass
  ) {
    let product = product(rows)
    let operands = (
      x: pass.operand(x, rows: rows, columns: inputs),
      weight: pass.operand(weight, rows: outputs, columns: inputs)
    )
    Threads.forEach(product.forwardJobs) { job in
      product.forward(
        job, x: operands.x, weight: operands.weight, bias: addsBias ? bias : nil, y: y)
    }
    self.operands = operands
    for adapter in adapters { adapter.forward(x, rows: rows, stride: outputs, into: y, pass) }
  }

  /// From the gradient `dy` of y to that of x, where `dx` is given (added to it if `accumulates`), and
  /// to those of what is trained.
  func backward(
    _ dy: Pointer, x: Pointer, rows: Int, into dx: Pointer?, accumulates: Bool,
    _ pass: NetworkPass
  ) {
    guard let operands else { preconditionFailure("backward without forward") }
    let mark = pass.tape.mark
    defer { pass.tape.release(to: mark) }
    let product = product(rows)
    let (dWeight, dBias) = (pass.gradient(weight), pass.gradient(bias))
    let isTrained = dWeight != nil || dBias != nil
    let narrowed = pass.operand(dy, rows: rows, columns: outputs)
    runJobs(
      dx == nil ? 0 : product.inputGradientJobs, isTrained ? product.weightGradientJobs : 0
    ) { job in
      product.inputGradient(
        job, dy: narrowed, weight: operands.weight, dx: dx!, accumulates: accumulates)
    } _: { job in
      if let dWeight {
        product.weightGradient(job, dy: narrowed, x: operands.x, dWeight: dWeight)
      }
      if let dBias { product.biasGradient(job, dy: dy, dBias: dBias) }
    }
    for adapter in adapters.reversed() {
      adapter.backward(dy, x: x, rows: rows, stride: outputs, into: dx, pass)
    }
  }
}
