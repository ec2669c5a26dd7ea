import Foundation

/// Reading of a tokenizer's folder.
extension TokenizerPipeline {
  /// The files a tokenizer may consist of, as far as this reader looks at them.
  private static let names = [
    "tokenizer.json", "vocab.txt", "tokenizer_config.json", "special_tokens_map.json",
  ]

  init(folder: URL) throws {
    var files: [(name: String, data: Data)] = []
    for name in Self.names {
      let url = folder.appending(path: name)
      guard FileManager.default.fileExists(atPath: url.path) else { continue }
      files.append((name, try Data(contentsOf: url)))
    }
    let settings = try files.filter { $0.name.hasSuffix("config.json") || $0.name.hasPrefix("sp") }
      .map { try JSONTree($0.data, place: folder.appending(path: $0.name).path).root }
    let place = { (name: String) in folder.appending(path: name).path }
    if let file = files.first(where: { $0.name == "tokenizer.json" }) {
      let tree = try JSONTree(file.data, place: place(file.name))
      self = try TokenizerFile(root: tree.root).pipeline()
    } else if let file = files.first(where: { $0.name == "vocab.txt" }) {
      self = try Self.bert(vocabulary: file.data, settings.first, place: place(file.name))
    } else {
      throw TokenizerError(
        place: folder.path, expected: "tokenizer.json or vocab.txt", found: "neither",
        advice: "Give a model folder in Hugging Face layout.")
    }
    self.files = files
    try nameSpecialTokens(settings)
  }

  /// Finds the tokens with a role by what the settings say, else by their usual names.
  private mutating func nameSpecialTokens(_ settings: [JSONValue]) throws {
    let find = { [self] (keys: [String], names: [String]) throws -> Int32? in
      for key in keys {
        for setting in settings {
          guard let value = try setting.optional(key) else { continue }
          let content = value.kind == .object ? try value.required("content") : value
          if let id = id(of: try content.string()) { return id }
        }
      }
      return names.lazy.compactMap { self.id(of: $0) }.first
    }
    special.unknown = try find(["unk_token"], ["[UNK]", "<unk>"]) ?? special.unknown
    special.classification = try find(["cls_token", "bos_token"], ["[CLS]", "<s>"])
    special.separator = try find(["sep_token", "eos_token"], ["[SEP]", "</s>"])
    special.padding = try find(["pad_token"], ["[PAD]", "<pad>"])
    special.mask = try find(["mask_token"], ["[MASK]", "<mask>"])
  }

  /// BERT's tokenizer from a list of tokens, one a line, and the settings that Hugging Face's
  /// `BertTokenizer` keeps.
  private static func bert(
    vocabulary data: Data, _ settings: JSONValue?, place: String
  ) throws -> TokenizerPipeline {
    guard data.count < 1 << 31, String(validating: data, as: UTF8.self) != nil else {
      throw TokenizerError(place: place, expected: "tokens in UTF-8", found: "other bytes")
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
        throw TokenizerError(place: place, expected: "the token \(token)", found: "none")
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

  /// Registers added tokens, and how they are found in text.
  mutating func add(_ tokens: [AddedTokens.Token], place: String) throws {
    for token in tokens { added[token.id] = token }
    let raw = added.values.filter { !$0.isNormalized }.map { ($0.content, $0) }
    let normalized = added.values.filter(\.isNormalized).map { token in
      let form = token.content.withUnsafeBufferPointer { content in
        var text = NormalizedText(content, 0..<content.count, isAligned: false)
        for normalizer in normalizers { normalizer.normalize(&text) }
        return text.bytes
      }
      return (form, token)
    }
    rawTokens = raw.isEmpty ? nil : AddedTokens(raw)
    normalizedTokens = normalized.isEmpty ? nil : AddedTokens(normalized)
    guard raw.isEmpty || rawTokens != nil, normalized.isEmpty || normalizedTokens != nil else {
      throw TokenizerError(
        place: place, expected: "added tokens that differ once normalized", found: "two alike")
    }
  }
}
