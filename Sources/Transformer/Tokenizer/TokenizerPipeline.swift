import Foundation

/// Normalizers, pre-tokenizers, model and post-processor of one tokenizer, ready to run.
struct TokenizerPipeline: Sendable {
  /// Ids of tokens with a role, as far as the tokenizer has them.
  struct SpecialIDs: Sendable {
    var unknown: Int32?
    var classification: Int32?
    var separator: Int32?
    var padding: Int32?
    var mask: Int32?
  }

  var normalizers: [Normalizer] = []
  var preTokenizers: [PreTokenizer] = []
  var model: SubwordModel
  var vocabulary: Vocabulary
  var postProcessor = PostProcessor()
  /// Added tokens by id, and those searched in the raw and in the normalized text.
  var added: [Int32: AddedTokens.Token] = [:]
  var rawTokens: AddedTokens?
  var normalizedTokens: AddedTokens?
  var special = SpecialIDs()
  /// Name and content of each file read.
  var files: [(name: String, data: Data)] = []
  private var caches = WordCachePool()

  init(model: SubwordModel, vocabulary: Vocabulary) {
    self.model = model
    self.vocabulary = vocabulary
  }

  var vocabularySize: Int {
    max(vocabulary.idLimit, Int(added.keys.max() ?? -1) + 1)
  }

  func token(_ id: Int32) -> String? {
    if let token = added[id] { return String(decoding: token.content, as: UTF8.self) }
    return vocabulary.token(id).map { String(decoding: $0, as: UTF8.self) }
  }

  func id(of token: String) -> Int32? {
    let bytes = Array(token.utf8)
    return added.values.first { $0.content == bytes }?.id ?? vocabulary.id(of: bytes)
  }

  /// The first `limit` tokens of `text`, without special tokens around it; with ranges of the
  /// original bytes if `keepsRanges`.
  func tokenize(_ text: String, limit: Int, keepsRanges: Bool) -> TokenSink {
    let cache = keepsRanges ? nil : caches.take()
    defer { if let cache { caches.give(back: cache) } }
    var tokens = TokenSink(keepsRanges: keepsRanges, cache: cache)
    var text = text
    text.withUTF8 { text in
      let whole = 0..<text.count
      for piece in rawTokens?.split(text, whole) ?? [AddedTokens.Piece(id: nil, range: whole)] {
        guard tokens.ids.count < limit else { break }
        if let id = piece.id {
          tokens.append(added: id, piece.range, text: .init(rebasing: text[piece.range]))
        } else {
          var segment = NormalizedText(text, piece.range, isAligned: keepsRanges || needsAlignment)
          for normalizer in normalizers { normalizer.normalize(&segment) }
          tokenize(normalized: segment, limit: limit, &tokens)
        }
      }
    }
    if tokens.ids.count > limit { tokens.removeAll(after: limit) }
    if keepsRanges, let trimming = postProcessor.trimming { trim(&tokens, trimming, in: &text) }
    return tokens
  }

  private var needsAlignment: Bool { preTokenizers.contains(where: \.needsAlignment) }

  private func trim(
    _ tokens: inout TokenSink, _ trimming: PostProcessor.Trimming, in text: inout String
  ) {
    text.withUTF8 { text in
      for index in tokens.ids.indices {
        let margins =
          tokens.addedMargins[index]
          ?? vocabulary.token(tokens.ids[index]).map(PostProcessor.Trimming.margins) ?? (0, 0)
        tokens.ranges[index] = trimming.trim(
          tokens.ranges[index], leading: margins.leading, trailing: margins.trailing,
          isFirst: index == 0, in: text)
      }
    }
  }

  private func tokenize(
    normalized text: NormalizedText, limit: Int, _ tokens: inout TokenSink
  ) {
    guard let normalizedTokens else { return tokenize(words: text, limit: limit, &tokens) }
    let pieces = text.bytes.withUnsafeBufferPointer {
      normalizedTokens.split($0, 0..<$0.count)
    }
    for piece in pieces {
      if let id = piece.id {
        let span = text.original(piece.range)
        text.bytes[piece.range].withUnsafeBufferPointer {
          tokens.append(added: id, span.start..<max(span.start, span.end), text: $0)
        }
      } else {
        tokenize(words: NormalizedText(text, piece.range), limit: limit, &tokens)
      }
    }
  }

  private func tokenize(words text: NormalizedText, limit: Int, _ tokens: inout TokenSink) {
    guard !text.bytes.isEmpty else { return }
    var text = text
    var words = [0..<text.bytes.count]
    for preTokenizer in preTokenizers { preTokenizer.split(&text, &words) }
    let first = tokens.ids.count
    text.bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      model.tokenize(base, words, limit: limit, &tokens)
    }
    guard tokens.keepsRanges else { return }
    for index in first..<tokens.ranges.count {
      let span = text.original(tokens.ranges[index])
      tokens.ranges[index] = span.start..<max(span.start, span.end)
    }
  }
}

/// What turns words into ids.
enum SubwordModel: Sendable {
  case wordPiece(WordPiece)
  case bytePair(BytePairEncoding)
  case unigram(Unigram)

  func tokenize(
    _ bytes: UnsafePointer<UInt8>, _ words: [Range<Int>], limit: Int, _ tokens: inout TokenSink
  ) {
    switch self {
    case .wordPiece(let model):
      for word in words where tokens.ids.count < limit {
        tokens.encode(bytes, word) { model.tokenize($0, $1, &$2) }
      }
    case .bytePair(let model):
      for word in words where tokens.ids.count < limit {
        model.tokenize(bytes, word, limit: limit, &tokens)
      }
    case .unigram(let model):
      for word in words where tokens.ids.count < limit {
        tokens.encode(bytes, word) { model.tokenize($0, $1, &$2) }
      }
    }
  }
}
