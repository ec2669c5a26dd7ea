import Kernels

/// An encoder block whose products run in 8-bit integers; attention, residuals and norms stay in
/// float32.
struct IntegerLayer: EncoderLayer {
  let plan: LayerPlan
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

  func project(_ rows: Int, _ workspace: EncoderWorkspace) {
    quantizeBranch(plan.beforeAttention, workspace, rows)
    projections(
      workspace.hiddenBytes, rows: rows, sums: workspace.sums.pointer,
      into: workspace.projections.pointer)
  }

  func mergeAttention(_ rows: Int, _ workspace: EncoderWorkspace) {
    let attended = UnsafeMutableRawPointer(workspace.attended.pointer)
      .assumingMemoryBound(to: Float.self)
    workspace.hiddenBytes.quantize(attended, rows: rows, size: output.outputs)
    attentionOutput(
      workspace.hiddenBytes, rows: rows, sums: workspace.sums.pointer,
      into: workspace.hidden.pointer, accumulate: true)
  }

  func mergeFeedForward(_ rows: Int, _ workspace: EncoderWorkspace) {
    output(
      workspace.intermediateBytes, rows: rows, sums: workspace.sums.pointer,
      into: workspace.hidden.pointer, accumulate: true)
  }

  private func quantizeBranch(
    _ norm: EncoderWeights.Norm?, _ workspace: EncoderWorkspace, _ rows: Int
  ) {
    let states = workspace.branch(norm, rows: rows).assumingMemoryBound(to: Float.self)
    workspace.hiddenBytes.quantize(states, rows: rows, size: output.outputs)
  }

  func widen(_ rows: Int, _ workspace: EncoderWorkspace) {
    quantizeBranch(plan.beforeFeedForward, workspace, rows)
    let sums = workspace.sums.pointer
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
