import Kernels

/// An encoder block whose products run in float32 or bfloat16.
struct FloatingLayer: EncoderLayer {
  private let narrow: Bool
  private let projections: PackedLinear
  private let attentionOutput: PackedLinear
  private let attentionNorm: EncoderWeights.Norm
  private let intermediate: PackedLinear
  private let output: PackedLinear
  private let outputNorm: EncoderWeights.Norm

  /// - Parameter narrow: multiply in bfloat16.
  init(_ layer: EncoderWeights.Layer, _ configuration: ModelConfiguration, narrow: Bool) {
    let element: PackedLinear.Element = narrow ? .bfloat16 : .float32
    func pack(
      _ linear: EncoderWeights.Linear, _ epilogue: PackedLinear.Epilogue,
      output: PackedLinear.Element = .float32
    ) -> PackedLinear {
      PackedLinear(
        weight: linear.weight.pointer, bias: linear.bias.pointer, inputs: linear.inputs,
        outputs: linear.outputs, epilogue: epilogue, input: element, output: output)
    }
    self.narrow = narrow
    projections = pack(layer.projections(configuration), .store)
    attentionOutput = pack(layer.attentionOutput, .accumulate)
    attentionNorm = layer.attentionNorm
    intermediate = pack(layer.intermediate, configuration.epilogue, output: element)
    output = pack(layer.output, .accumulate)
    outputNorm = layer.outputNorm
  }

  func run(_ batch: TokenBatch, _ workspace: EncoderWorkspace) {
    let rows = batch.tokens
    let context = workspace.context
    let hidden = UnsafeMutableRawPointer(workspace.hidden.pointer)
    let input = narrow ? UnsafeMutableRawPointer(workspace.narrowHidden.pointer) : hidden
    let attended = UnsafeMutableRawPointer(workspace.attended.pointer)
    let wide = UnsafeMutableRawPointer(workspace.intermediate.pointer)
    projections(input, rows: rows, into: workspace.projections.pointer, context: context)
    workspace.attend(batch)
    attentionOutput(attended, rows: rows, into: hidden, context: context)
    workspace.normalize(attentionNorm, rows: rows)
    intermediate(input, rows: rows, into: wide, context: context)
    output(wide, rows: rows, into: hidden, context: context)
    workspace.normalize(outputNorm, rows: rows)
  }
}

extension EncoderWeights.Layer {
  /// Query, key and value as one layer; the queries come out divided by √(head size), which
  /// attention would else do to every score.
  func projections(_ configuration: ModelConfiguration) -> EncoderWeights.Linear {
    let hidden = configuration.hiddenSize
    let weight = Buffer<Float>(count: 3 * hidden * hidden)
    let bias = Buffer<Float>(count: 3 * hidden)
    for (index, part) in [query, key, value].enumerated() {
      let scale = index == 0 ? 1 / Float(configuration.headSize).squareRoot() : 1
      let rows = weight.pointer + index * hidden * hidden
      let weights = part.weight.pointer
      for place in 0..<hidden * hidden { rows[place] = weights[place] * scale }
      for place in 0..<hidden {
        bias.pointer[index * hidden + place] = part.bias.pointer[place] * scale
      }
    }
    return EncoderWeights.Linear(
      weight: WeightTensor(
        name: "projections.weight", shape: [3 * hidden, hidden], pointer: weight.pointer,
        owner: weight),
      bias: WeightTensor(
        name: "projections.bias", shape: [3 * hidden], pointer: bias.pointer, owner: bias))
  }
}

extension ModelConfiguration {
  fileprivate var epilogue: PackedLinear.Epilogue {
    switch activation {
    case .gelu: .gelu
    case .geluTanh: .geluTanh
    case .relu: .relu
    }
  }
}
