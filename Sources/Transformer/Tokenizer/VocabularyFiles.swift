import Files
import Foundation

/// Tokenizers from plain vocabulary files, as Hugging Face makes them where there is no
/// tokenizer.json.
extension TokenizerPipeline {
  /// BERT's tokenizer from a list of tokens, one a line, and the settings that Hugging Face's
  /// `BertTokenizer` keeps.
  static func bert(
    vocabulary data: Data, _ settings: JSONValue?, place: String
  ) throws -> TokenizerPipeline {
    guard data.count < 1 << 31, String(validating: data, as: UTF8.self) != nil else {
      throw FileError(place: place, expected: "tokens in UTF-8", found: "other bytes")
    }
    var lines = [UInt8](data).split(separator: 10, omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    var builder = Vocabulary.Builder()
    for (id, line) in lines.enumerated() {
      (line.last == 13 ? line.dropLast() : line).withUnsafeBufferPointer { builder.append($0, id) }
    }
    let vocabulary = try builder.vocabulary(place: place)
    var ids: [String: Int32] = [:]
    for (key, usual) in [
      ("unk", "[UNK]"), ("cls", "[CLS]"), ("sep", "[SEP]"), ("pad", "[PAD]"), ("mask", "[MASK]"),
    ] {
      let named = try settings?.optional("\(key)_token")
      let content = named?.kind == .object ? try named?.required("content") : named
      let token = try content?.string() ?? usual
      ids[key] = vocabulary.id(of: Array(token.utf8))
      if ids[key] == nil, key == "unk" || key == "cls" || key == "sep" {
        throw FileError(place: place, expected: "the token \(token)", found: "none")
      }
    }
    let lowercases = try settings?.optional("do_lower_case")?.bool() ?? true
    var normalizer = BertNormalizer()
    normalizer.separatesIdeographs =
      try settings?.optional("tokenize_chinese_chars")?.bool() ?? true
    normalizer.stripsAccents = try settings?.optional("strip_accents")?.bool() ?? lowercases
    normalizer.lowercases = lowercases
    let model = WordPiece(
      vocabulary: vocabulary, prefix: Array("##".utf8), unknownID: ids["unk"]!, longestWord: 100)
    var pipeline = TokenizerPipeline(model: .wordPiece(model), vocabulary: vocabulary)
    pipeline.normalizers = [.bert(normalizer)]
    pipeline.preTokenizers = [.bert]
    pipeline.postProcessor.setTemplate(
      PostProcessor.bertTemplate(first: ids["cls"]!, last: ids["sep"]!))
    try pipeline.add(
      ids.values.map {
        AddedTokens.Token(id: $0, content: Array(vocabulary.token($0)!), isSpecial: true)
      }, place: place)
    return pipeline
  }

  /// RoBERTa's or GPT-2's tokenizer from `vocab.json` and `merges.txt`, and the settings that
  /// transformers 5 heeds.
  static func byteLevel(
    _ file: TokenizerFile, _ merges: Data, _ settings: [JSONValue], mergesPlace: String
  ) throws -> TokenizerPipeline {
    let vocabulary = try file.vocabulary(file.root)
    let model = BytePairEncoding(
      vocabulary: vocabulary,
      merges: PairTable(try self.merges(merges, vocabulary, place: mergesPlace)),
      options: BytePairEncoding.Options())
    var pipeline = TokenizerPipeline(model: .bytePair(model), vocabulary: vocabulary)
    let setting = { (key: String) in try settings.lazy.compactMap { try $0.optional(key) }.first }
    let isRoberta = try isRoberta(vocabulary, setting("tokenizer_class"), place: file.place)
    let addsSpace = try setting("add_prefix_space")?.bool() ?? false
    pipeline.preTokenizers = [.byteLevel(addsSpace: addsSpace, cuts: true)]
    var tokens: [String: AddedTokens.Token] = [:]
    var next = Int32(vocabulary.count)
    for (role, usual) in isRoberta ? robertaTokens : gpt2Tokens {
      let value = try setting("\(role)_token")
      guard let usual = try value.map(content) ?? usual.map({ Array($0.utf8) }) else { continue }
      let same = tokens.values.first { $0.content == usual }
      let id = same?.id ?? vocabulary.id(of: usual) ?? next
      if id == next { next += 1 }
      tokens[role] = try same ?? AddedTokens.Token(id, usual, flags: value)
    }
    if isRoberta, let first = tokens["cls"], let last = tokens["sep"] {
      pipeline.postProcessor.setTemplate(
        PostProcessor.robertaTemplate(first: first.id, last: last.id))
      if try setting("trim_offsets")?.bool() ?? true {
        pipeline.postProcessor.trimming = addsSpace ? .exceptAdded : .all
      }
    }
    try pipeline.add(Array(tokens.values), place: file.place)
    return pipeline
  }

  /// Tokens with a role in the order in which those that the vocabulary lacks get ids.
  private static let robertaTokens: [(role: String, usual: String?)] = [
    ("bos", "<s>"), ("eos", "</s>"), ("unk", "<unk>"), ("sep", "</s>"), ("pad", "<pad>"),
    ("cls", "<s>"), ("mask", "<mask>"),
  ]
  private static let gpt2Tokens: [(role: String, usual: String?)] = [
    ("bos", "<|endoftext|>"), ("eos", "<|endoftext|>"), ("unk", "<|endoftext|>"), ("sep", nil),
    ("pad", nil), ("cls", nil), ("mask", nil),
  ]

  private static func isRoberta(
    _ vocabulary: Vocabulary, _ name: JSONValue?, place: String
  ) throws -> Bool {
    if let name = try name?.string() {
      if name.contains("Roberta") { return true }
      if name.contains("GPT2") { return false }
    }
    let has = { (token: String) in vocabulary.id(of: Array(token.utf8)) != nil }
    if has("<s>"), has("</s>") { return true }
    if has("<|endoftext|>") { return false }
    throw FileError(
      place: place, expected: "the special tokens of RoBERTa or GPT-2",
      found: "neither <s> and </s> nor <|endoftext|>",
      advice: "Name the tokenizer_class in tokenizer_config.json, or save a tokenizer.json.")
  }

  private static func merges(
    _ data: Data, _ vocabulary: Vocabulary, place: String
  ) throws -> [(left: Int32, right: Int32, id: Int32)] {
    var reader = MergeReader(vocabulary: vocabulary, prefixLength: 0)
    for (index, line) in [UInt8](data).split(separator: 10, omittingEmptySubsequences: false)
      .enumerated()
    {
      let line = line.last == 13 ? line.dropLast() : line
      guard line.isEmpty || line.withUnsafeBufferPointer({ reader.append(line: $0) }) else {
        throw FileError(
          place: "\(place):\(index + 1)",
          expected: "two tokens that are, as their union is, in the vocabulary",
          found: "\"\(String(decoding: line.prefix(40), as: UTF8.self))\"")
      }
    }
    return reader.merges
  }

  /// A special token's text, written as itself or as an object with its flags.
  private static func content(_ value: JSONValue) throws -> [UInt8] {
    try (value.kind == .object ? value.required("content") : value).utf8()
  }
}

extension AddedTokens.Token {
  /// A special token, with the flags of an object that describes it.
  fileprivate init(_ id: Int32, _ content: [UInt8], flags: JSONValue?) throws {
    self.init(id: id, content: content, isSpecial: true)
    guard let flags, flags.kind == .object else { return }
    isSingleWord = try flags.optional("single_word")?.bool() ?? false
    stripsLeft = try flags.optional("lstrip")?.bool() ?? false
    stripsRight = try flags.optional("rstrip")?.bool() ?? false
    isNormalized = try flags.optional("normalized")?.bool() ?? false
  }
}
