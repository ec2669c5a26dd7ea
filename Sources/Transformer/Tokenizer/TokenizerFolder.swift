import Files
import Foundation

/// Reading of a tokenizer's folder, and of the tokens it adds.
extension TokenizerPipeline {
  /// The files a tokenizer may consist of, as far as this reader looks at them.
  private static let names = [
    "tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", "tokenizer_config.json",
    "special_tokens_map.json",
  ]

  /// Files that count only where neither tokenizer.json nor vocab.txt is there.
  private static let pairNames = ["vocab.json", "merges.txt"]
  /// What SentencePiece's own model file is called.
  private static let sentencePieceNames = [
    "sentencepiece.bpe.model", "sentencepiece.model", "spiece.model", "spm.model",
    "tokenizer.model",
  ]

  init(folder: URL, replacing: [String: Data]) throws {
    var files: [(name: String, data: Data)] = []
    for name in Self.names {
      let url = folder.appending(path: name)
      let isNeeded =
        !Self.pairNames.contains(name)
        || !files.contains { $0.name == "tokenizer.json" || $0.name == "vocab.txt" }
      guard isNeeded, FileManager.default.fileExists(atPath: url.path) else { continue }
      files.append((name, try replacing[name] ?? ModelFolder.contents(of: url)))
    }
    let settings = try files.filter { $0.name.hasSuffix("config.json") || $0.name.hasPrefix("sp") }
      .map { try JSONTree($0.data, place: folder.appending(path: $0.name).path).root }
    let place = { (name: String) in folder.appending(path: name).path }
    let file = { (name: String) in files.first { $0.name == name } }
    if let file = file("tokenizer.json") {
      let tree = try JSONTree(file.data, place: place(file.name))
      self = try TokenizerFile(root: tree.root).pipeline()
    } else if let file = file("vocab.txt") {
      self = try Self.bert(vocabulary: file.data, settings.first, place: place(file.name))
    } else if let vocabulary = file("vocab.json"), let merges = file("merges.txt") {
      let tree = try JSONTree(vocabulary.data, place: place(vocabulary.name))
      self = try Self.byteLevel(
        TokenizerFile(root: tree.root), merges.data, settings, mergesPlace: place(merges.name))
    } else {
      throw Self.missing(folder)
    }
    self.files = files
    try nameSpecialTokens(settings)
  }

  private static func missing(_ folder: URL) -> FileError {
    let isThere = { (name: String) in
      FileManager.default.fileExists(atPath: folder.appending(path: name).path)
    }
    let found = (pairNames + sentencePieceNames).first(where: isThere)
    let isSentencePiece = found.map(sentencePieceNames.contains) ?? false
    return FileError(
      place: folder.path, expected: "tokenizer.json, vocab.txt, or vocab.json with merges.txt",
      found: found.map { "only \($0)" } ?? "none of them",
      advice: isSentencePiece
        ? "SentencePiece's own files are not read: load the folder with transformers' AutoTokenizer "
          + "and save_pretrained it, which writes tokenizer.json."
        : "Give a model folder in Hugging Face layout.")
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
      throw FileError(
        place: place, expected: "added tokens that differ once normalized", found: "two alike")
    }
  }
}
