/// What a Split or Replace looks for: a fixed text, or one of the regular expressions that
/// published tokenizers use, each matched by hand.
enum TextPattern: Sendable {
  case text([UInt8])
  /// A character at least so often in a row.
  case run(UInt8, atLeast: Int)
  /// `\s+`.
  case whitespace
  /// `\w+|[^\w\s]+`.
  case wordsAndSymbols
  case digits(individual: Bool)
  case punctuation
  case words(WordPattern)

  /// The pattern written as a regular expression; nil if it is none of those known here.
  init?(expression: String) {
    if let pattern = WordPattern(expression: expression) {
      self = .words(pattern)
      return
    }
    switch expression {
    case "\\s+": self = .whitespace
    case "\\w+|[^\\w\\s]+": self = .wordsAndSymbols
    case "\\p{N}": self = .digits(individual: true)
    case "\\p{N}+": self = .digits(individual: false)
    default:
      guard let run = Self.run(expression) else { return nil }
      self = run
    }
  }

  /// `x`, `x+` or `x{n,}` for a character that means itself.
  private static func run(_ expression: String) -> TextPattern? {
    let bytes = Array(expression.utf8)
    guard let first = bytes.first, first < 0x80,
      !"\\^$.|?*+()[]{}".utf8.contains(first)
    else { return nil }
    let rest = String(decoding: bytes.dropFirst(), as: UTF8.self)
    if rest == "+" { return .run(first, atLeast: 1) }
    guard rest.hasPrefix("{"), rest.hasSuffix(",}"), let count = Int(rest.dropFirst().dropLast(2)),
      (1...1000).contains(count)
    else { return nil }
    return .run(first, atLeast: count)
  }

  /// Whether a match is possible; false is certain.
  func mayMatch(_ bytes: [UInt8]) -> Bool {
    switch self {
    case .text(let text): text.first.map(bytes.contains) ?? false
    case .run(let byte, let least): least < 2 ? bytes.contains(byte) : Self.hasPair(bytes, byte)
    default: true
    }
  }

  private static func hasPair(_ bytes: [UInt8], _ byte: UInt8) -> Bool {
    var previous: UInt8 = ~byte
    for next in bytes {
      if next == byte, previous == byte { return true }
      previous = next
    }
    return false
  }

  /// `bytes[range]` as stretches that match and stretches between them, in order.
  func matches(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
  ) -> [(range: Range<Int>, isMatch: Bool)] {
    guard let base = bytes.baseAddress else { return [] }
    var stretches: [(range: Range<Int>, isMatch: Bool)] = []
    var covered = range.lowerBound
    var position = range.lowerBound
    while position < range.upperBound {
      let end = matchEnd(base, position, range.upperBound)
      guard end > position else {
        position += UTF8Scalars.length(leading: base[position])
        continue
      }
      if covered < position { stretches.append((covered..<position, false)) }
      stretches.append((position..<end, true))
      position = end
      covered = end
    }
    if covered < range.upperBound { stretches.append((covered..<range.upperBound, false)) }
    return stretches
  }

  /// Where the match that starts at `position` ends; `position` itself if there is none.
  private func matchEnd(_ bytes: UnsafePointer<UInt8>, _ position: Int, _ end: Int) -> Int {
    switch self {
    case .text(let text):
      guard position + text.count <= end else { return position }
      for (offset, byte) in text.enumerated() where bytes[position + offset] != byte {
        return position
      }
      return position + text.count
    case .run(let byte, let least):
      var stop = position
      while stop < end, bytes[stop] == byte { stop += 1 }
      return stop - position >= least ? stop : position
    case .whitespace: return Self.run(bytes, position, end, UnicodeClasses.isWhitespace)
    case .wordsAndSymbols:
      let word = Self.run(bytes, position, end, UnicodeClasses.isWord)
      guard word == position else { return word }
      return Self.run(bytes, position, end) {
        !UnicodeClasses.isWord($0) && !UnicodeClasses.isWhitespace($0)
      }
    case .digits(let individual):
      return Self.run(bytes, position, end, limit: individual ? 1 : .max, UnicodeClasses.isNumber)
    case .punctuation:
      return Self.run(bytes, position, end, limit: 1, UnicodeClasses.isPunctuation)
    case .words(let pattern): return pattern.matchEnd(bytes, position, end)
    }
  }

  /// Where the run of at most `limit` scalars for which `isMember` holds ends.
  @inline(__always)
  static func run(
    _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, limit: Int = .max,
    _ isMember: (UInt32) -> Bool
  ) -> Int {
    var position = start
    var count = 0
    while position < end, count < limit {
      let (scalar, length) = UTF8Scalars.decode(bytes, position)
      guard isMember(scalar) else { break }
      position += length
      count += 1
    }
    return position
  }
}
