import Kernels

/// A block of an encoder that trains.
final class TrainableBlock {
  typealias Pointer = UnsafeMutablePointer<Float>

  let attention: TrainableAttention
  let feedForward: TrainableFeedForward
  private let branches: [TrainableBranch]
  private let width: Int

  init(
    _ weights: EncoderWeights.Layer, number: Int, _ configuration: ModelConfiguration,
    _ parameters: Parameters, bias: DistanceBias?, rotary: RotaryTable?
  ) {
    width = configuration.hiddenSize
    attention = TrainableAttention(
      weights, layer: number, configuration, parameters, bias: bias, rotary: rotary)
    feedForward = TrainableFeedForward(weights, configuration, parameters)
    let isBefore = configuration.architecture.normPlacement == .before
    func branch(
      _ body: any BranchBody, _ norm: EncoderWeights.Norm?, _ site: DropoutPlan.Site
    ) -> TrainableBranch {
      let norm = norm.map {
        TrainableNorm($0, epsilon: configuration.layerNormEpsilon)
      }
      return TrainableBranch(
        body, before: isBefore ? norm : nil, after: isBefore ? nil : norm,
        width: configuration.hiddenSize, site: site)
    }
    branches = [
      branch(attention, weights.attentionNorm, .attentionOutput(layer: number)),
      branch(feedForward, weights.feedForwardNorm, .output(layer: number)),
    ]
  }

  private var linears: [TrainableLinear] {
    [attention.projections, attention.output, feedForward.widening, feedForward.output]
  }

  /// Puts adapters on its linear layers.
  func attach(_ sites: AdapterSites, _ parameters: Parameters) {
    for linear in linears { sites.attach(to: linear, parameters) }
  }

  /// All adapters on its linear layers.
  var adapters: [LowRankAdapter] { linears.flatMap(\.adapters) }

  /// Rows of each branch.
  ///
  /// - Parameter firstOnly: only first tokens come out of the block.
  private func rows(_ pass: NetworkPass, firstOnly: Bool) -> [BranchRows] {
    let batch = pass.batch.packed
    return [
      BranchRows(batch: batch, firstOnly: firstOnly),
      BranchRows(batch: batch, isReduced: firstOnly),
    ]
  }

  /// `input` `[tokens, hidden]` to the block's output, on the tape.
  func forward(_ input: Pointer, firstOnly: Bool, _ pass: NetworkPass) -> Pointer {
    let rows = rows(pass, firstOnly: firstOnly)
    let output = pass.tape.take(rows[1].output * width)
    let mark = pass.tape.mark
    let middle = pass.tape.take(rows[0].output * width)
    branches[0].forward(input, rows[0], into: middle, pass)
    branches[1].forward(middle, rows[1], into: output, pass)
    if !pass.retains { pass.tape.release(to: mark) }
    return output
  }

  /// Turns the gradient of the output in `states` into that of the input, in place.
  func backward(_ states: Pointer, firstOnly: Bool, toInput: Bool, _ pass: NetworkPass) {
    let rows = rows(pass, firstOnly: firstOnly)
    branches[1].backward(states, rows[1], toInput: true, pass)
    branches[0].backward(states, rows[0], toInput: toInput, pass)
  }
}
