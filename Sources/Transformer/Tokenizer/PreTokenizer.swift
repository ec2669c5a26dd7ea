/// Cuts normalized text into words.
enum PreTokenizer: Sendable {
  /// At white space, which is dropped, and around each punctuation character.
  case bert

  func split(_ text: inout NormalizedText, _ words: inout [Range<Int>]) {
    switch self {
    case .bert: Self.splitBert(text, &words)
    }
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
