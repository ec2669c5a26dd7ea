/// Where each sentence of a packed batch lies: all tokens of all sentences are the rows of one
/// matrix, without padding.
package struct PackedBatch: Sendable {
  package struct Sentence: Sendable {
    /// First row of the sentence.
    package let row: Int
    /// Number of tokens, at least 1.
    package let length: Int
    package var rows: Range<Int> { row..<row + length }
  }

  package private(set) var sentences: [Sentence] = []
  /// Rows of the packed matrix.
  package private(set) var tokens = 0
  /// Tokens of the longest sentence.
  package private(set) var longest = 0

  package init() {}

  /// Adds a sentence of `length` tokens (at least 1) at the end.
  package mutating func append(length: Int) {
    precondition(length > 0, "a sentence has at least one token")
    sentences.append(Sentence(row: tokens, length: length))
    tokens += length
    longest = max(longest, length)
  }

  /// Removes all sentences and keeps the memory.
  package mutating func removeAll() {
    sentences.removeAll(keepingCapacity: true)
    tokens = 0
    longest = 0
  }
}
