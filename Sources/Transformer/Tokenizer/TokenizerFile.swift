import Files

/// Reads what a tokenizer.json describes; a component this library does not have is an error, never
/// ignored.
struct TokenizerFile {
  let root: JSONValue
  var place: String { root.tree.place }

  func pipeline() throws -> TokenizerPipeline {
    let model = try root.required("model")
    let (subwords, vocabulary, unknown) = try self.model(model)
    var pipeline = TokenizerPipeline(model: subwords, vocabulary: vocabulary)
    pipeline.special.unknown = unknown
    pipeline.normalizers = try flattened("normalizer", "normalizers").map(normalizer)
    pipeline.preTokenizers = try flattened("pre_tokenizer", "pretokenizers").map(preTokenizer)
    let tokens = try addedTokens(vocabulary)
    try pipeline.add(tokens, place: place)
    for processor in try flattened("post_processor", "processors") {
      try read(processor, into: &pipeline.postProcessor, ids: 0...pipeline.vocabularySize - 1)
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

  func unsupported(_ value: JSONValue, _ what: String, _ known: String) throws
    -> FileError
  {
    try value.required("type").error(
      expected: "a \(what) this version supports (\(known))",
      advice: "Use a model with another tokenizer, or report which one this is.")
  }

  func vocabulary(_ value: JSONValue) throws -> Vocabulary {
    var builder = Vocabulary.Builder()
    try value.forEachMember { name, id in
      let id = try id.integer(in: 0...Int(Int32.max))
      name.withUTF8 { builder.append($0, id) }
    }
    return try builder.vocabulary(place: place)
  }

  /// Added tokens keep the model's id if it has them, else get the next free ids in order; the
  /// file has to agree with that.
  private func addedTokens(_ vocabulary: Vocabulary) throws -> [AddedTokens.Token] {
    var tokens: [AddedTokens.Token] = []
    var known: [[UInt8]: Int32] = [:]
    var next = Int32(vocabulary.count)
    try root.optional("added_tokens")?.forEachElement { value in
      let content = try value.required("content").utf8()
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
}
