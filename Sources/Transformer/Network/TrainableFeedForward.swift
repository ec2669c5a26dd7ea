import Kernels

/// The feed-forward part that trains: a wide product, its activation (gated or not), a narrow product.
final class TrainableFeedForward: BranchBody {
  let widening: TrainableLinear
  let output: TrainableLinear
  private let kernel: ActivationPass
  private var saved: (x: Pointer, derivative: Pointer, activated: Pointer)?

  init(
    _ weights: EncoderWeights.Layer, _ configuration: ModelConfiguration, _ parameters: Parameters
  ) {
    let prefix = configuration.architecture.prefix
    let multiplier = weights.multiplier.map { [$0] } ?? []
    widening = TrainableLinear(
      [weights.intermediate] + multiplier, parameters, prefix: prefix)
    output = TrainableLinear([weights.output], parameters, prefix: prefix)
    kernel = ActivationPass(
      configuration.activation, size: configuration.intermediateSize,
      isGated: weights.multiplier != nil)
  }

  var outputBias: UnsafePointer<Float> { output.bias }

  func forward(_ x: Pointer, _ rows: BranchRows, _ pass: NetworkPass, into y: Pointer) {
    let wide = pass.tape.take(rows.output * kernel.inputSize)
    let activated = pass.tape.take(rows.output * kernel.size)
    widening.forward(x, rows: rows.output, addsBias: false, into: wide, pass)
    forEachRowBlock(rows.output) { block in
      kernel.forward(block, x: wide, bias: widening.bias, y: activated)
    }
    output.forward(activated, rows: rows.output, addsBias: false, into: y, pass)
    saved = (x, wide, activated)
  }

  func backward(
    _ dy: Pointer, _ rows: BranchRows, into dx: Pointer?, accumulates: Bool, _ pass: NetworkPass
  ) {
    guard let saved else { preconditionFailure("backward without forward") }
    let dActivated = pass.tape.take(rows.output * kernel.size)
    output.backward(
      dy, x: saved.activated, rows: rows.output, into: dActivated, accumulates: false, pass)
    forEachRowBlock(rows.output) { block in
      kernel.backward(block, dy: dActivated, x: saved.derivative)
    }
    widening.backward(
      saved.derivative, x: saved.x, rows: rows.output, into: dx, accumulates: accumulates, pass)
  }
}
