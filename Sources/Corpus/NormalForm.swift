import Foundation

/// Unicode's normalization form KC (UAX #15) of texts of any length.
package enum NormalForm {
  /// Longer texts are composed in pieces: Foundation moves the rest of a text for each pair that it
  /// composes.
  private static let pieceBytes = 1 << 12

  /// NFKC of `text`. O(length · log of the longest run of combining marks).
  package static func compatible(_ text: String) -> String {
    let text = MarkOrder.ordered(text, halfwidth: true)
    if text.utf8.count <= pieceBytes { return text.precomposedStringWithCompatibilityMapping }
    var result = ""
    result.reserveCapacity(text.utf8.count)
    var start = text.startIndex
    var index = start
    var byteCount = 0
    let scalars = text.unicodeScalars
    while index < text.endIndex {
      let scalar = scalars[index]
      if byteCount >= pieceBytes, !mayJoin(scalar.value) {
        result += String(scalars[start..<index]).precomposedStringWithCompatibilityMapping
        (start, byteCount) = (index, 0)
      }
      byteCount += UTF8.width(scalar)
      index = scalars.index(after: index)
    }
    return result + String(scalars[start...]).precomposedStringWithCompatibilityMapping
  }

  /// Whether a scalar, or the first of what it is compatible with, may compose with what stands before
  /// it or change places with it.
  package static func mayJoin(_ value: UInt32) -> Bool {
    switch value {
    case 0x1161...0x1175, 0x11a8...0x11c2: true  // Hangul vowels and finals
    case 0x3131...0x318e, 0xffa0...0xffdc: true  // and what is compatible with them
    case 0x9be, 0x9d7, 0xb3e, 0xb56...0xb57, 0xbbe, 0xbd7, 0xcc2, 0xcd5...0xcd6, 0xd3e, 0xd57,
      0xdcf, 0xddf, 0x102e, 0x1b35, 0x11127, 0x1133e, 0x11357, 0x114b0, 0x114ba, 0x114bd, 0x115af,
      0x11930:
      true  // Vowels of scripts of India and its neighbors
    default: MarkOrder.isMark(value, halfwidth: true)
    }
  }
}
