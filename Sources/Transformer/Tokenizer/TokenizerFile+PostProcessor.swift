/// Reading of post-processors.
extension TokenizerFile {
  /// Adds what the post-processor `value` does; `ids` are those that exist.
  func read(
    _ value: JSONValue, into processor: inout PostProcessor, ids: ClosedRange<Int>
  ) throws {
    let type = try value.required("type").string()
    guard type == "ByteLevel" || !processor.hasTemplate else {
      throw value.error(expected: "one template of special tokens", found: "another one: \(type)")
    }
    switch type {
    case "BertProcessing":
      processor.setTemplate(
        PostProcessor.bertTemplate(
          first: try tokenAndID(value.required("cls"), ids),
          last: try tokenAndID(value.required("sep"), ids)))
    case "RobertaProcessing":
      try readTrimming(value, into: &processor)
      processor.setTemplate(
        PostProcessor.robertaTemplate(
          first: try tokenAndID(value.required("cls"), ids),
          last: try tokenAndID(value.required("sep"), ids)))
    case "ByteLevel":
      guard !processor.hasTemplate else {
        throw value.error(expected: "ByteLevel before the template", found: "it after")
      }
      try readTrimming(value, into: &processor)
    case "TemplateProcessing":
      let special = try value.optional("special_tokens")
      processor.setTemplate(
        (
          single: try template(value.required("single"), special, ids, isPair: false),
          pair: try template(value.required("pair"), special, ids, isPair: true)
        ))
    default:
      throw try unsupported(
        value, "post-processor",
        "BertProcessing, RobertaProcessing, ByteLevel, TemplateProcessing, Sequence")
    }
  }

  private func readTrimming(_ value: JSONValue, into processor: inout PostProcessor) throws {
    guard try value.optional("trim_offsets")?.bool() ?? true else { return }
    guard processor.trimming == nil else {
      throw value.error(expected: "offsets to be trimmed once", found: "twice")
    }
    processor.trimming = try value.required("add_prefix_space").bool() ? .exceptAdded : .all
  }

  /// The id of `["[SEP]", 102]`.
  private func tokenAndID(_ value: JSONValue, _ ids: ClosedRange<Int>) throws -> Int32 {
    let parts = try value.elements()
    guard parts.count == 2 else { throw value.error(expected: "a token and its id") }
    _ = try parts[0].string()
    return Int32(try parts[1].integer(in: ids))
  }

  private func template(
    _ value: JSONValue, _ special: JSONValue?, _ ids: ClosedRange<Int>, isPair: Bool
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
        guard let list = try special?.optional(name)?.required("ids").elements() else {
          throw token.error(expected: "a token listed among special_tokens")
        }
        let special = try list.map { Int32(try $0.integer(in: ids)) }
        pieces.append(.special(ids: special, type: type))
      }
    }
    guard sequences.sorted() == (isPair ? ["A", "B"] : ["A"]) else {
      throw value.error(expected: "each sequence once", found: "\(sequences)")
    }
    return pieces
  }
}
