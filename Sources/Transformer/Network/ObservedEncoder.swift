import Kernels

/// An encoder that shows its states and attention on the way: any family, in float32.
///
/// Holds a copy of the weights. Not thread-safe.
package final class ObservedEncoder {
  package let folder: ModelFolder
  package let tokenizer: Tokenizer
  private let network: TrainableNetwork

  /// - Parameter maximumTokens: of a sequence, special tokens included; the folder's limit if nil.
  /// - Throws: `FileError` if the limit is not within `2...` the model's positions; the tokenizer's
  ///   error if its files are damaged.
  package init(folder: ModelFolder, maximumTokens: Int? = nil) throws {
    self.folder = folder
    tokenizer = try folder.tokenizer(maximumTokens: maximumTokens ?? folder.maximumTokens)
    network = try TrainableNetwork(
      folder: folder, head: .states, outputs: folder.configuration.hiddenSize, seed: 0)
    network.dropout.step = 0
  }

  package var layers: Int { folder.configuration.layers }
  package var heads: Int { folder.configuration.heads }
  package var width: Int { folder.configuration.hiddenSize }

  /// The table of input embeddings, `[vocabulary, width]`, valid as long as the encoder.
  package var wordEmbeddings: (rows: UnsafePointer<Float>, count: Int) {
    let table = folder.weights.wordEmbeddings
    return (table.pointer, table.shape[0])
  }

  /// - Throws: `FileError` if there is an id beyond the vocabulary.
  package func check(_ sentences: [[Int32]]) throws { try folder.check(sentences) }

  /// Runs `sentences` as one batch; those without tokens must not be among them.
  ///
  /// - Throws: `FileError` if there is an id beyond the model's vocabulary.
  package func run(_ sentences: [[Int32]], observer: any ForwardObserver) throws {
    try folder.check(sentences)
    network.forward(PackedTokens(sentences), observer: observer)
  }
}
