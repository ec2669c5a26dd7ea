/// Where each sentence of a packed batch lies: all tokens of all sentences are the rows of one
/// matrix, without padding.
public struct PackedBatch: Sendable {
  public struct Sentence: Sendable {
    /// First row of the sentence.
    public let row: Int
    /// Number of tokens, at least 1.
    public let length: Int
    public var rows: Range<Int> { row..<row + length }
  }

  public private(set) var sentences: [Sentence] = []
  /// Rows of the packed matrix.
  public private(set) var tokens = 0
  /// Tokens of the longest sentence.
  public private(set) var longest = 0

  public init() {}

  /// Adds a sentence of `length` tokens (at least 1) at the end.
  public mutating func append(length: Int) {
    precondition(length > 0, "a sentence has at least one token")
    sentences.append(Sentence(row: tokens, length: length))
    tokens += length
    longest = max(longest, length)
  }

  /// Removes all sentences and keeps the memory.
  public mutating func removeAll() {
    sentences.removeAll(keepingCapacity: true)
    tokens = 0
    longest = 0
  }
}
