import Kernels

/// A layer normalization that trains.
final class TrainableNorm {
  typealias Pointer = UnsafeMutablePointer<Float>

  private let kernel: NormPass
  private let gamma: UnsafePointer<Float>
  private let beta: UnsafePointer<Float>
  private let weights: EncoderWeights.Norm
  private var saved: NormPass.Saved?

  init(_ weights: EncoderWeights.Norm, epsilon: Float) {
    self.weights = weights
    kernel = NormPass(width: weights.weight.shape[0], epsilon: epsilon)
    gamma = weights.weight.pointer
    beta = weights.bias.pointer
  }

  var width: Int { kernel.width }

  private func save(_ rows: Int, _ pass: NetworkPass) -> NormPass.Saved {
    let result = NormPass.Saved(
      normalized: pass.tape.take(rows * width), inverseDeviation: pass.tape.take(rows))
    saved = result
    return result
  }

  /// `output` = norm(`fill`'s rows), which that writes to the memory it is given.
  func forward(
    _ rows: Int, into output: Pointer, _ pass: NetworkPass,
    fill: (_ rows: Range<Int>, _ input: Pointer) -> Void
  ) {
    let saved = save(rows, pass)
    forEachRowBlock(rows) { block in
      fill(block, saved.normalized)
      kernel.forward(block, gamma: gamma, beta: beta, saved: saved, output: output)
    }
  }

  /// `output` = norm(residual + dropout(y + bias)).
  func forward(
    _ y: Pointer, bias: UnsafePointer<Float>, residual: Pointer, rows: Int,
    dropout: DropoutStream, into output: Pointer, _ pass: NetworkPass
  ) {
    let saved = save(rows, pass)
    forEachRowBlock(rows) { block in
      kernel.residualForward(
        block, y: y, bias: bias, residual: residual, dropout: dropout, gamma: gamma, beta: beta,
        saved: saved, output: output)
    }
  }

  /// From the gradient `dOutput` to that of the norm's input, in `dInput` (which may be the same
  /// memory), and that times the dropout's factors in `dBranch`, where it is given.
  func backward(
    _ dOutput: Pointer, rows: Int, dropout: DropoutStream = .none, into dInput: Pointer,
    dBranch: Pointer?, _ pass: NetworkPass
  ) {
    guard let saved else { preconditionFailure("backward without forward") }
    let (dGamma, dBeta) = (pass.gradient(gamma), pass.gradient(beta))
    if dGamma != nil || dBeta != nil {
      Threads.forEach(kernel.parameterJobs) { job in
        kernel.parameterGradient(
          job, rows: rows, dOutput: dOutput, saved: saved, dGamma: dGamma, dBeta: dBeta)
      }
    }
    forEachRowBlock(rows) { block in
      kernel.backward(
        block, dOutput: dOutput, gamma: gamma, saved: saved, dropout: dropout,
        residualGradient: dInput, branchGradient: dBranch)
    }
  }
}
