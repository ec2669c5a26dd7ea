/// The normalization of texts made of scalars that it maps one by one: ASCII, Latin-1 letters,
/// Cyrillic, Kana, Han, Hangul syllables, common punctuation, symbols and emoji.
///
/// None of these combines with another of them, so no text of them needs Unicode's general
/// composition, which is two orders of magnitude slower. Tests compare each with the general path.
enum SimpleFolding {
  private static let dropped: UInt32 = 0
  private static let space: UInt32 = 0x20
  private static let ellipsis: UInt32 = 0x2026
  private static let unknown = UInt32.max

  /// Nil if `text` holds any other scalar.
  static func fold(_ text: String) -> String? {
    var isKnown = true
    var text = text
    text.makeContiguousUTF8()
    // No mapping is longer than what it maps.
    let folded = String(unsafeUninitializedCapacity: text.utf8.count) { target in
      var count = 0
      for scalar in text.unicodeScalars {
        let value = map(scalar.value)
        if value == unknown {
          isKnown = false
          return 0
        }
        append(value, to: target, &count)
      }
      return trimmedCount(UnsafeBufferPointer(rebasing: target[0..<count]))
    }
    return isKnown ? folded : nil
  }

  @inline(__always)
  private static func append(
    _ value: UInt32, to target: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int
  ) {
    switch value {
    case dropped: return
    case space:
      if count == 0 || target[count - 1] == 0x20 { return }
      target[count] = 0x20
      count += 1
    case ellipsis:
      for _ in 0..<3 {
        target[count] = UInt8(ascii: ".")
        count += 1
      }
    case ..<0x80:
      target[count] = UInt8(value)
      count += 1
    default:
      guard let scalar = Unicode.Scalar(value) else { return }
      for byte in UTF8.encode(scalar).unsafelyUnwrapped {
        target[count] = byte
        count += 1
      }
    }
  }

  @inline(__always)
  private static func map(_ value: UInt32) -> UInt32 {
    if value < 0x80 {
      if value <= 0x20 || value == 0x7f { return space }
      return value >= 0x41 && value <= 0x5a ? value + 0x20 : value
    }
    return mapBeyondASCII(value)
  }

  private static func mapBeyondASCII(_ value: UInt32) -> UInt32 {
    switch value {
    case 0x80...0xa0, 0x2000...0x200a, 0x2028, 0x2029, 0x3000: space
    case 0xad, 0x200b...0x200f, 0xfe0f, 0xfeff: dropped
    case 0xdf: unknown  // ß
    case 0xc0...0xd6, 0xd8...0xde, 0x410...0x42f: value + 0x20
    case 0x400...0x40f: value + 0x50
    case 0xff21...0xff3a: value - 0xfee0 + 0x20
    case 0xff01...0xff5e: value - 0xfee0
    case 0xa1, 0xa2, 0xa3, 0xa5, 0xa7, 0xa9, 0xab, 0xac, 0xae, 0xb0, 0xb1, 0xb6, 0xb7, 0xbb, 0xbf,
      0xd7, 0xe0...0xff, 0x430...0x45f, 0x2010, 0x2012...0x2016, 0x2018...0x2023, ellipsis, 0x20ac,
      0x2190...0x21ff, 0x2600...0x27bf, 0x3001...0x3020, 0x3041...0x3096, 0x30a1...0x30fe,
      0x4e00...0x9fff, 0xac00...0xd7a3, 0x1f300...0x1f64f, 0x1f680...0x1f6ff, 0x1f900...0x1f9ff:
      value
    default: unknown
    }
  }

  /// Length of normalized UTF-8 without the stops and spaces at its end; without its space if
  /// there is nothing else.
  static func trimmedCount(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var count = bytes.count
    while count > 0 {
      if isTrailing(bytes[count - 1]) {
        count -= 1
      } else if count >= 3, bytes[count - 3] == 0xe3, bytes[count - 2] == 0x80,
        bytes[count - 1] == 0x82
      {
        count -= 3  // U+3002, the ideographic full stop.
      } else {
        return count
      }
    }
    return bytes.last == 0x20 ? bytes.count - 1 : bytes.count
  }

  private static func isTrailing(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",")
      || byte == UInt8(ascii: ";") || byte == UInt8(ascii: ":")
  }
}
