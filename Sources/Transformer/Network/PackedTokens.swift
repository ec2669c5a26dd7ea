import Kernels

/// The tokens of some sentences, packed.
package struct PackedTokens {
  package private(set) var packed = PackedBatch()
  package private(set) var ids: [Int32] = []
  /// What each token is a part of: 0, or 1 in the second text of a pair.
  package private(set) var types: [UInt8] = []

  package init() {}

  package init(_ sentences: some Sequence<[Int32]>) {
    for sentence in sentences { append(sentence) }
  }

  package mutating func removeAll() {
    packed.removeAll()
    ids.removeAll(keepingCapacity: true)
    types.removeAll(keepingCapacity: true)
  }

  /// - Parameter types: of each token; all 0 if empty.
  package mutating func append(_ sentence: some Collection<Int32>, types: [UInt8] = []) {
    precondition(types.isEmpty || types.count == sentence.count, "a type for each token")
    packed.append(length: sentence.count)
    ids.append(contentsOf: sentence)
    if types.isEmpty {
      self.types.append(contentsOf: repeatElement(0, count: sentence.count))
    } else {
      self.types.append(contentsOf: types)
    }
  }

  package var sentences: [PackedBatch.Sentence] { packed.sentences }
  package var tokens: Int { packed.tokens }
}
