/// Corpus text made safe to show: it may hold anything.
enum CleanText {
  /// How many characters (Unicode scalars) of a corpus text are shown.
  static let shownLength = 240
  /// The same for names, which stand on one line.
  static let nameLength = 60
  /// How many are kept for the tooltip of a cut text.
  static let titleLength = 2_000

  /// `text` on one line with invisible characters made visible, cut to `length` scalars with an
  /// ellipsis. Cutting counts scalars because one "character" may carry thousands of accents.
  static func shown(_ text: String, length: Int = shownLength) -> String {
    var result = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
      if count == length {
        result.append("…")
        break
      }
      count += 1
      result.append(contentsOf: visible(scalar))
    }
    return String(result)
  }

  /// `text` as it is, cut to 500 scalars where there are many texts: a report stays small, and
  /// exported files have the whole. O(scalars kept).
  static func cut(_ text: String) -> String {
    let kept = text.unicodeScalars.prefix(500)
    return kept.endIndex == text.unicodeScalars.endIndex
      ? text : String(String.UnicodeScalarView(kept)) + "…"
  }

  static func isCut(_ text: String, length: Int = shownLength) -> Bool {
    text.unicodeScalars.dropFirst(length).first != nil
  }

  /// Control characters become their pictures (U+2400), line breaks and tabs a space, and
  /// characters that reorder or hide text their code in brackets.
  private static func visible(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    switch scalar.value {
    case 9, 10, 13, 0x85, 0x2028, 0x2029: [" "]
    case 0..<32: [Unicode.Scalar(0x2400 + scalar.value)!]
    case 0x7F: ["\u{2421}"]
    case 0x80..<0xA0, 0x200B, 0x200E, 0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF,
      0xFFF9...0xFFFF,
      0xE0000...0xE007F:
      Array("[U+\(hexadecimal(scalar.value))]".unicodeScalars)
    default: isNoncharacter(scalar.value) ? ["\u{FFFD}"] : [scalar]
    }
  }

  private static func isNoncharacter(_ value: UInt32) -> Bool {
    value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(value)
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

/// Text escaped for HTML and SVG, as content and inside double-quoted attributes.
///
/// Escapes scalar by scalar: `"` followed by a combining accent is one Swift character, which a
/// comparison of characters (as in the template library's own escaping) would let through.
func escapedMarkup(_ text: String) -> String {
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    switch scalar {
    case "<": result.append(contentsOf: "&lt;".unicodeScalars)
    case ">": result.append(contentsOf: "&gt;".unicodeScalars)
    case "&": result.append(contentsOf: "&amp;".unicodeScalars)
    case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
    case "'": result.append(contentsOf: "&#39;".unicodeScalars)
    default: result.append(scalar)
    }
  }
  return String(result)
}
