/// Tokens that are found in the text before any model sees it, such as "[SEP]" or "<mask>".
struct AddedTokens: Sendable {
  struct Token: Sendable {
    var id: Int32
    var content: [UInt8]
    /// Matches only between characters that are no word characters.
    var isSingleWord = false
    /// Takes the white space on its left (right) along.
    var stripsLeft = false
    var stripsRight = false
    /// Is searched in the normalized text, in normalized form.
    var isNormalized = false
    var isSpecial = false
  }

  /// A stretch of the text: an added token, or text between them if `id` is nil.
  struct Piece {
    var id: Int32?
    var range: Range<Int>
  }

  private let table: TokenTable
  private let tokens: [Token]
  private let firstBytes: [Bool]
  var isEmpty: Bool { tokens.isEmpty }

  /// - Parameter tokens: what to search for, by the form it has in the text.
  /// - Returns: nil if two tokens have the same form.
  init?(_ patterns: [(form: [UInt8], token: Token)]) {
    var firstBytes = [Bool](repeating: false, count: 256)
    var arena: [UInt8] = []
    var places: [Range<Int32>] = []
    for (form, _) in patterns {
      guard arena.count + form.count < 1 << 30 else { return nil }
      places.append(Int32(arena.count)..<Int32(arena.count + form.count))
      arena += form
      if let first = form.first { firstBytes[Int(first)] = true }
    }
    guard let table = try? TokenTable(arena: arena, places: places) else { return nil }
    self.table = table
    tokens = patterns.map(\.token)
    self.firstBytes = firstBytes
  }

  /// Cuts `text[range]` at every added token, leftmost and longest first. Pieces come in order;
  /// empty ones are left out.
  func split(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> [Piece] {
    guard !isEmpty, !range.isEmpty, let base = text.baseAddress else {
      return range.isEmpty ? [] : [Piece(id: nil, range: range)]
    }
    var pieces: [Piece] = []
    var covered = range.lowerBound
    var position = range.lowerBound
    firstBytes.withUnsafeBufferPointer { firstBytes in
      while position < range.upperBound {
        guard firstBytes[Int(text[position])],
          let match = table.longestMatch(base, position, range.upperBound)
        else {
          position += 1
          continue
        }
        let found = position..<match.end
        position = match.end
        let token = tokens[Int(match.value)]
        if token.isSingleWord, !standsAlone(base, found, in: range) { continue }
        let extent = stretch(found, of: token, base, in: range, after: covered)
        if covered < extent.lowerBound {
          pieces.append(Piece(id: nil, range: covered..<extent.lowerBound))
        }
        pieces.append(Piece(id: token.id, range: extent))
        covered = extent.upperBound
      }
    }
    if covered < range.upperBound {
      pieces.append(Piece(id: nil, range: covered..<range.upperBound))
    }
    return pieces
  }

  private func standsAlone(
    _ text: UnsafePointer<UInt8>, _ found: Range<Int>, in range: Range<Int>
  ) -> Bool {
    if found.lowerBound > range.lowerBound,
      UnicodeClasses.isWord(UTF8Scalars.decodeLast(text, before: found.lowerBound).scalar)
    {
      return false
    }
    return found.upperBound == range.upperBound
      || !UnicodeClasses.isWord(UTF8Scalars.decode(text, found.upperBound).scalar)
  }

  private func stretch(
    _ found: Range<Int>, of token: Token, _ text: UnsafePointer<UInt8>, in range: Range<Int>,
    after covered: Int
  ) -> Range<Int> {
    var start = found.lowerBound
    var end = found.upperBound
    while token.stripsLeft, start > covered {
      let (scalar, length) = UTF8Scalars.decodeLast(text, before: start)
      guard UnicodeClasses.isWhitespace(scalar) else { break }
      start -= length
    }
    while token.stripsRight, end < range.upperBound {
      let (scalar, length) = UTF8Scalars.decode(text, end)
      guard UnicodeClasses.isWhitespace(scalar) else { break }
      end += length
    }
    return start..<end
  }
}
