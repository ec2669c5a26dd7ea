/// Parts a text into words, for tasks that tag words.
///
/// Words are runs of letters, digits and underscores; a run of one and the same other character
/// (`...`, `!!`) is a word of its own, and so is every ideograph and every letter of kana, which are
/// written without spaces. Marks, joiners and skin tones belong to the character before them. White
/// space parts words and belongs to none. Scripts such as Thai, which do not part words, stay whole
/// between spaces.
package enum WordSplitter {
  /// Ranges of the words, in Unicode scalars: in order, apart, and together all but white space.
  /// O(scalars).
  package static func ranges(_ scalars: [Unicode.Scalar]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    // What the word at hand is made of; nil between words.
    var open: Part?
    for (index, scalar) in scalars.enumerated() {
      let part = Part(scalar)
      switch part {
      case .space: open = nil
      case .mark where open != nil: ranges[ranges.count - 1] = grown(ranges)
      case .letter where open == .letter, .other where open == part:
        ranges[ranges.count - 1] = grown(ranges)
      default:
        ranges.append(index..<(index + 1))
        open = part == .mark ? .letter : part
      }
    }
    return ranges
  }

  /// The last range with one scalar more.
  private static func grown(_ ranges: [Range<Int>]) -> Range<Int> {
    let last = ranges[ranges.count - 1]
    return last.lowerBound..<(last.upperBound + 1)
  }

  private enum Part: Equatable {
    case space, letter, mark, ideograph
    case other(Unicode.Scalar)

    init(_ scalar: Unicode.Scalar) {
      let properties = scalar.properties
      switch properties.generalCategory {
      case _ where properties.isWhitespace: self = .space
      case .nonspacingMark, .spacingMark, .enclosingMark, .format: self = .mark
      case .modifierSymbol where !scalar.isASCII: self = .mark
      case _ where properties.isIdeographic || Self.isKana(scalar): self = .ideograph
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
        .decimalNumber, .letterNumber, .otherNumber, .connectorPunctuation:
        self = .letter
      default: self = .other(scalar)
      }
    }

    /// Hiragana and katakana, of full and half width.
    private static func isKana(_ scalar: Unicode.Scalar) -> Bool {
      (0x3041...0x30ff).contains(scalar.value) && scalar.value != 0x30fb
        || (0x31f0...0x31ff).contains(scalar.value)
        || (0xff66...0xff9f).contains(scalar.value)
    }
  }
}
