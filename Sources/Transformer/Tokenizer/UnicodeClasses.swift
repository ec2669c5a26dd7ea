/// Classes of scalars as Hugging Face tokenizers 0.23 sees them.
///
/// Its tables of categories are those of Unicode 8.0: what came later has none there, and a few
/// scalars have changed category since and are named here. White space and lower-casing follow the
/// present Unicode in both. Compared on every scalar there is.
enum UnicodeClasses {
  /// The property White_Space.
  @inline(__always)
  static func isWhitespace(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 9...13, 0x20: true
    case ..<0x85: false
    case 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// Categories Cc, Cf and Co, tab and line breaks excepted.
  static func isControl(_ scalar: UInt32) -> Bool {
    if scalar < 0x80 {
      return scalar < 32 && !(scalar == 9 || scalar == 10 || scalar == 13) || scalar == 127
    }
    switch Unicode.Scalar(scalar)!.properties.generalCategory {
    case .control, .format, .privateUse: return isOld(scalar)
    default: return false
    }
  }

  /// Category Mn.
  static func isNonspacingMark(_ scalar: UInt32) -> Bool {
    guard scalar >= 0x300 else { return false }
    switch scalar {
    case 0x1734, 0x1171E: return true
    case 0x1885, 0x1886, 0xA9BD, 0x111C9: return false
    default:
      return Unicode.Scalar(scalar)!.properties.generalCategory == .nonspacingMark
        && isOld(scalar)
    }
  }

  /// ASCII punctuation and symbols, or a scalar of category P.
  static func isPunctuation(_ scalar: UInt32) -> Bool {
    if scalar < 0x80 {
      return scalar &- 33 < 15 || scalar &- 58 < 7 || scalar &- 91 < 6 || scalar &- 123 < 4
    }
    switch Unicode.Scalar(scalar)!.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      return isOld(scalar)
    default: return scalar == 0x166D || scalar == 0x111C9
    }
  }

  /// Whether Unicode 8.0 had the scalar.
  private static func isOld(_ scalar: UInt32) -> Bool {
    guard let age = Unicode.Scalar(scalar)!.properties.age else { return false }
    return age.major <= 8
  }

  /// Full, locale-free lower-casing of each scalar by itself.
  static func lowercase(_ text: inout NormalizedText) {
    var changes = ScalarChanges(capacity: text.bytes.count)
    text.forEachScalar { scalar in
      if scalar < 0x80 { return changes.replace(scalar &- 65 < 26 ? scalar | 32 : scalar) }
      var isFirst = true
      for lower in Unicode.Scalar(scalar)!.properties.lowercaseMapping.unicodeScalars {
        if isFirst { changes.replace(lower.value) } else { changes.insert(lower.value) }
        isFirst = false
      }
    }
    text.apply(changes)
  }
}
/// Classes as the regular expressions of Hugging Face tokenizers see them: Unicode 16.0.
extension UnicodeClasses {
  /// `\w`: Alphabetic, marks, decimal numbers, connector punctuation, join controls.
  static func isWord(_ scalar: UInt32) -> Bool {
    if scalar < 0x80 {
      return scalar &- 48 < 10 || (scalar | 32) &- 97 < 26 || scalar == 95
    }
    let properties = Unicode.Scalar(scalar)!.properties
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return isRecent(properties)
    default:
      return (properties.isAlphabetic || properties.isJoinControl) && isRecent(properties)
    }
  }

  /// `\p{L}`.
  static func isLetter(_ scalar: UInt32) -> Bool {
    if scalar < 0x80 { return (scalar | 32) &- 97 < 26 }
    let properties = Unicode.Scalar(scalar)!.properties
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return isRecent(properties)
    default: return false
    }
  }

  /// `\p{N}`.
  static func isNumber(_ scalar: UInt32) -> Bool {
    if scalar < 0x80 { return scalar &- 48 < 10 }
    let properties = Unicode.Scalar(scalar)!.properties
    switch properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: return isRecent(properties)
    default: return false
    }
  }

  /// Categories M as of Unicode 9.0, which the normalizer StripAccents drops.
  static func isCombiningMark(_ scalar: UInt32) -> Bool {
    guard scalar >= 0x300, scalar != 0x111C9 else { return false }
    if scalar == 0x1CF2 || scalar == 0x1CF3 { return true }
    let properties = Unicode.Scalar(scalar)!.properties
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return (properties.age?.major ?? 99) <= 9
    default: return false
    }
  }

  private static func isRecent(_ properties: Unicode.Scalar.Properties) -> Bool {
    (properties.age?.major ?? 99) <= 16
  }
}
