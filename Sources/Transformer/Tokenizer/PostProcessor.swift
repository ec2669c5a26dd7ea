/// How special tokens are put around one sequence or two, and what becomes of offsets.
struct PostProcessor: Sendable {
  enum Piece: Sendable {
    case special(ids: [Int32], type: UInt8)
    case first(type: UInt8)
    case second(type: UInt8)
  }

  typealias Template = (single: [Piece], pair: [Piece])

  /// Whether offsets leave out the white space at a token's ends.
  enum Trimming: Sendable {
    case all
    /// All but one space before the text's first token, which the tokenizer has put there.
    case exceptAdded
  }

  private(set) var single: [Piece] = [.first(type: 0)]
  private(set) var pair: [Piece] = [.first(type: 0), .second(type: 1)]
  private(set) var hasTemplate = false
  var trimming: Trimming?

  mutating func setTemplate(_ template: Template) {
    (single, pair) = template
    hasTemplate = true
  }

  /// How many special tokens a template adds.
  static func specialCount(_ template: [Piece]) -> Int {
    template.reduce(0) {
      if case .special(let ids, _) = $1 { $0 + ids.count } else { $0 }
    }
  }

  /// How many tokens of each sequence stay when both together may have `room`: the longer one is
  /// cut first, then both evenly ("longest first").
  static func fit(_ first: Int, _ second: Int, room: Int) -> (first: Int, second: Int) {
    guard first + second > room else { return (first, second) }
    let shorter = min(first, second)
    guard shorter * 2 > room else {
      return first <= second ? (first, room - first) : (room - second, second)
    }
    let half = room / 2
    return first <= second ? (half, room - half) : (room - half, half)
  }
}

extension PostProcessor.Trimming {
  /// How many white-space characters, or byte-level characters for a space, begin and end `text`.
  static func margins(of text: UnsafeBufferPointer<UInt8>) -> (leading: Int, trailing: Int) {
    guard let base = text.baseAddress else { return (0, 0) }
    let isSpace = { UnicodeClasses.isWhitespace($0) || $0 == 0x120 }
    let stop = TextPattern.run(base, 0, text.count, isSpace)
    var start = text.count
    while start > 0 {
      let (scalar, length) = UTF8Scalars.decodeLast(base, before: start)
      guard isSpace(scalar) else { break }
      start -= length
    }
    return (UTF8Scalars.count(base, 0, stop), UTF8Scalars.count(base, start, text.count))
  }

  /// Trims the range of a token whose text begins and ends with so many white-space characters.
  func trim(
    _ range: Range<Int>, leading: Int, trailing: Int, isFirst: Bool,
    in text: UnsafeBufferPointer<UInt8>
  ) -> Range<Int> {
    var start = range.lowerBound
    var end = range.upperBound
    let isAdded = self == .exceptAdded && leading == 1 && (isFirst || start == 0)
    for _ in 0..<(isAdded ? 0 : leading) where start < end {
      start += UTF8Scalars.length(leading: text[start])
    }
    var trimmed = end
    for _ in 0..<trailing {
      guard trimmed > 0, let base = text.baseAddress else { return start..<end }
      trimmed -= UTF8Scalars.decodeLast(base, before: trimmed).length
    }
    end = max(trimmed, start)
    return min(start, end)..<end
  }
}

/// The templates that have a name of their own.
extension PostProcessor {
  /// `first A last` and `first A last B last`, B and what follows being segment 1.
  static func bertTemplate(first: Int32, last: Int32) -> Template {
    let start = Piece.special(ids: [first], type: 0)
    let end = Piece.special(ids: [last], type: 0)
    return (
      [start, .first(type: 0), end],
      [start, .first(type: 0), end, .second(type: 1), .special(ids: [last], type: 1)]
    )
  }

  /// `first A last` and `first A last last B last`, all of segment 0.
  static func robertaTemplate(first: Int32, last: Int32) -> Template {
    let start = Piece.special(ids: [first], type: 0)
    let end = Piece.special(ids: [last], type: 0)
    return (
      [start, .first(type: 0), end],
      [start, .first(type: 0), end, end, .second(type: 0), end]
    )
  }
}
