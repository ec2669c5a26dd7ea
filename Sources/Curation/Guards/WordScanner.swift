/// A word of a text, lower-cased, and how it was written.
struct Word: Hashable {
  var text: String
  var startsUppercase: Bool
  /// An upper-case letter or a digit after the first letter: `NASA`, `OpenBLAS`, `B2B`.
  var hasInnerCapital: Bool
  /// First of the text, or after `.`, `!`, `?`, `:` or a line end.
  var opensSentence: Bool
}

/// Splits text into words: runs of letters, marks and digits, with an apostrophe between letters;
/// runs of ideographs and kana, which have no spaces, as overlapping pairs.
struct WordScanner {
  private var words: [Word] = []
  private var current = Word(
    text: "", startsUppercase: false, hasInnerCapital: false, opensSentence: false)
  private var ideographs: [Unicode.Scalar] = []
  private var opensSentence = true
  private var hasPendingApostrophe = false

  /// The words of `text`, in order. O(length).
  static func words(in text: String) -> [Word] {
    var scanner = WordScanner()
    for scalar in text.unicodeScalars { scanner.take(scalar) }
    scanner.finishRun()
    return scanner.words
  }

  private mutating func take(_ scalar: Unicode.Scalar) {
    if scalar == "'" || scalar == "\u{2019}" {
      if current.text.isEmpty { finishRun() } else { hasPendingApostrophe = true }
    } else if Self.isWord(scalar) {
      if Self.isIdeographic(scalar) {
        if !current.text.isEmpty { finishRun() }
        ideographs.append(scalar)
      } else {
        if !ideographs.isEmpty { finishRun() }
        extend(with: scalar)
      }
    } else {
      finishRun()
      if Self.endsSentence(scalar) { opensSentence = true }
    }
  }

  private mutating func extend(with scalar: Unicode.Scalar) {
    let isUppercase = Self.isUppercase(scalar)
    if current.text.isEmpty {
      current.startsUppercase = isUppercase
      current.opensSentence = opensSentence
    } else if isUppercase || ("0"..."9").contains(scalar) && current.startsUppercase {
      current.hasInnerCapital = true
    }
    if hasPendingApostrophe {
      current.text.unicodeScalars.append("'")
      hasPendingApostrophe = false
    }
    if !isUppercase {
      current.text.unicodeScalars.append(scalar)
    } else if scalar.isASCII {
      current.text.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value) | 0x20))
    } else {
      current.text.append(scalar.properties.lowercaseMapping)
    }
  }

  private mutating func finishRun() {
    hasPendingApostrophe = false
    if !current.text.isEmpty {
      words.append(current)
      opensSentence = false
      current = Word(
        text: "", startsUppercase: false, hasInnerCapital: false, opensSentence: false)
    }
    guard !ideographs.isEmpty else { return }
    for place in 0..<max(1, ideographs.count - 1) {
      var text = String.UnicodeScalarView()
      text.append(contentsOf: ideographs[place..<min(place + 2, ideographs.count)])
      words.append(
        Word(
          text: String(text), startsUppercase: false, hasInnerCapital: false,
          opensSentence: opensSentence))
      opensSentence = false
    }
    ideographs.removeAll(keepingCapacity: true)
  }

  private static func endsSentence(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case ".", "!", "?", ":", "\n", "。", "！", "？": true
    default: false
    }
  }

  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      return ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
        || ("0"..."9").contains(scalar)
    }
    let properties = scalar.properties
    if properties.isAlphabetic { return true }
    switch properties.generalCategory {
    case .decimalNumber, .nonspacingMark, .spacingMark: return true
    default: return false
    }
  }

  static func isUppercase(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII ? ("A"..."Z").contains(scalar) : scalar.properties.isUppercase
  }

  private static func isIdeographic(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case ..<0x3040: false
    case 0x3040...0x30FF: true
    default: scalar.properties.isIdeographic
    }
  }
}
