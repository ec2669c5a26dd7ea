/// The regular expressions with which byte-level tokenizers cut text into words: GPT-2's, and
/// tiktoken's cl100k with its descendants (Llama 3, Qwen 2).
struct WordPattern: Sendable {
  /// Contractions match in either case, punctuation may stand before letters and takes line breaks
  /// along, line breaks end white space.
  var isModern: Bool
  /// Numbers are cut into groups of so many; GPT-2 takes them whole, with the space before.
  var digits = Int.max

  init(isModern: Bool, digits: Int = .max) {
    self.isModern = isModern
    self.digits = digits
  }

  init?(expression: String) {
    let tail = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
    let letters = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+"
    let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|"
    switch expression {
    case "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
      "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+":
      self.init(isModern: false)
    case contractions + letters + "|\\p{N}{1,3}" + tail: self.init(isModern: true, digits: 3)
    case contractions + letters + "|\\p{N}" + tail: self.init(isModern: true, digits: 1)
    default: return nil
    }
  }

  /// The matches in each of `ranges`.
  func words(_ bytes: UnsafePointer<UInt8>, _ ranges: [Range<Int>]) -> [Range<Int>] {
    var words: [Range<Int>] = []
    words.reserveCapacity(ranges.reduce(0) { $0 + $1.count } / 4 + 4)
    for range in ranges {
      var start = range.lowerBound
      while start < range.upperBound {
        let end = matchEnd(bytes, start, range.upperBound)
        words.append(start..<end)
        start = end
      }
    }
    return words
  }

  /// Where the match that starts at `start` ends; there always is one.
  func matchEnd(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    if let stop = contraction(bytes, start, end) { return stop }
    let (first, length) = UTF8Scalars.decode(bytes, start)
    if let stop = letters(bytes, start, end, first, length) { return stop }
    if let stop = number(bytes, start, end, first) { return stop }
    let space = first == 0x20 ? start + 1 : start
    let symbols = TextPattern.run(bytes, space, end, Self.isSymbol)
    if symbols > space {
      return isModern ? TextPattern.run(bytes, symbols, end, Self.isLineBreak) : symbols
    }
    return whitespace(bytes, start, end)
  }

  /// `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d`.
  private func contraction(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
    guard bytes[start] == UInt8(ascii: "'"), start + 1 < end else { return nil }
    let fold: UInt8 = isModern ? 0x20 : 0
    let first = bytes[start + 1] | fold
    switch first {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"):
      return start + 2
    case 0xC5 | fold where isModern && start + 2 < end && bytes[start + 1] == 0xC5:
      // U+017F, the long s, is an s when case does not matter.
      return bytes[start + 2] == 0xBF ? start + 3 : nil
    default: break
    }
    guard start + 2 < end else { return nil }
    let second = bytes[start + 2] | fold
    let isPair =
      first == UInt8(ascii: "l") && second == UInt8(ascii: "l")
      || (first == UInt8(ascii: "r") || first == UInt8(ascii: "v")) && second == UInt8(ascii: "e")
    return isPair ? start + 3 : nil
  }

  private func letters(
    _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ first: UInt32, _ length: Int
  ) -> Int? {
    let isLetter = UnicodeClasses.isLetter(first)
    let mayLead =
      isModern
      ? !isLetter && !Self.isLineBreak(first) && !UnicodeClasses.isNumber(first) : first == 0x20
    guard isLetter || mayLead else { return nil }
    let from = isLetter ? start : start + length
    let stop = TextPattern.run(bytes, from, end, UnicodeClasses.isLetter)
    return stop > from ? stop : nil
  }

  private func number(
    _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ first: UInt32
  ) -> Int? {
    let from = !isModern && first == 0x20 ? start + 1 : start
    let stop = TextPattern.run(bytes, from, end, limit: digits, UnicodeClasses.isNumber)
    return stop > from ? stop : nil
  }

  /// White space, of which the last character is left to a word that follows.
  private func whitespace(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    let stop = TextPattern.run(bytes, start, end, UnicodeClasses.isWhitespace)
    if isModern {
      var last = stop
      while last > start, !Self.isLineBreak(UInt32(bytes[last - 1])) { last -= 1 }
      if last > start { return last }
    }
    guard stop < end else { return stop }
    let shorter = stop - UTF8Scalars.decodeLast(bytes, before: stop).length
    return shorter > start ? shorter : stop
  }

  private static func isLineBreak(_ scalar: UInt32) -> Bool { scalar == 10 || scalar == 13 }

  private static func isSymbol(_ scalar: UInt32) -> Bool {
    !UnicodeClasses.isWhitespace(scalar) && !UnicodeClasses.isLetter(scalar)
      && !UnicodeClasses.isNumber(scalar)
  }
}
