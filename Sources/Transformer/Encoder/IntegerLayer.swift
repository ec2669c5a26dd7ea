import Kernels

/// An encoder block whose products run in 8-bit integers; attention, residuals and norms stay in
/// float32.
struct IntegerLayer: EncoderLayer {
  private let hiddenSize: Int
  private let activation: QuantizedLinear.Activation
  private let projections: QuantizedLinear
  private let attentionOutput: QuantizedLinear
  private let attentionNorm: EncoderWeights.Norm
  private let intermediate: QuantizedLinear
  private let output: QuantizedLinear
  private let outputNorm: EncoderWeights.Norm

  init(_ layer: EncoderWeights.Layer, _ configuration: ModelConfiguration) {
    func pack(_ linear: EncoderWeights.Linear) -> QuantizedLinear {
      QuantizedLinear(
        weight: linear.weight.pointer, bias: linear.bias.pointer, inputs: linear.inputs,
        outputs: linear.outputs)
    }
    hiddenSize = configuration.hiddenSize
    activation = configuration.quantizedActivation
    projections = pack(layer.projections(configuration))
    attentionOutput = pack(layer.attentionOutput)
    attentionNorm = layer.attentionNorm
    intermediate = pack(layer.intermediate)
    output = pack(layer.output)
    outputNorm = layer.outputNorm
  }

  func run(_ batch: TokenBatch, _ workspace: EncoderWorkspace) {
    let rows = batch.tokens
    let context = workspace.context
    let hidden = workspace.hidden.pointer
    let bytes = workspace.hiddenBytes
    let sums = UnsafeMutableRawPointer(workspace.intermediate.pointer)
      .assumingMemoryBound(to: Int32.self)
    let attended = UnsafeMutableRawPointer(workspace.attended.pointer)
      .assumingMemoryBound(to: Float.self)
    bytes.quantize(hidden, rows: rows, size: hiddenSize)
    projections(
      bytes, rows: rows, sums: sums, into: workspace.projections.pointer, context: context)
    workspace.attend(batch)
    bytes.quantize(attended, rows: rows, size: hiddenSize)
    attentionOutput(
      bytes, rows: rows, sums: sums, into: hidden, accumulate: true, context: context)
    workspace.normalize(attentionNorm, rows: rows)
    bytes.quantize(hidden, rows: rows, size: hiddenSize)
    intermediate(
      bytes, rows: rows, sums: sums, activation: activation, line: workspace.projections.pointer,
      into: workspace.intermediateBytes, context: context)
    output(
      workspace.intermediateBytes, rows: rows, sums: sums, into: hidden, accumulate: true,
      context: context)
    workspace.normalize(outputNorm, rows: rows)
  }
}

extension ModelConfiguration {
  fileprivate var quantizedActivation: QuantizedLinear.Activation {
    switch activation {
    case .gelu: .gelu
    case .geluTanh: .geluTanh
    case .relu: .relu
    }
  }
}
