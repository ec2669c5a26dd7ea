/// Cuts normalized text into words.
enum PreTokenizer: Sendable {
  /// At white space, which is dropped, and around each punctuation character.
  case bert

  /// Bytes become visible characters (see ``ByteAlphabet``), cut by GPT-2's pattern if asked for.
  case byteLevel(addsSpace: Bool, cuts: Bool)
  case metaspace(replacement: UInt32, PrependScheme, cuts: Bool)
  /// Inverted, what lies between the pattern's matches counts as a match.
  case split(TextPattern, SplitBehavior, isInverted: Bool)

  /// When to put Metaspace's mark before a word that has none.
  enum PrependScheme: String, Sendable { case first, never, always }

  /// Whether cutting depends on where the text lies in the original.
  var needsAlignment: Bool {
    if case .metaspace(_, .first, _) = self { true } else { false }
  }

  /// Cuts the `words` of `text` further; may change the text.
  func split(_ text: inout NormalizedText, _ words: inout [Range<Int>]) {
    switch self {
    case .bert: Self.splitBert(text, &words)
    case .byteLevel(let addsSpace, let cuts):
      if addsSpace {
        Self.rewrite(&text, &words) { scalar, isFirst, _, changes in
          let prefix: [UInt32] = isFirst && scalar != 0x20 ? [0x20] : []
          NormalizedText.prepend(prefix, to: scalar, &changes)
        }
      }
      if cuts { Self.split(text, &words, .words(WordPattern(isModern: false)), .isolated) }
      if !text.isAligned {
        return text.replaceUnaligned(ByteAlphabet.encode(text.bytes, &words))
      }
      Self.rewrite(&text, &words) { scalar, _, _, changes in
        ByteAlphabet.append(scalar, to: &changes)
      }
    case .metaspace(let mark, let scheme, let cuts):
      if !text.isAligned, words.count == 1, words[0] == 0..<text.bytes.count {
        Self.mark(&text, &words, mark, isPrepended: scheme != .never)
        if cuts { Self.cut(text, &words, before: mark) }
        return
      }
      Self.rewrite(&text, &words) { scalar, isFirst, isAtStart, changes in
        let isWanted = scheme == .always || scheme == .first && isAtStart
        let scalar = scalar == 0x20 ? mark : scalar
        let prefix: [UInt32] = isFirst && isWanted && scalar != mark ? [mark] : []
        NormalizedText.prepend(prefix, to: scalar, &changes)
      }
      guard cuts else { return }
      var utf8: [UInt8] = []
      UTF8Scalars.append(mark, to: &utf8)
      Self.split(text, &words, .text(utf8), .mergedWithNext)
    case .split(let pattern, let behavior, let isInverted):
      Self.split(text, &words, pattern, behavior, isInverted: isInverted)
    }
  }

  /// Metaspace's change of a whole text where nobody asks what bytes stand for.
  private static func mark(
    _ text: inout NormalizedText, _ words: inout [Range<Int>], _ mark: UInt32, isPrepended: Bool
  ) {
    var utf8: [UInt8] = []
    UTF8Scalars.append(mark, to: &utf8)
    let isMarked = text.bytes.first == 0x20 || text.bytes.starts(with: utf8)
    let prefix = isPrepended && !isMarked ? utf8 : []
    text.replaceUnaligned(text.replacing(0x20, utf8, after: prefix))
    words = [0..<text.bytes.count]
  }

  /// Cuts the one word of `text` before each mark.
  private static func cut(_ text: NormalizedText, _ words: inout [Range<Int>], before mark: UInt32)
  {
    var utf8: [UInt8] = []
    UTF8Scalars.append(mark, to: &utf8)
    words.removeAll(keepingCapacity: true)
    words.reserveCapacity(text.bytes.count / 6 + 4)
    text.bytes.withUnsafeBufferPointer { bytes in
      var start = 0
      var position = 1
      while position <= bytes.count - utf8.count {
        if bytes[position] == utf8[0], bytes[position...].starts(with: utf8) {
          words.append(start..<position)
          start = position
        }
        position += 1
      }
      words.append(start..<bytes.count)
    }
  }

  private static func split(
    _ text: NormalizedText, _ words: inout [Range<Int>], _ pattern: TextPattern,
    _ behavior: SplitBehavior, isInverted: Bool = false
  ) {
    text.bytes.withUnsafeBufferPointer { bytes in
      if case .words(let pattern) = pattern, behavior == .isolated, let base = bytes.baseAddress {
        words = pattern.words(base, words)
        return
      }
      words = words.flatMap { word in
        var stretches = pattern.matches(bytes, word)
        if isInverted { stretches = stretches.map { ($0.range, !$0.isMatch) } }
        return behavior.arrange(stretches)
      }
    }
  }

  /// Changes the text scalar by scalar, with the words moving along. `change` is told the scalar,
  /// whether it is a word's first, and whether that word starts the original text.
  private static func rewrite(
    _ text: inout NormalizedText, _ words: inout [Range<Int>],
    _ change: (UInt32, Bool, Bool, inout ScalarChanges) -> Void
  ) {
    var changes = ScalarChanges(capacity: text.bytes.count + words.count)
    var moved: [Range<Int>] = []
    moved.reserveCapacity(words.count)
    text.bytes.withUnsafeBufferPointer { bytes in
      var position = 0
      func copy(to end: Int) {
        let between = UnsafeBufferPointer(rebasing: bytes[position..<end])
        UTF8Scalars.forEach(in: between) { scalar, _, _ in changes.replace(scalar) }
      }
      for word in words {
        copy(to: word.lowerBound)
        let start = changes.byteCount
        let isAtStart = text.original(word).start == 0
        UTF8Scalars.forEach(in: UnsafeBufferPointer(rebasing: bytes[word])) { scalar, index, _ in
          change(scalar, index == 0, isAtStart, &changes)
        }
        moved.append(start..<changes.byteCount)
        position = word.upperBound
      }
      copy(to: bytes.count)
    }
    text.apply(changes)
    words = moved
  }

  private static func splitBert(_ text: NormalizedText, _ words: inout [Range<Int>]) {
    let whole = words
    words.removeAll(keepingCapacity: true)
    words.reserveCapacity(text.bytes.count / 4 + 4)
    text.bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      for range in whole {
        var start = range.lowerBound
        var position = start
        while position < range.upperBound {
          let kind: BertBoundary
          var length = 1
          if base[position] < 0x80 {
            kind = asciiBoundaries[Int(base[position])]
          } else {
            let decoded = UTF8Scalars.decode(base, position)
            length = decoded.length
            kind = boundary(decoded.scalar)
          }
          if kind != .none {
            if start < position { words.append(start..<position) }
            if kind == .punctuation { words.append(position..<position + length) }
            start = position + length
          }
          position += length
        }
        if start < position { words.append(start..<position) }
      }
    }
  }

  private enum BertBoundary: UInt8 { case none, space, punctuation }

  private static let asciiBoundaries: [BertBoundary] = (0..<128).map { boundary($0) }

  private static func boundary(_ scalar: UInt32) -> BertBoundary {
    if UnicodeClasses.isWhitespace(scalar) { return .space }
    return UnicodeClasses.isPunctuation(scalar) ? .punctuation : .none
  }
}
