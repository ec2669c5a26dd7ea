import Kernels

/// An encoder block whose products run in float32 or bfloat16.
struct FloatingLayer: EncoderLayer {
  let plan: LayerPlan
  private let projections: PackedLinear
  private let attentionOutput: PackedLinear
  private let intermediate: PackedLinear
  private let output: PackedLinear

  /// - Parameter narrow: multiply in bfloat16.
  init(
    _ layer: EncoderWeights.Layer, _ plan: LayerPlan, _ configuration: ModelConfiguration,
    narrow: Bool
  ) {
    let element: PackedLinear.Element = narrow ? .bfloat16 : .float32
    func pack(
      _ linear: EncoderWeights.Linear, _ epilogue: PackedLinear.Epilogue,
      output: PackedLinear.Element = .float32
    ) -> PackedLinear {
      PackedLinear(
        weight: linear.weight.pointer, bias: linear.bias.pointer, inputs: linear.inputs,
        outputs: linear.outputs, epilogue: epilogue, input: element, output: output)
    }
    self.plan = plan
    projections = pack(layer.projections(configuration), .store)
    attentionOutput = pack(layer.attentionOutput, .accumulate)
    intermediate =
      plan.isGated
      ? pack(layer.widening, .store)
      : pack(layer.widening, .activate(plan.activation), output: element)
    output = pack(layer.output, .accumulate)
  }

  func project(_ rows: Int, _ workspace: EncoderWorkspace) {
    projections(
      workspace.branch(plan.beforeAttention, rows: rows), rows: rows,
      into: workspace.projections.pointer, context: workspace.context)
  }

  func mergeAttention(_ rows: Int, _ workspace: EncoderWorkspace) {
    attentionOutput(
      UnsafeMutableRawPointer(workspace.attended.pointer), rows: rows,
      into: workspace.hidden.pointer, context: workspace.context)
  }

  func widen(_ rows: Int, _ workspace: EncoderWorkspace) {
    let input = workspace.branch(plan.beforeFeedForward, rows: rows)
    let context = workspace.context
    guard plan.isGated else {
      return intermediate(
        input, rows: rows, into: workspace.intermediate.pointer, context: context)
    }
    intermediate(input, rows: rows, into: workspace.gates.pointer, context: context)
    workspace.gate(plan.activation, rows: rows)
  }

  func mergeFeedForward(_ rows: Int, _ workspace: EncoderWorkspace) {
    output(
      workspace.intermediate.pointer, rows: rows, into: workspace.hidden.pointer,
      context: workspace.context)
  }
}
