import Kernels

/// One block of an encoder: attention and a feed-forward part, each with a residual, and a norm
/// after it or before it.
///
/// The order of its steps is ``run(_:_:)``'s; a kind of arithmetic is how it carries them out.
protocol EncoderLayer: Sendable {
  var plan: LayerPlan { get }

  /// The states, through the norm before them if there is one, to queries, keys and values.
  func project(_ rows: Int, _ workspace: EncoderWorkspace)
  /// Adds to the states what attention gathered, through its last product.
  func mergeAttention(_ rows: Int, _ workspace: EncoderWorkspace)
  /// The states, through the norm before them if there is one, to the wide activations.
  func widen(_ rows: Int, _ workspace: EncoderWorkspace)
  /// Adds the wide activations to the states, through the last product.
  func mergeFeedForward(_ rows: Int, _ workspace: EncoderWorkspace)
}

extension EncoderLayer {
  /// Turns the states in `workspace.hidden` (and their copy in the products' type) into the next.
  func run(_ batch: TokenBatch, _ workspace: EncoderWorkspace) {
    let rows = batch.tokens
    project(rows, workspace)
    workspace.attend(batch, plan)
    mergeAttention(rows, workspace)
    workspace.normalize(plan.afterAttention, rows: rows)
    widen(rows, workspace)
    mergeFeedForward(rows, workspace)
    workspace.normalize(plan.afterFeedForward, rows: rows)
  }
}

/// What a block does beside its products.
struct LayerPlan: Sendable {
  let attention: Attention.Settings
  /// Base of the rotary positions; nil for none.
  let rotaryBase: Double?
  let beforeAttention: EncoderWeights.Norm?
  let afterAttention: EncoderWeights.Norm?
  let beforeFeedForward: EncoderWeights.Norm?
  let afterFeedForward: EncoderWeights.Norm?
  let activation: Activation
  let isGated: Bool

  /// - Parameter bias: the encoder's, where it has one.
  init(
    _ layer: EncoderWeights.Layer, number: Int, _ configuration: ModelConfiguration,
    precision: Precision, bias: Attention.RelativeBias?
  ) {
    let settings = configuration.attention[number]
    attention = Attention.Settings(
      bias: bias, window: settings.window,
      multipliesBFloat16: precision != .float32 && Processor.hasBFloat16)
    rotaryBase = settings.rotaryBase
    let isBefore = configuration.architecture.normPlacement == .before
    beforeAttention = isBefore ? layer.attentionNorm : nil
    afterAttention = isBefore ? nil : layer.attentionNorm
    beforeFeedForward = isBefore ? layer.feedForwardNorm : nil
    afterFeedForward = isBefore ? nil : layer.feedForwardNorm
    activation = configuration.activation
    isGated = layer.multiplier != nil
  }
}

extension EncoderWeights.Layer {
  /// Query, key and value as one layer; the queries come out divided by √(head size), which
  /// attention would else do to every score.
  func projections(_ configuration: ModelConfiguration) -> EncoderWeights.Linear {
    let scale = 1 / Float(configuration.headSize).squareRoot()
    return EncoderWeights.Linear.joined([query, key, value], scales: [scale, 1, 1])
  }

  /// What the activation takes, and in a gated block its multiplier, as one layer.
  var widening: EncoderWeights.Linear {
    multiplier.map { .joined([intermediate, $0], scales: [1, 1]) } ?? intermediate
  }
}

extension EncoderWeights.Linear {
  /// One layer whose outputs are those of `parts`, each scaled.
  fileprivate static func joined(_ parts: [Self], scales: [Float]) -> Self {
    let inputs = parts[0].inputs
    let outputs = parts.reduce(0) { $0 + $1.outputs }
    let weight = Buffer<Float>(count: outputs * inputs)
    let bias = Buffer<Float>(count: outputs)
    var row = 0
    for (linear, scale) in zip(parts, scales) {
      let (rows, weights) = (weight.pointer + row * inputs, linear.weight.pointer)
      for index in 0..<linear.outputs * inputs { rows[index] = weights[index] * scale }
      for index in 0..<linear.outputs {
        bias.pointer[row + index] = linear.bias.pointer[index] * scale
      }
      row += linear.outputs
    }
    return Self(
      weight: WeightTensor(
        name: "weight", shape: [outputs, inputs], pointer: weight.pointer, owner: weight),
      bias: WeightTensor(name: "bias", shape: [outputs], pointer: bias.pointer, owner: bias))
  }
}
