/// What of a text reached the model.
public struct TextReading: Hashable, Sendable {
  /// Tokens the model sees, special tokens included.
  public var tokens: Int
  /// Bytes of the text's UTF-8 before its first token beyond the limit; nil if nothing was cut off.
  public var seenBytes: Int?
  /// Words the model sees as its unknown token, as they are written and in their order.
  public var unknownWords: [String]

  /// See the properties of these names.
  public init(tokens: Int, seenBytes: Int? = nil, unknownWords: [String] = []) {
    self.tokens = tokens
    self.seenBytes = seenBytes
    self.unknownWords = unknownWords
  }

  /// Whether the model saw all of the text and knew its words.
  public var isWhole: Bool { seenBytes == nil && unknownWords.isEmpty }
}

extension Tokenizer {
  /// What reached the model of `text` behind `prompt`.
  ///
  /// Texts that were cut or hold unknown tokens are tokenized once more, to learn where; others
  /// cost a look at their ids.
  ///
  /// - Parameters:
  ///   - ids: the tokens of prompt and text, up to one more than `limit`.
  ///   - limit: how many of them the model sees.
  ///   - tokens: how many it sees in all.
  func reading(
    of text: String, after prompt: String, _ ids: [Int32], limit: Int, tokens: Int
  ) -> TextReading {
    var reading = TextReading(tokens: tokens)
    let isCut = ids.count > limit
    guard isCut || unknownID.map({ ids.contains($0) }) == true else { return reading }
    let pieces = encodeContentWithOffsets(prompt + text, limit: isCut ? limit + 1 : .max)
    let start = prompt.utf8.count
    if isCut, pieces.count > limit {
      reading.seenBytes = max(0, pieces[limit].utf8Range.lowerBound - start)
    }
    let bytes = Array(text.utf8)
    for piece in pieces.prefix(limit) where piece.id == unknownID {
      let range = piece.utf8Range
      if range.lowerBound < start || range.upperBound - start > bytes.count { continue }
      let word = bytes[range.lowerBound - start..<range.upperBound - start]
      reading.unknownWords.append(String(decoding: word, as: UTF8.self))
    }
    return reading
  }
}
