import Foundation

/// What two texts must share to be one text written twice.
public enum TextNormalization {
  /// `text` without what writing varies and meaning does not: NFKC, full case folding, default
  /// ignorable code points (zero-width, soft hyphen) removed, runs of white space and control
  /// characters made one space, none at the ends, and no full stops, commas, colons or semicolons
  /// at the end.
  ///
  /// Inner punctuation, numbers, `?`, `!`, quotes and brackets stay. Follows NFKC_Casefold (Unicode
  /// Standard Annex #44); ASCII takes a single pass. `normalize(normalize(x)) == normalize(x)`. A
  /// text of nothing but such ends (`...`) keeps them.
  public static func normalize(_ text: String) -> String {
    var text = text
    if let folded = text.withUTF8({ foldASCII($0) }) { return folded }
    // NFKC can undo a folding and a folding NFKC; both together settle within a few rounds.
    var folded = foldOnce(text)
    for _ in 0..<4 {
      let again = foldOnce(folded)
      if again.utf8.elementsEqual(folded.utf8) { break }
      folded = again
    }
    return folded
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == 0x7f }

  private static func isTrailing(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",")
      || byte == UInt8(ascii: ";") || byte == UInt8(ascii: ":")
  }

  /// Nil unless all of `bytes` are ASCII.
  private static func foldASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    var isASCII = true
    let folded = String(unsafeUninitializedCapacity: bytes.count) { target in
      var count = 0
      for byte in bytes {
        if byte >= 0x80 {
          isASCII = false
          return 0
        }
        if isSpace(byte) {
          if count > 0, target[count - 1] != 0x20 {
            target[count] = 0x20
            count += 1
          }
        } else {
          let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
          target[count] = isUpper ? byte | 0x20 : byte
          count += 1
        }
      }
      return trimmedCount(UnsafeBufferPointer(rebasing: target[0..<count]))
    }
    return isASCII ? folded : nil
  }

  /// Length of `bytes` without its trailing stops; without its trailing space if that is all.
  private static func trimmedCount(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var count = bytes.count
    while count > 0, isTrailing(bytes[count - 1]) { count -= 1 }
    if count > 0 { return count }
    return bytes.last == 0x20 ? bytes.count - 1 : bytes.count
  }

  private static func foldOnce(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.precomposedStringWithCompatibilityMapping.unicodeScalars {
      let properties = scalar.properties
      if properties.isWhitespace || properties.generalCategory == .control {
        if let last = scalars.last, last != " " { scalars.append(" ") }
      } else if !properties.isDefaultIgnorableCodePoint {
        append(folded(scalar), to: &scalars)
      }
    }
    let composed = String(scalars).precomposedStringWithCompatibilityMapping
    return trimmed(composed)
  }

  private static func append(_ text: String, to scalars: inout String.UnicodeScalarView) {
    scalars.append(contentsOf: text.unicodeScalars)
  }

  /// Full case folding, by way of upper case (ß and ss, ς and σ meet there); the dotless ı is a
  /// letter of its own and folds to itself, as CaseFolding.txt has it.
  private static func folded(_ scalar: Unicode.Scalar) -> String {
    if scalar == "\u{131}" { return String(scalar) }
    return scalar.properties.uppercaseMapping.unicodeScalars
      .map(\.properties.lowercaseMapping).joined()
  }

  private static func trimmed(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var end = scalars.count
    while end > 0, isTrailing(scalars[end - 1]) { end -= 1 }
    if end == 0 {
      end = scalars.count
      while end > 0, scalars[end - 1] == " " { end -= 1 }
    }
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars[0..<end])
    return String(result)
  }

  private static func isTrailing(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\u{3002}" || scalar.isASCII && isTrailing(UInt8(scalar.value))
  }
}
