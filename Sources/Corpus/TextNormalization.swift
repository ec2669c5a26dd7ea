import Foundation

/// What two texts must share to be one text written twice.
public enum TextNormalization {
  /// `text` without what writing varies and meaning does not: NFKC, full case folding, default
  /// ignorable code points (zero-width, soft hyphen) removed, runs of white space and control
  /// characters made one space, none at the ends, and no full stops, commas, colons or semicolons
  /// at the end.
  ///
  /// Inner punctuation, numbers, `?`, `!`, quotes and brackets stay. Follows NFKC_Casefold (Unicode
  /// Standard Annex #44); Text of common scripts takes one pass. `normalize(normalize(x)) == normalize(x)`. A
  /// text of nothing but such ends (`...`) keeps them.
  public static func normalize(_ text: String) -> String {
    if let folded = SimpleFolding.fold(text) { return folded }
    // NFKC can undo a folding and a folding NFKC; both together settle within a few rounds.
    var folded = foldOnce(text)
    for _ in 0..<4 {
      let again = foldOnce(folded)
      if again.utf8.elementsEqual(folded.utf8) { break }
      folded = again
    }
    return folded
  }

  private static func foldOnce(_ text: String) -> String {
    // Bytes: appending to a view of scalars copies all of it each time.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for scalar in NormalForm.compatible(text).unicodeScalars {
      let properties = scalar.properties
      if properties.isWhitespace || properties.generalCategory == .control {
        if let last = bytes.last, last != 0x20 { bytes.append(0x20) }
      } else if !properties.isDefaultIgnorableCodePoint {
        bytes.append(contentsOf: folded(scalar).utf8)
      }
    }
    return trimmed(NormalForm.compatible(String(decoding: bytes, as: UTF8.self)))
  }

  /// Full case folding, by way of upper case (ß and ss, ς and σ meet there); the dotless ı is a
  /// letter of its own and folds to itself, as CaseFolding.txt has it.
  private static func folded(_ scalar: Unicode.Scalar) -> String {
    if scalar == "\u{131}" { return String(scalar) }
    return scalar.properties.uppercaseMapping.unicodeScalars
      .map(\.properties.lowercaseMapping).joined()
  }

  private static func trimmed(_ text: String) -> String {
    var text = text
    let count = text.withUTF8 { SimpleFolding.trimmedCount($0) }
    return String(text.utf8.prefix(count)) ?? text
  }
}
