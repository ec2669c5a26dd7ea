/// A fine-tuned tagger for inference: sentences of words in, logits of tags for each word out, through the
/// same packed encoder that embeds. Every family's class for tokens in transformers is read.
///
/// A sentence's logits depend on that sentence alone, to the last bit, whatever batch, order and threads.
public final class WordTagger: Sendable {
  private let folder: ModelFolder
  private let windows: WordWindows
  private let head: ClassificationHead
  private let encoder: TokenEncoder
  /// Tokens of a sequence, special ones included; longer sentences are run as several.
  public let maximumTokens: Int

  /// - Parameter maximumTokens: the folder's own limit if nil.
  /// - Throws: `FileError` if the folder has no head for tokens, the processor cannot run the precision
  ///   or the token limit is not within `4...` the model's positions, or the tokenizer's files
  ///   are damaged.
  public init(
    folder: ModelFolder, precision: Precision = .automatic, maximumTokens: Int? = nil
  ) throws {
    let limit = maximumTokens ?? folder.maximumTokens
    try precision.checkSupport()
    self.folder = folder
    self.maximumTokens = limit
    head = try ClassificationHead(folder, .tokens)
    windows = WordWindows(try folder.tokenizer(maximumTokens: limit))
    encoder = TokenEncoder(
      folder.configuration, folder.weights, pooling: .cls, precision: precision, normalizes: false)
  }

  /// Whether `folder` holds a model for tokens, as its configuration says.
  public static func isOne(_ folder: ModelFolder) -> Bool {
    folder.configuration.classNames.contains { $0.hasSuffix("ForTokenClassification") }
  }

  /// Names of the tags, in the order of their ids.
  public var labels: [String] { head.labels }

  /// The precision used: never `.automatic`. The head itself is float32 in all of them.
  public var precision: Precision { encoder.precision }

  /// `[words, labels]` for each sentence; a word without tokens is none of the entities.
  ///
  /// - Throws: `FileError` for an id beyond the model's vocabulary.
  public func logits(_ sentences: [[String]]) throws -> [[Float]] {
    let count = labels.count
    let outside = labels.map { $0 == "O" ? Float(1) : 0 }
    var result = sentences.map { $0.flatMap { _ in outside } }
    let pieces = sentences.map(windows.windows)
    let all = pieces.enumerated().flatMap { sentence, windows in
      windows.map { (sentence: sentence, window: $0) }
    }
    try folder.check(all.map(\.window.ids))
    let size = encoder.dimension
    let found = encoder.mapStates(all.map(\.window.ids)) { index, states in
      all[index].window.words.enumerated().filter { $0.element >= 0 }.map { token, word in
        let state = UnsafeBufferPointer(start: states + token * size, count: size)
        return (word: Int(word), logits: head.logits(state))
      }
    }
    for (piece, answers) in zip(all, found) {
      for answer in answers {
        let start = answer.word * count
        result[piece.sentence].replaceSubrange(start..<start + count, with: answer.logits)
      }
    }
    return result
  }
}
