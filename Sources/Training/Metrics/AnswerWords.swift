/// The words that answers are compared by.
///
/// As SQuAD's official scorer takes them: in lower case, without ASCII punctuation, without the English
/// articles, parted by white space. Where a text has an ideograph or kana, each of these is a word of its own,
/// all punctuation of Unicode is left out and no article is, as MLQA's scorer has it for Chinese (Lewis et
/// al., arXiv 1910.07475).
enum AnswerWords {
  static func words(_ text: String) -> [String] {
    let scalars = text.unicodeScalars.flatMap { $0.properties.lowercaseMapping.unicodeScalars }
    if scalars.contains(where: isIdeograph) { return mixed(scalars) }
    let bare = scalars.filter { !isASCIIPunctuation($0) }
    return withoutArticles(bare).split(whereSeparator: isSpace).map(String.init(scalars:))
  }

  private static func mixed(_ scalars: [Unicode.Scalar]) -> [String] {
    var words: [String] = []
    for run in scalars.filter({ !isPunctuation($0) }).split(whereSeparator: isSpace) {
      var start = run.startIndex
      for index in run.indices where isIdeograph(run[index]) {
        if start < index { words.append(String(scalars: run[start..<index])) }
        words.append(String(run[index]))
        start = index + 1
      }
      if start < run.endIndex { words.append(String(scalars: run[start...])) }
    }
    return words
  }

  /// A space in place of each `a`, `an` and `the` that no letter, digit or `_` stands beside.
  private static func withoutArticles(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var start = 0
    while start < scalars.count {
      guard isWord(scalars[start]) else {
        result.append(scalars[start])
        start += 1
        continue
      }
      let end = scalars[start...].firstIndex { !isWord($0) } ?? scalars.count
      let word = scalars[start..<end]
      if articles.contains(where: word.elementsEqual) { result.append(" ") } else { result += word }
      start = end
    }
    return result
  }

  private static let articles = ["a", "an", "the"].map { Array($0.unicodeScalars) }

  /// A character of `\w` in Python's regular expressions.
  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber:
      true
    default: scalar == "_"
    }
  }

  /// What Python's `split` parts by.
  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1c...0x1f).contains(scalar.value)
  }

  private static func isASCIIPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e: true
    default: false
    }
  }

  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
      .initialPunctuation, .finalPunctuation, .otherPunctuation:
      true
    default: isASCIIPunctuation(scalar)
    }
  }

  /// Ideographs, and the letters of hiragana and katakana.
  private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isIdeographic || (0x3041...0x3096).contains(scalar.value)
      || (0x30a1...0x30fa).contains(scalar.value)
  }
}

extension String {
  fileprivate init(scalars: some Sequence<Unicode.Scalar>) {
    var view = UnicodeScalarView()
    view.append(contentsOf: scalars)
    self.init(view)
  }
}
