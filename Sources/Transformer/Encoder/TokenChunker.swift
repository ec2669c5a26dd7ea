import Files
import Kernels

/// Texts to sequences an encoder can run: the prompt before, special tokens around, and what is too
/// long cut or divided.
struct TokenChunker: Sendable {
  /// A text's sequences, whether it had more tokens than one of them holds, and what they tell of it.
  struct Tokens: Sendable {
    var windows: [[Int32]]
    var isLong: Bool
    var reading: TextReading
  }

  /// Texts a thread tokenizes at a time.
  private static let pieceSize = 64

  let longTexts: LongTexts
  private let tokenizer: Tokenizer
  private let prompt: String
  /// What a sequence holds beside its special tokens.
  private let room: Int
  /// The prompt's tokens, which stand before each window after the first; the first has them from
  /// its text. Without the white space at its end: a tokenizer gives that to the word after it.
  private let promptIDs: [Int32]

  /// - Throws: `FileError` if the prompt leaves windows less than half their room.
  init(
    _ tokenizer: Tokenizer, limit: Int, prompt: String, longTexts: LongTexts, place: String
  ) throws {
    self.tokenizer = tokenizer
    self.prompt = prompt
    self.longTexts = longTexts
    room = limit - tokenizer.specialTokenCount
    var bare = Substring(prompt)
    while bare.last?.isWhitespace == true { bare.removeLast() }
    promptIDs = bare.isEmpty ? [] : tokenizer.encodeContent(String(bare), limit: .max)
    guard longTexts == .truncate || promptIDs.count * 2 <= room && room > 0 else {
      throw FileError(
        place: place, expected: "a prompt of at most half of \(room) tokens",
        found: "\(promptIDs.count)",
        advice: "raise \(OptionName.maximumTokens) or shorten the "
          + "prompt")
    }
  }

  /// On several threads, in the order given.
  func tokens(of texts: ArraySlice<String>) -> [Tokens] {
    Threads.flatMap(texts.count, by: Self.pieceSize) { piece in
      piece.map { tokens(of: texts[texts.startIndex + $0]) }
    }
  }

  func tokens(of text: String) -> Tokens {
    let isCut = longTexts == .truncate
    let content = tokenizer.encodeContent(
      prompt.isEmpty ? text : prompt + text, limit: isCut ? room + 1 : .max)
    var windows = [tokenizer.addSpecialTokens(to: content.prefix(room))]
    var rest = content.dropFirst(room)
    while !isCut, !rest.isEmpty {
      let window = rest.prefix(room - promptIDs.count)
      windows.append(tokenizer.addSpecialTokens(to: promptIDs + window))
      rest = rest.dropFirst(window.count)
    }
    return Tokens(
      windows: windows, isLong: content.count > room,
      reading: tokenizer.reading(
        of: text, after: prompt, content, limit: isCut ? room : .max,
        tokens: windows.reduce(0) { $0 + $1.count }))
  }
}
