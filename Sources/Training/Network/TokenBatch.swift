import Kernels

/// The tokens of some sentences, packed.
package struct TokenBatch {
  package private(set) var packed = PackedBatch()
  private(set) var tokens: [Int32] = []

  package init() {}

  package mutating func removeAll() {
    packed.removeAll()
    tokens.removeAll(keepingCapacity: true)
  }

  package mutating func append(_ sentence: some Collection<Int32>) {
    packed.append(length: sentence.count)
    tokens.append(contentsOf: sentence)
  }

  package var capacity: Activations.Capacity {
    Activations.Capacity(
      tokens: packed.tokens, sentences: packed.sentences.count, widths: packed.widths,
      squares: packed.squares)
  }
}
