/// Reads what a tokenizer.json describes; a component this library does not have is an error, never
/// ignored.
struct TokenizerFile {
  let root: JSONValue
  private var place: String { root.tree.place }

  func pipeline() throws -> TokenizerPipeline {
    let model = try root.required("model")
    let (subwords, vocabulary, unknown) = try self.model(model)
    var pipeline = TokenizerPipeline(model: subwords, vocabulary: vocabulary)
    pipeline.special.unknown = unknown
    pipeline.normalizers = try flattened("normalizer", "normalizers").map(normalizer)
    pipeline.preTokenizers = try flattened("pre_tokenizer", "pretokenizers").map(preTokenizer)
    let tokens = try addedTokens(vocabulary)
    try pipeline.add(tokens, place: place)
    if let processor = try root.optional("post_processor") {
      pipeline.postProcessor = try postProcessor(processor, vocabularySize: pipeline.vocabularySize)
    }
    return pipeline
  }

  /// The component called `key`, a sequence of them taken apart.
  private func flattened(_ key: String, _ list: String) throws -> [JSONValue] {
    func take(_ value: JSONValue) throws -> [JSONValue] {
      guard try value.required("type").string() == "Sequence" else { return [value] }
      return try value.required(list).elements().flatMap(take)
    }
    return try root.optional(key).map(take) ?? []
  }

  private func unsupported(_ value: JSONValue, _ what: String, _ known: String) throws
    -> TokenizerError
  {
    try value.required("type").error(
      expected: "a \(what) this version supports (\(known))",
      advice: "Use a model with another tokenizer, or report which one this is.")
  }

  private func normalizer(_ value: JSONValue) throws -> Normalizer {
    switch try value.required("type").string() {
    case "BertNormalizer":
      var normalizer = BertNormalizer()
      normalizer.cleansText = try value.required("clean_text").bool()
      normalizer.separatesIdeographs = try value.required("handle_chinese_chars").bool()
      normalizer.lowercases = try value.required("lowercase").bool()
      normalizer.stripsAccents =
        try value.optional("strip_accents")?.bool() ?? normalizer.lowercases
      return .bert(normalizer)
    default: throw try unsupported(value, "normalizer", "BertNormalizer, Sequence")
    }
  }

  private func preTokenizer(_ value: JSONValue) throws -> PreTokenizer {
    switch try value.required("type").string() {
    case "BertPreTokenizer": return .bert
    default: throw try unsupported(value, "pre-tokenizer", "BertPreTokenizer, Sequence")
    }
  }

  private func model(_ value: JSONValue) throws -> (SubwordModel, Vocabulary, Int32?) {
    // Files of the first versions name no type; only WordPiece has this prefix by itself.
    let type = try value.optional("type")?.string() ?? "WordPiece"
    switch type {
    case "WordPiece":
      let vocabulary = try self.vocabulary(value.required("vocab"))
      let unknown = try value.required("unk_token")
      guard let unknownID = vocabulary.id(of: try unknown.utf8()) else {
        throw unknown.error(expected: "an unknown token that is in the vocabulary")
      }
      let model = WordPiece(
        vocabulary: vocabulary,
        prefix: Array(try value.required("continuing_subword_prefix").utf8()),
        unknownID: unknownID,
        longestWord: try value.required("max_input_chars_per_word").integer(in: 0...Int.max))
      return (.wordPiece(model), vocabulary, unknownID)
    default: throw try unsupported(value, "model", "WordPiece")
    }
  }

  private func vocabulary(_ value: JSONValue) throws -> Vocabulary {
    var tokens: [(token: ArraySlice<UInt8>, id: Int)] = []
    try value.forEachMember { name, id in
      tokens.append((name.utf8String, try id.integer(in: 0...Int(Int32.max))))
    }
    return try Vocabulary(tokens, place: place)
  }

  /// Added tokens keep the model's id if it has them, else get the next free ids in order; the
  /// file has to agree with that.
  private func addedTokens(_ vocabulary: Vocabulary) throws -> [AddedTokens.Token] {
    var tokens: [AddedTokens.Token] = []
    var known: [[UInt8]: Int32] = [:]
    var next = Int32(vocabulary.count)
    try root.optional("added_tokens")?.forEachElement { value in
      let content = Array(try value.required("content").utf8())
      guard !content.isEmpty else { return }
      let id = known[content] ?? vocabulary.id(of: content) ?? next
      if id == next { next += 1 }
      let stated = try value.required("id")
      guard try stated.integer(in: 0...Int(Int32.max)) == Int(id) else {
        throw stated.error(
          expected: "the id \(id), which the model's vocabulary gives the added token "
            + "\"\(String(decoding: content, as: UTF8.self))\"")
      }
      known[content] = id
      tokens.append(
        AddedTokens.Token(
          id: id, content: content,
          isSingleWord: try value.required("single_word").bool(),
          stripsLeft: try value.required("lstrip").bool(),
          stripsRight: try value.required("rstrip").bool(),
          isNormalized: try value.required("normalized").bool(),
          isSpecial: try value.required("special").bool()))
    }
    return tokens
  }

  private func postProcessor(_ value: JSONValue, vocabularySize: Int) throws -> PostProcessor {
    switch try value.required("type").string() {
    case "BertProcessing":
      return .bert(
        first: [try tokenAndID(value.required("cls"), vocabularySize)],
        last: [try tokenAndID(value.required("sep"), vocabularySize)])
    case "TemplateProcessing":
      let special = try value.optional("special_tokens")
      return PostProcessor(
        single: try template(value.required("single"), special, vocabularySize, isPair: false),
        pair: try template(value.required("pair"), special, vocabularySize, isPair: true))
    default:
      throw try unsupported(value, "post-processor", "BertProcessing, TemplateProcessing")
    }
  }

  /// The id of `["[SEP]", 102]`.
  private func tokenAndID(_ value: JSONValue, _ vocabularySize: Int) throws -> Int32 {
    let parts = try value.elements()
    guard parts.count == 2 else { throw value.error(expected: "a token and its id") }
    _ = try parts[0].string()
    return Int32(try parts[1].integer(in: 0...vocabularySize - 1))
  }

  private func template(
    _ value: JSONValue, _ special: JSONValue?, _ vocabularySize: Int, isPair: Bool
  ) throws -> [PostProcessor.Piece] {
    var pieces: [PostProcessor.Piece] = []
    var sequences: [String] = []
    try value.forEachElement { element in
      if let sequence = try element.optional("Sequence") {
        let name = try sequence.required("id").string()
        let type = UInt8(try sequence.required("type_id").integer(in: 0...255))
        pieces.append(name == "A" ? .first(type: type) : .second(type: type))
        sequences.append(name)
      } else {
        let token = try element.required("SpecialToken")
        let name = try token.required("id").string()
        let type = UInt8(try token.required("type_id").integer(in: 0...255))
        guard let ids = try special?.optional(name)?.required("ids").elements() else {
          throw token.error(expected: "a token listed among special_tokens")
        }
        pieces.append(
          .special(
            ids: try ids.map { Int32(try $0.integer(in: 0...vocabularySize - 1)) }, type: type))
      }
    }
    guard sequences.sorted() == (isPair ? ["A", "B"] : ["A"]) else {
      throw value.error(expected: "each sequence once", found: "\(sequences)")
    }
    return pieces
  }
}
