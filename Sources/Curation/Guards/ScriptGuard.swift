/// Compares the script most letters of each text are written in.
///
/// Japanese mixes ideographs and kana: one kana in ten letters makes a text Japanese. Texts without
/// letters have no script and are never vetoed.
enum ScriptGuard {
  static func difference(_ left: Script?, _ right: Script?) -> String? {
    guard let left, let right, left != right else { return nil }
    return "\(left.rawValue) against \(right.rawValue)"
  }

  enum Script: String, CaseIterable {
    case latin = "Latin"
    case greek = "Greek"
    case cyrillic = "Cyrillic"
    case armenian = "Armenian"
    case hebrew = "Hebrew"
    case arabic = "Arabic"
    case devanagari = "Devanagari"
    case otherIndic = "Indic"
    case thai = "Thai"
    case georgian = "Georgian"
    case hangul = "Hangul"
    case kana = "Japanese"
    case han = "Han"
    case other = "other"
  }

  static func dominantScript(of text: String) -> Script? {
    if text.utf8.allSatisfy({ $0 < 0x80 }) {
      return text.utf8.contains { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A } ? .latin : nil
    }
    var counts: [Script: Int] = [:]
    for scalar in text.unicodeScalars {
      if let script = script(of: scalar) { counts[script, default: 0] += 1 }
    }
    let letters = counts.values.reduce(0, +)
    if letters == 0 { return nil }
    if counts[.kana, default: 0] * 10 >= letters { return .kana }
    return Script.allCases.max { counts[$0, default: 0] < counts[$1, default: 0] }
  }

  /// The script of a letter, after the blocks of the Unicode Standard; nil for all else.
  private static func script(of scalar: Unicode.Scalar) -> Script? {
    if scalar.isASCII {
      return WordScanner.isWord(scalar) && !("0"..."9").contains(scalar) ? .latin : nil
    }
    guard scalar.properties.isAlphabetic else { return nil }
    switch scalar.value {
    case 0x80...0x24F, 0x1E00...0x1EFF, 0xFF21...0xFF5A: return .latin
    case 0x370...0x3FF, 0x1F00...0x1FFF: return .greek
    case 0x400...0x52F: return .cyrillic
    case 0x530...0x58F: return .armenian
    case 0x590...0x5FF: return .hebrew
    case 0x600...0x6FF, 0x750...0x77F, 0x8A0...0x8FF, 0xFB50...0xFDFF, 0xFE70...0xFEFF:
      return .arabic
    case 0x900...0x97F: return .devanagari
    case 0x980...0xDFF: return .otherIndic
    case 0xE00...0xE7F: return .thai
    case 0x10A0...0x10FF: return .georgian
    case 0x1100...0x11FF, 0x3130...0x318F, 0xAC00...0xD7AF: return .hangul
    case 0x3040...0x30FF, 0xFF66...0xFF9D: return .kana
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x323AF: return .han
    default: return .other
    }
  }
}
