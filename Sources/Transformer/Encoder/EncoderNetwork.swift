import Kernels
import Synchronization

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

  /// Packs `weights`, all threads at once.
  init(_ configuration: ModelConfiguration, _ weights: EncoderWeights, precision: Precision) {
    self.configuration = configuration
    self.weights = weights
    self.precision = precision
    let packed = Mutex([(any EncoderLayer)?](repeating: nil, count: weights.layers.count))
    Threads.forEach(weights.layers.count) { index in
      let layer = weights.layers[index]
      let result: any EncoderLayer =
        precision == .int8
        ? IntegerLayer(layer, configuration)
        : FloatingLayer(layer, configuration, narrow: precision == .bfloat16)
      packed.withLock { $0[index] = result }
    }
    layers = packed.withLock { $0.compactMap { $0 } }
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
    workspace.normalize(weights.embeddingNorm, rows: batch.tokens)
  }
}

/// One block of an encoder: attention, residual, norm, feed-forward, residual, norm.
protocol EncoderLayer: Sendable {
  /// Turns the states in `workspace.hidden` (and their copy in the products' type) into the next.
  func run(_ batch: TokenBatch, _ workspace: EncoderWorkspace)
}
