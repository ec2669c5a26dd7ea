import Kernels

/// An encoder block whose products run in 8-bit integers; attention, residuals and norms stay in
/// float32.
struct IntegerLayer: EncoderLayer {
  private let plan: LayerPlan
  private let projections: QuantizedLinear
  private let attentionOutput: QuantizedLinear
  private let intermediate: QuantizedLinear
  private let output: QuantizedLinear

  init(
    _ layer: EncoderWeights.Layer, _ plan: LayerPlan, _ configuration: ModelConfiguration,
    coding: ByteCoding
  ) {
    func pack(_ linear: EncoderWeights.Linear) -> QuantizedLinear {
      QuantizedLinear(
        weight: linear.weight.pointer, bias: linear.bias.pointer, inputs: linear.inputs,
        outputs: linear.outputs, coding: coding)
    }
    self.plan = plan
    projections = pack(layer.projections(configuration))
    attentionOutput = pack(layer.attentionOutput)
    intermediate = pack(layer.widening)
    output = pack(layer.output)
  }

  func run(_ batch: TokenBatch, _ workspace: EncoderWorkspace) {
    let rows = batch.tokens
    let hidden = workspace.hidden.pointer
    let bytes = workspace.hiddenBytes
    let sums = workspace.sums.pointer
    let attended = UnsafeMutableRawPointer(workspace.attended.pointer)
      .assumingMemoryBound(to: Float.self)
    quantizeBranch(plan.beforeAttention, workspace, rows)
    projections(bytes, rows: rows, sums: sums, into: workspace.projections.pointer)
    workspace.attend(batch, plan)
    bytes.quantize(attended, rows: rows, size: output.outputs)
    attentionOutput(bytes, rows: rows, sums: sums, into: hidden, accumulate: true)
    workspace.normalize(plan.afterAttention, rows: rows)
    quantizeBranch(plan.beforeFeedForward, workspace, rows)
    widen(workspace, sums, rows)
    output(workspace.intermediateBytes, rows: rows, sums: sums, into: hidden, accumulate: true)
    workspace.normalize(plan.afterFeedForward, rows: rows)
  }

  private func quantizeBranch(
    _ norm: EncoderWeights.Norm?, _ workspace: EncoderWorkspace, _ rows: Int
  ) {
    let states = workspace.branch(norm, rows: rows).assumingMemoryBound(to: Float.self)
    workspace.hiddenBytes.quantize(states, rows: rows, size: output.outputs)
  }

  /// The first product of the feed-forward part, and its activation.
  private func widen(
    _ workspace: EncoderWorkspace, _ sums: UnsafeMutablePointer<Int32>, _ rows: Int
  ) {
    let (bytes, wide) = (workspace.hiddenBytes, workspace.intermediateBytes)
    guard plan.isGated else {
      intermediate(
        bytes, rows: rows, sums: sums, activation: plan.activation,
        line: workspace.projections.pointer, into: wide)
      return
    }
    intermediate(bytes, rows: rows, sums: sums, into: workspace.gates.pointer)
    workspace.gate(plan.activation, rows: rows)
    let gated = UnsafeMutableRawPointer(workspace.intermediate.pointer)
      .assumingMemoryBound(to: Float.self)
    wide.quantize(gated, rows: rows, size: output.inputs)
  }
}
