import Files
import Foundation

/// The tokens of two texts in one sequence, with special tokens.
package struct TokenPair: Sendable {
  package var ids: [Int32] = []
  /// Which segment each belongs to.
  package var types: [UInt8] = []
  /// Whether a text was too long.
  package var isCut = false

  package init() {}

  /// One text alone.
  package init(_ ids: [Int32]) {
    self.ids = ids
    types = [UInt8](repeating: 0, count: ids.count)
  }
}

/// Text to token ids, exactly as Hugging Face tokenizers 0.23 makes them from the same files.
///
/// Differences on purpose: padding and truncation baked into tokenizer.json are ignored; nothing is
/// ever padded, and what is longer than ``maximumTokens`` is cut at its end. All functions may be
/// called from any number of threads at once.
public struct Tokenizer: Sendable {
  /// Longer results are cut to this many tokens, special tokens included.
  public let maximumTokens: Int
  private let pipeline: TokenizerPipeline
  private let room: (single: Int, pair: Int)

  /// Reads `tokenizer.json` from `folder`; if there is none, `vocab.txt` (BERT) or `vocab.json` with
  /// `merges.txt` (RoBERTa, GPT-2), heeding `tokenizer_config.json` and `special_tokens_map.json`.
  ///
  /// - Parameter maximumTokens: at least the number of special tokens around a pair.
  /// - Throws: `FileError` if files are missing or malformed, or ask for a component that is
  ///   not supported.
  public init(folder: URL, maximumTokens: Int) throws {
    try self.init(folder: folder, maximumTokens: maximumTokens, replacing: [:])
  }

  /// - Parameter replacing: contents that count in place of the folder's files of these names.
  init(folder: URL, maximumTokens: Int, replacing: [String: Data]) throws {
    pipeline = try TokenizerPipeline(folder: folder, replacing: replacing)
    self.maximumTokens = maximumTokens
    let single = PostProcessor.specialCount(pipeline.postProcessor.single)
    let pair = PostProcessor.specialCount(pipeline.postProcessor.pair)
    guard maximumTokens >= max(single, pair) else {
      throw FileError(
        place: folder.path, expected: "room for the \(max(single, pair)) special tokens",
        found: "at most \(maximumTokens) tokens allowed")
    }
    room = (maximumTokens - single, maximumTokens - pair)
  }

  /// The ids of `text` between its special tokens, at most ``maximumTokens``, never padded.
  public func encode(_ text: String) -> [Int32] {
    addSpecialTokens(to: encodeContent(text, limit: room.single))
  }

  /// The first `limit` ids of `text` alone, without special tokens; ``maximumTokens`` does not count.
  public func encodeContent(_ text: String, limit: Int) -> [Int32] {
    pipeline.tokenize(text, limit: limit, keepsRanges: false).ids
  }

  /// How many special tokens stand around a text.
  public var specialTokenCount: Int { maximumTokens - room.single }

  /// How many of them stand before it.
  package var leadingSpecialTokens: Int {
    var count = 0
    for piece in pipeline.postProcessor.single {
      guard case .special(let ids, _) = piece else { break }
      count += ids.count
    }
    return count
  }

  /// `content` between the special tokens that stand around a text.
  public func addSpecialTokens(to content: some Collection<Int32>) -> [Int32] {
    var ids: [Int32] = []
    ids.reserveCapacity(content.count + specialTokenCount)
    for piece in pipeline.postProcessor.single {
      switch piece {
      case .special(let special, _): ids.append(contentsOf: special)
      case .first, .second: ids.append(contentsOf: content)
      }
    }
    return ids
  }

  /// The ids of a pair of texts with their special tokens, at most ``maximumTokens`` (the longer
  /// text is cut first), and which segment each token belongs to.
  public func encode(_ first: String, _ second: String) -> (ids: [Int32], types: [UInt8]) {
    let pair = encodePair(first, second)
    return (pair.ids, pair.types)
  }

