import Foundation
import Kernels

/// An encoder's layers, packed for inference: token ids in, the last hidden states out.
///
/// A batch is packed: the tokens of all its sentences in one `[tokens, hidden]` matrix, without
/// padding; attention runs on each sentence by itself. Immutable; a thread brings its own
/// ``EncoderWorkspace``.
final class EncoderNetwork: Sendable {
  private struct Layer {
    let projections: PackedLinear
    let attentionOutput: PackedLinear
    let attentionNorm: EncoderWeights.Norm
    let intermediate: PackedLinear
    let output: PackedLinear
    let outputNorm: EncoderWeights.Norm
  }

  let configuration: ModelConfiguration
  let narrow: Bool
  private let weights: EncoderWeights
  private let layers: [Layer]

  /// - Parameter narrow: multiply in bfloat16 instead of float32.
  init(_ configuration: ModelConfiguration, _ weights: EncoderWeights, narrow: Bool) {
    self.configuration = configuration
    self.weights = weights
    self.narrow = narrow
    layers = weights.layers.map { Self.pack($0, configuration, narrow: narrow) }
  }

  private static func pack(
    _ layer: EncoderWeights.Layer, _ configuration: ModelConfiguration, narrow: Bool
  ) -> Layer {
    let element: PackedLinear.Element = narrow ? .bfloat16 : .float32
    func linear(
      _ linear: EncoderWeights.Linear, _ epilogue: PackedLinear.Epilogue,
      output: PackedLinear.Element = .float32
    ) -> PackedLinear {
      PackedLinear(
        weight: linear.weight.pointer, bias: linear.bias.pointer, inputs: linear.inputs,
        outputs: linear.outputs, epilogue: epilogue, input: element, output: output)
    }
    return Layer(
      projections: packProjections(layer, configuration, element),
      attentionOutput: linear(layer.attentionOutput, .accumulate),
      attentionNorm: layer.attentionNorm,
      intermediate: linear(layer.intermediate, configuration.epilogue, output: element),
      output: linear(layer.output, .accumulate),
      outputNorm: layer.outputNorm)
  }

  /// Query, key and value in one product; the queries come out divided by √(head size).
  private static func packProjections(
    _ layer: EncoderWeights.Layer, _ configuration: ModelConfiguration,
    _ element: PackedLinear.Element
  ) -> PackedLinear {
    let hidden = configuration.hiddenSize
    let weight = Buffer<Float>(count: 3 * hidden * hidden)
    let bias = Buffer<Float>(count: 3 * hidden)
    for (index, part) in [layer.query, layer.key, layer.value].enumerated() {
      let scale = index == 0 ? 1 / Float(configuration.headSize).squareRoot() : 1
      let rows = weight.pointer + index * hidden * hidden
      for place in 0..<hidden * hidden { rows[place] = part.weight.pointer[place] * scale }
      for place in 0..<hidden {
        bias.pointer[index * hidden + place] = part.bias.pointer[place] * scale
      }
    }
    return PackedLinear(
      weight: weight.pointer, bias: bias.pointer, inputs: hidden, outputs: 3 * hidden,
      input: element)
  }

  /// Leaves the last hidden states of `batch`, `[tokens, hidden]`, in `workspace.hidden`.
  func run(_ batch: TokenBatch, _ workspace: EncoderWorkspace) {
    embed(batch, workspace)
    for layer in layers { run(layer, batch, workspace) }
  }

  private func embed(_ batch: TokenBatch, _ workspace: EncoderWorkspace) {
    let size = configuration.hiddenSize
    let offset = configuration.architecture.positionOffset
    let words = weights.wordEmbeddings.pointer
    let positions = weights.positionEmbeddings.pointer + offset * size
    let type = weights.tokenTypeEmbeddings.pointer
    var row = workspace.hidden.pointer
    for sentence in batch.sentences {
      for position in 0..<sentence.count {
        let token = Int(batch.ids[sentence.start + position])
        Rows.sum(
          words + token * size, positions + position * size, type, size: size, into: row)
        row += size
      }
    }
    let unused = PackedLinear.paddedRows(batch.tokens) - batch.tokens
    row.update(repeating: 0, count: unused * size)
    normalize(weights.embeddingNorm, batch, workspace)
  }

  private func run(_ layer: Layer, _ batch: TokenBatch, _ workspace: EncoderWorkspace) {
    let context = workspace.context
    let hidden = UnsafeMutableRawPointer(workspace.hidden.pointer)
    let input = narrow ? UnsafeMutableRawPointer(workspace.narrowHidden.pointer) : hidden
    let attended = UnsafeMutableRawPointer(workspace.attended.pointer)
    let wide = UnsafeMutableRawPointer(workspace.intermediate.pointer)
    layer.projections(
      input, rows: batch.tokens, into: workspace.projections.pointer, context: context)
    attend(batch, workspace)
    layer.attentionOutput(attended, rows: batch.tokens, into: hidden, context: context)
    normalize(layer.attentionNorm, batch, workspace)
    layer.intermediate(input, rows: batch.tokens, into: wide, context: context)
    layer.output(wide, rows: batch.tokens, into: hidden, context: context)
    normalize(layer.outputNorm, batch, workspace)
  }

  private func attend(_ batch: TokenBatch, _ workspace: EncoderWorkspace) {
    let hidden = configuration.hiddenSize
    let bytes = hidden * (narrow ? 2 : 4)
    var row = 0
    for sentence in batch.sentences {
      Attention.run(
        projections: workspace.projections.pointer + row * 3 * hidden, length: sentence.count,
        heads: configuration.heads, headSize: configuration.headSize,
        into: UnsafeMutableRawPointer(workspace.attended.pointer) + row * bytes, narrow: narrow,
        scratch: workspace.scratch.pointer)
      row += sentence.count
    }
  }

  private func normalize(
    _ norm: EncoderWeights.Norm, _ batch: TokenBatch, _ workspace: EncoderWorkspace
  ) {
    Rows.normalize(
      workspace.hidden.pointer, rows: batch.tokens, size: configuration.hiddenSize,
      weight: norm.weight.pointer, bias: norm.bias.pointer,
      epsilon: configuration.layerNormEpsilon,
      narrow: narrow ? workspace.narrowHidden.pointer : nil)
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
