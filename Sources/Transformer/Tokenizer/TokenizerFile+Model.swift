/// Reading of models.
extension TokenizerFile {
  /// The model, its vocabulary and the id of its unknown token.
  func model(_ value: JSONValue) throws -> (SubwordModel, Vocabulary, Int32?) {
    switch try modelType(value) {
    case "WordPiece": return try wordPiece(value)
    case "BPE": return try bytePair(value)
    case "Unigram": return try unigram(value)
    default: throw try unsupported(value, "model", "WordPiece, BPE, Unigram")
    }
  }

  /// Files of the first versions name no type: it shows in the fields.
  private func modelType(_ value: JSONValue) throws -> String {
    if let type = try value.optional("type") { return try type.string() }
    if try value.optional("merges") != nil { return "BPE" }
    return try value.required("vocab").kind == .array ? "Unigram" : "WordPiece"
  }

  private func wordPiece(_ value: JSONValue) throws -> (SubwordModel, Vocabulary, Int32?) {
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
  }

  private func bytePair(_ value: JSONValue) throws -> (SubwordModel, Vocabulary, Int32?) {
    if let dropout = try value.optional("dropout"), try dropout.double() != 0 {
      throw dropout.error(expected: "no dropout: ids must not depend on chance")
    }
    let vocabulary = try self.vocabulary(value.required("vocab"))
    var options = BytePairEncoding.Options()
    if let unknown = try value.optional("unk_token") {
      options.unknownID = vocabulary.id(of: try unknown.utf8())
      guard options.unknownID != nil else {
        throw unknown.error(expected: "an unknown token that is in the vocabulary")
      }
    }
    options.fusesUnknown = try value.optional("fuse_unk")?.bool() ?? false
    options.fallsBackToBytes = try value.optional("byte_fallback")?.bool() ?? false
    options.ignoresMerges = try value.optional("ignore_merges")?.bool() ?? false
    options.prefix = Array(try value.optional("continuing_subword_prefix")?.utf8() ?? [])
    options.suffix = Array(try value.optional("end_of_word_suffix")?.utf8() ?? [])
    let merges = try self.merges(
      value.required("merges"), vocabulary, prefixLength: options.prefix.count)
    let model = BytePairEncoding(vocabulary: vocabulary, merges: merges, options: options)
    return (.bytePair(model), vocabulary, options.unknownID)
  }

  /// Merges come as `["a", "b"]` or, in older files, as `"a b"`.
  private func merges(
    _ value: JSONValue, _ vocabulary: Vocabulary, prefixLength: Int
  ) throws -> PairTable {
    var merges = MergeReader(vocabulary: vocabulary, prefixLength: prefixLength)
    try value.forEachElement { merge in
      let isKnown: Bool
      if merge.kind == .array {
        let parts = try merge.elements().map { try $0.utf8() }
        isKnown = parts.count == 2 && merges.append(parts[0], parts[1])
      } else {
        guard merge.kind == .string else { throw merge.error(expected: "a merge") }
        isKnown = merge.withUTF8 { merges.append(line: $0) }
      }
      guard isKnown else {
        throw merge.error(expected: "two tokens that are, as their union is, in the vocabulary")
      }
    }
    return PairTable(merges.merges)
  }

  private func unigram(_ value: JSONValue) throws -> (SubwordModel, Vocabulary, Int32?) {
    var builder = Vocabulary.Builder()
    var scores: [Double] = []
    try value.required("vocab").forEachElement { entry in
      guard let (token, score) = entry.pair, token.kind == .string else {
        throw entry.error(expected: "a token and its score")
      }
      token.withUTF8 { builder.append($0, scores.count) }
      scores.append(try score.double())
    }
    let vocabulary = try builder.vocabulary(place: place)
    let unknownID = try value.optional("unk_id").map {
      Int32(try $0.integer(in: 0...scores.count - 1))
    }
    let model = Unigram(
      vocabulary: vocabulary, scores: scores, unknownID: unknownID,
      fallsBackToBytes: try value.optional("byte_fallback")?.bool() ?? false)
    return (.unigram(model), vocabulary, unknownID)
  }
}
