import Foundation

/// Reading of normalizers and pre-tokenizers.
extension TokenizerFile {
  func normalizer(_ value: JSONValue) throws -> Normalizer {
    switch try value.required("type").string() {
    case "BertNormalizer": return .bert(try bertNormalizer(value))
    case "Lowercase": return .lowercase
    case "StripAccents": return .stripAccents
    case "NFC": return .compose(.canonical)
    case "NFD": return .decompose(.canonical)
    case "NFKC": return .compose(.compatibility)
    case "NFKD": return .decompose(.compatibility)
    case "ByteLevel": return .byteLevel
    case "Strip":
      return .strip(
        left: try value.required("strip_left").bool(),
        right: try value.required("strip_right").bool())
    case "Prepend": return .prepend(try scalars(value.required("prepend")))
    case "Replace":
      return .replace(
        try pattern(value.required("pattern")), try scalars(value.required("content")))
    case "Precompiled":
      let encoded = try value.required("precompiled_charsmap")
      guard let blob = Data(base64Encoded: Data(try encoded.utf8())),
        let map = CharacterMap([UInt8](blob))
      else { throw encoded.error(expected: "a precompiled character map in Base64") }
      return .precompiled(map)
    default:
      throw try unsupported(
        value, "normalizer",
        "BertNormalizer, Lowercase, StripAccents, NFC, NFD, NFKC, NFKD, ByteLevel, Strip, Prepend, "
          + "Replace, Precompiled, Sequence")
    }
  }

  private func bertNormalizer(_ value: JSONValue) throws -> BertNormalizer {
    var normalizer = BertNormalizer()
    normalizer.cleansText = try value.required("clean_text").bool()
    normalizer.separatesIdeographs = try value.required("handle_chinese_chars").bool()
    normalizer.lowercases = try value.required("lowercase").bool()
    normalizer.stripsAccents =
      try value.optional("strip_accents")?.bool() ?? normalizer.lowercases
    return normalizer
  }

  private func scalars(_ value: JSONValue) throws -> [UInt32] {
    try value.string().unicodeScalars.map(\.value)
  }

  private func pattern(_ value: JSONValue) throws -> TextPattern {
    if let text = try value.optional("String") {
      let bytes = Array(try text.utf8())
      guard !bytes.isEmpty else { throw text.error(expected: "a text to look for") }
      return .text(bytes)
    }
    let expression = try value.required("Regex")
    guard let pattern = TextPattern(expression: try expression.string()) else {
      throw expression.error(
        expected: "one of the regular expressions this version supports",
        found: try expression.string())
    }
    return pattern
  }

  func preTokenizer(_ value: JSONValue) throws -> PreTokenizer {
    switch try value.required("type").string() {
    case "BertPreTokenizer": return .bert
    case "Whitespace": return .split(.wordsAndSymbols, .removed, isInverted: true)
    case "WhitespaceSplit": return .split(.whitespace, .removed, isInverted: false)
    case "Punctuation":
      let behavior = try value.optional("behavior").map(behavior) ?? .isolated
      return .split(.punctuation, behavior, isInverted: false)
    case "Digits":
      let individual = try value.required("individual_digits").bool()
      return .split(
        .digits(individual: individual), individual ? .isolated : .contiguous, isInverted: false)
    case "ByteLevel":
      return .byteLevel(
        addsSpace: try value.required("add_prefix_space").bool(),
        cuts: try value.optional("use_regex")?.bool() ?? true)
    case "Metaspace": return try metaspace(value)
    case "Split":
      return .split(
        try pattern(value.required("pattern")), try behavior(value.required("behavior")),
        isInverted: try value.required("invert").bool())
    default:
      throw try unsupported(
        value, "pre-tokenizer",
        "BertPreTokenizer, Whitespace, WhitespaceSplit, Punctuation, Digits, ByteLevel, Metaspace, "
          + "Split, Sequence")
    }
  }

  private func behavior(_ value: JSONValue) throws -> SplitBehavior {
    guard let behavior = SplitBehavior(rawValue: try value.string()) else {
      throw value.error(expected: "a way to split")
    }
    return behavior
  }

  private func metaspace(_ value: JSONValue) throws -> PreTokenizer {
    let mark = try value.required("replacement")
    let scalars = try self.scalars(mark)
    guard scalars.count == 1 else { throw mark.error(expected: "one character") }
    var scheme = PreTokenizer.PrependScheme.always
    if let named = try value.optional("prepend_scheme") {
      guard let known = PreTokenizer.PrependScheme(rawValue: try named.string()) else {
        throw named.error(expected: "first, never or always")
      }
      scheme = known
    }
    if let adds = try value.optional("add_prefix_space"), !(try adds.bool()), scheme != .never {
      throw adds.error(expected: "a prepend_scheme of never with it")
    }
    return .metaspace(
      replacement: scalars[0], scheme, cuts: try value.optional("split")?.bool() ?? true)
  }
}
