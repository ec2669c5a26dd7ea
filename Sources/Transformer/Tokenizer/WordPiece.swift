import Kernels

/// Greedy longest-match-first subwords (Schuster and Nakajima 2012, as in BERT).
struct WordPiece: Sendable {
  private let table: TokenTable
  private let prefix: Buffer<UInt8>
  private let continuation: TokenTable.Start?
  private let unknownID: Int32
  /// Words of more characters are unknown as a whole.
  private let longestWord: Int

  init(vocabulary: Vocabulary, prefix: [UInt8], unknownID: Int32, longestWord: Int) {
    table = vocabulary.table
    self.prefix = Buffer(prefix)
    continuation = vocabulary.table.start(self.prefix)
    self.unknownID = unknownID
    self.longestWord = longestWord
  }

  /// Appends the ids of the word `bytes[word]`.
  @inline(__always)
  func tokenize(_ bytes: UnsafePointer<UInt8>, _ word: Range<Int>, _ tokens: inout TokenSink) {
    let first = tokens.ids.count
    var start = word.lowerBound
    var beginning: TokenTable.Start?
    if word.count > longestWord,
      UTF8Scalars.count(bytes, word.lowerBound, word.upperBound) > longestWord
    {
      return tokens.append(unknownID, word)
    }
    while start < word.upperBound {
      guard let match = table.longestMatch(bytes, start, word.upperBound, after: beginning) else {
        tokens.removeAll(after: first)
        return tokens.append(unknownID, word)
      }
      tokens.append(match.value, start..<match.end)
      start = match.end
      guard start < word.upperBound else { return }
      guard let continuation else {
        tokens.removeAll(after: first)
        return tokens.append(unknownID, word)
      }
      beginning = continuation
    }
  }
}
