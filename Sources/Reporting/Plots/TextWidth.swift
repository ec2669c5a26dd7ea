/// How wide text is drawn. The page takes the reader's own font, so this is an estimate, by the
/// widths of a wide one (DejaVu Sans); most fonts need less.
enum TextWidth {
  /// In units of `size`'s unit, the font's height. O(scalars).
  static func estimate(_ text: String, size: Double) -> Double {
    text.unicodeScalars.reduce(0) { $0 + share($1) } * size
  }

  /// As much of `text` as fits into `width`, with an ellipsis where it is cut. O(scalars that fit).
  static func fitted(_ text: String, to width: Double, size: Double) -> String {
    var used = 0.0
    var kept = String.UnicodeScalarView()
    // How much of `kept` leaves room for an ellipsis.
    var room = kept
    for scalar in text.unicodeScalars {
      used += share(scalar) * size
      if used > width + 1e-6 { return String(room) + "…" }
      kept.append(scalar)
      if used + size <= width { room = kept }
    }
    return text
  }

  /// Of the font's height.
  private static func share(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", "'", "|": 0.28
    case " ", ".", ",", ":", ";", "!", "I", "(", ")", "[", "]", "/", "-", "f", "r", "t", "–": 0.41
    case "m", "w", "M", "W", "%", "@", "+", "−", "=", "…", "—": 0.95
    case "a"..."z", "0"..."9": 0.64
    case "A"..."Z": 0.74
    default:
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .format: 0
      default: scalar.value < 0x1100 ? 0.75 : 1
      }
    }
  }
}
