import Kernels

/// An encoder's layers, packed for inference: token ids in, the last hidden states out.
///
/// A batch is packed: the tokens of all its sentences in one `[tokens, hidden]` matrix, without
/// padding; attention runs on each sentence by itself. Immutable; a thread brings its own
/// ``EncoderWorkspace``.
final class EncoderNetwork: Sendable {
  private let configuration: ModelConfiguration
  private let precision: Precision
  private let weights: EncoderWeights
  private let layers: [any EncoderLayer]
  /// A row of a table that the family lacks.
  private let zeros: Buffer<Float>
  private let types: TypeEmbeddings

  /// Packs `weights`, all threads at once.
  init(_ configuration: ModelConfiguration, _ weights: EncoderWeights, precision: Precision) {
    self.configuration = configuration
    self.weights = weights
    self.precision = precision
    zeros = Buffer(repeating: 0, count: configuration.hiddenSize)
    types = TypeEmbeddings(weights, size: configuration.hiddenSize)
    let bias = weights.relativeBias.map {
      RelativeBuckets.bias($0, reach: configuration.maximumPositions)
    }
    layers = Threads.map(weights.layers.count) { index in
      let layer = weights.layers[index]
      let plan = LayerPlan(layer, number: index, configuration, precision: precision, bias: bias)
      if let coding = precision.coding {
        return IntegerLayer(layer, plan, configuration, coding: coding)
      }
      return FloatingLayer(layer, plan, configuration, narrow: precision == .bfloat16)
    }
  }

  /// - Parameters:
  ///   - tokens: the most a batch may have.
  ///   - length: the most a sentence may have.
  func makeWorkspace(tokens: Int, length: Int) -> EncoderWorkspace {
    EncoderWorkspace(configuration, precision: precision, tokens: tokens, length: length)
  }

  /// Leaves the last hidden states of `batch`, `[tokens, hidden]`, in `workspace.hidden`.
  func run(_ batch: TokenBatch, _ workspace: EncoderWorkspace) {
    embed(batch, workspace)
    for layer in layers { layer.run(batch, workspace) }
    workspace.normalize(weights.finalNorm, rows: batch.tokens)
  }

  private func embed(_ batch: TokenBatch, _ workspace: EncoderWorkspace) {
    let size = configuration.hiddenSize
    let words = weights.wordEmbeddings.pointer
    let positions = weights.positionEmbeddings?.pointer ?? UnsafePointer(zeros.pointer)
    let step = weights.positionEmbeddings == nil ? 0 : size
    let padding = configuration.positionPadding
    var row = workspace.hidden.pointer
    for sentence in batch.sentences {
      var next = configuration.positionOffset
      for index in sentence.start..<sentence.start + sentence.count {
        let token = Int(batch.ids[index])
        let position = token == padding ? token : next
        if token != padding { next += 1 }
        Rows.sum(
          words + token * size, positions + position * step,
          types.vector(of: batch.types?[index] ?? 0), size: size, into: row)
        row += size
      }
    }
    let unused = PackedLinear.paddedRows(batch.tokens) - batch.tokens
    row.update(repeating: 0, count: unused * size)
    workspace.normalize(weights.embeddingNorm, rows: batch.tokens)
  }
}
