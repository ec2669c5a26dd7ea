/// The BERT family's normalizer: drops control characters, sets ideographs apart, strips accents
/// and lower-cases, each step if its flag says so.
struct BertNormalizer {
  var cleansText = true
  var separatesIdeographs = true
  var stripsAccents = true
  var lowercases = true

  func normalize(_ text: inout NormalizedText) {
    if text.isASCII {
      text.mapASCII(ascii)
      return
    }
    if cleansText { clean(&text) }
    if separatesIdeographs { separateIdeographs(&text) }
    if stripsAccents {
      UnicodeNormalization.decompose(&text, .canonical)
      text.filter { !UnicodeClasses.isNonspacingMark($0) }
    }
    if lowercases { UnicodeClasses.lowercase(&text) }
  }

  /// What becomes of an ASCII byte; nil if it is dropped.
  @inline(__always)
  private func ascii(_ byte: UInt8) -> UInt8? {
    if byte &- 0x20 < 0x5F {
      let isUpper = byte &- UInt8(ascii: "A") < 26
      return lowercases && isUpper ? byte | 0x20 : byte
    }
    guard cleansText else { return byte }
    return byte == 9 || byte == 10 || byte == 13 ? 0x20 : nil
  }

  private func clean(_ text: inout NormalizedText) {
    text.filter { $0 != 0 && $0 != 0xFFFD && !UnicodeClasses.isControl($0) }
    text.map { UnicodeClasses.isWhitespace($0) ? 0x20 : $0 }
  }

  private func separateIdeographs(_ text: inout NormalizedText) {
    var changes = ScalarChanges(capacity: text.bytes.count)
    text.forEachScalar { scalar in
      guard Self.isIdeograph(scalar) else { return changes.replace(scalar) }
      changes.replace(0x20)
      changes.insert(scalar)
      changes.insert(0x20)
    }
    text.apply(changes)
  }

  /// The blocks of BERT's original tokenizer, extension E beginning where Hugging Face has it
  /// (U+2B920, not U+2B820).
  private static func isIdeograph(_ scalar: UInt32) -> Bool {
    switch scalar {
    case ..<0x3400: false
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B73F,
      0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