  /// The same, and whether a text was cut.
  package func encodePair(_ first: String, _ second: String) -> TokenPair {
    let first = pipeline.tokenize(first, limit: .max, keepsRanges: false).ids
    let second = pipeline.tokenize(second, limit: .max, keepsRanges: false).ids
    let counts = PostProcessor.fit(first.count, second.count, room: room.pair)
    var (pair, _) = addSpecialTokens(
      first: first.prefix(counts.first), second: second.prefix(counts.second))
    pair.isCut = counts != (first.count, second.count)
    return pair
  }

  /// Tokens of both texts of a pair together, beside the special ones.
  package var pairRoom: Int { room.pair }

  /// Two texts' tokens with the special tokens of a pair, and where the second one's begin; nothing is cut.
  package func addSpecialTokens(
    first: some Collection<Int32>, second: some Collection<Int32>
  ) -> (pair: TokenPair, secondStart: Int) {
    var pair = TokenPair()
    var secondStart = 0
    func append(_ more: some Collection<Int32>, _ type: UInt8) {
      pair.ids.append(contentsOf: more)
      pair.types.append(contentsOf: repeatElement(type, count: more.count))
    }
    for piece in pipeline.postProcessor.pair {
      switch piece {
      case .special(let special, let type): append(special, type)
      case .first(let type): append(first, type)
      case .second(let type):
        secondStart = pair.ids.count
        append(second, type)
      }
    }
    return (pair, secondStart)
  }

  /// As ``encode(_:)``, and for each token the bytes of `text`'s UTF-8 that it stands for.
  ///
  /// Hugging Face counts characters, this counts bytes; ranges never cut a Unicode scalar. Tokens
  /// of one scalar's bytes share its range; special tokens put around the text have 0..<0.
  public func encodeWithOffsets(_ text: String) -> [(id: Int32, utf8Range: Range<Int>)] {
    let content = encodeContentWithOffsets(text, limit: room.single)
    return pipeline.postProcessor.single.flatMap { piece in
      switch piece {
      case .special(let special, _): special.map { ($0, 0..<0) }
      case .first, .second: content
      }
    }
  }

  /// As ``encodeContent(_:limit:)``, with the ranges of ``encodeWithOffsets(_:)``.
  public func encodeContentWithOffsets(
    _ text: String, limit: Int
  ) -> [(id: Int32, utf8Range: Range<Int>)] {
    let tokens = pipeline.tokenize(text, limit: limit, keepsRanges: true)
    return zip(tokens.ids, tokens.ranges).map { ($0, $1) }
  }

  /// How words become ids: WordPiece, BPE or Unigram.
  public var algorithm: String {
    switch pipeline.model {
    case .wordPiece: "WordPiece"
    case .bytePair: "BPE"
    case .unigram: "Unigram"
    }
  }

  /// One more than the highest id.
  public var vocabularySize: Int { pipeline.vocabularySize }

  /// The token with this id, as it stands in the vocabulary; nil if there is none.
  public func token(_ id: Int32) -> String? { pipeline.token(id) }

  /// The id of a token as it stands in the vocabulary; nil if there is none.
  public func id(of token: String) -> Int32? { pipeline.id(of: token) }

  /// The token that stands for what the vocabulary lacks: `[UNK]`, `<unk>` or the like.
  public var unknownID: Int32? { pipeline.special.unknown }
  /// The token that starts a sequence: `[CLS]`, `<s>` or the like.
  public var clsID: Int32? { pipeline.special.classification }
  /// The token that ends or separates sequences: `[SEP]`, `</s>` or the like.
  public var sepID: Int32? { pipeline.special.separator }
  /// The token that fills sequences up: `[PAD]`, `<pad>` or the like.
  public var padID: Int32? { pipeline.special.padding }
  /// The token that hides another: `[MASK]`, `<mask>` or the like.
  public var maskID: Int32? { pipeline.special.mask }

  /// Writes the files the tokenizer was made from into `folder`, byte for byte.
  ///
  /// - Throws: `FileError` if one cannot be written.
  public func save(to folder: URL) throws {
    for (name, data) in pipeline.files {
      try AtomicFile.write(data, to: folder.appending(path: name))
    }
  }
}
