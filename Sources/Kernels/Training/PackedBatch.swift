/// Where each sentence of a packed batch lies: all tokens of all sentences are the rows of one
/// matrix, without padding.
public struct PackedBatch: Sendable {
  /// A sentence and the places of its per-head work areas.
  public struct Sentence: Sendable {
    /// First row of the sentence.
    public let row: Int
    /// Number of tokens, at least 1.
    public let length: Int
    /// ``length`` rounded up to whole vectors: the row length of its attention matrices.
    public let width: Int
    /// Sum of the widths of the sentences before.
    let widthsBefore: Int
    /// Sum of length times width of the sentences before.
    let squaresBefore: Int
  }

  public private(set) var sentences: [Sentence] = []
  /// Rows of the packed matrix.
  public private(set) var tokens = 0
  /// Sum of the sentences' widths.
  public private(set) var widths = 0
  /// Sum of length times width: attention probabilities of one head.
  public private(set) var squares = 0

  public init(capacity: Int = 0) { sentences.reserveCapacity(capacity) }

  /// Adds a sentence of `length` tokens (at least 1) at the end.
  public mutating func append(length: Int) {
    precondition(length > 0, "a sentence has at least one token")
    let width = (length + 15) & ~15
    sentences.append(
      Sentence(
        row: tokens, length: length, width: width, widthsBefore: widths, squaresBefore: squares))
    tokens += length
    widths += width
    squares += length * width
  }

  /// Removes all sentences and keeps the memory.
  public mutating func removeAll() {
    sentences.removeAll(keepingCapacity: true)
    tokens = 0
    widths = 0
    squares = 0
  }
}
