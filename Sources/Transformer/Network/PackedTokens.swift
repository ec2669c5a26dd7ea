import Kernels

/// The tokens of some sentences, packed.
package struct PackedTokens {
  package private(set) var packed = PackedBatch()
  package private(set) var ids: [Int32] = []

  package init() {}

  package init(_ sentences: some Sequence<[Int32]>) {
    for sentence in sentences { append(sentence) }
  }

  package mutating func removeAll() {
    packed.removeAll()
    ids.removeAll(keepingCapacity: true)
  }

  package mutating func append(_ sentence: some Collection<Int32>) {
    packed.append(length: sentence.count)
    ids.append(contentsOf: sentence)
  }

  package var sentences: [PackedBatch.Sentence] { packed.sentences }
  package var tokens: Int { packed.tokens }
}
