import Foundation

/// Compares the words that are written like names: capitalized inside a sentence, or with capitals
/// after the first letter anywhere (`NASA`, `OpenBLAS`).
///
/// A veto needs a name on *each* side that the other text does not contain in any form, in a frame
/// that is otherwise much the same (two thirds of the words): there a name is exchanged, while in two freely
/// worded sentences one name more or less says little. Texts in title case or all capitals tell
/// nothing about names and are never vetoed.
enum NameGuard {
  static func difference(_ a: GuardFeatures, _ b: GuardFeatures) -> String? {
    guard let leftNames = a.names, let rightNames = b.names else { return nil }
    let onlyLeft = missing(leftNames, in: b.words)
    if onlyLeft.isEmpty { return nil }
    let onlyRight = missing(rightNames, in: a.words)
    if onlyRight.isEmpty { return nil }
    if frameOverlap(a.words, onlyLeft, b.words, onlyRight) < leastFrameOverlap { return nil }
    return onlyLeft.joined(separator: ", ") + " against " + onlyRight.joined(separator: ", ")
  }

  private static let leastFrameOverlap = 0.65

  /// The share of words the texts have in common once the differing names are set aside.
  private static func frameOverlap(
    _ left: Set<String>, _ leftNames: [String], _ right: Set<String>, _ rightNames: [String]
  ) -> Double {
    let leftFrame = left.subtracting(leftNames)
    let rightFrame = right.subtracting(rightNames)
    let longer = max(leftFrame.count, rightFrame.count)
    return longer == 0 ? 1 : Double(leftFrame.intersection(rightFrame).count) / Double(longer)
  }

  /// The words written like names, or nil where most words are capitalized.
  static func names(_ words: [Word]) -> [String]? {
    let inner = words.filter { !$0.opensSentence }
    let capitalized = inner.filter(\.startsUppercase)
    if inner.count >= 3, capitalized.count * 3 > inner.count * 2 { return nil }
    let names = words.filter {
      $0.text.utf8.count > 1 && ($0.hasInnerCapital || ($0.startsUppercase && !$0.opensSentence))
    }
    return names.map(\.text)
  }

  private static func missing(_ names: [String], in words: Set<String>) -> [String] {
    var seen = Set<String>()
    return names.filter { name in
      !words.contains(name) && !words.contains { isSameName(name, $0) }
        && seen.insert(name).inserted
    }
  }

  /// Whether two words are forms of one name: equal up to an ending that makes an adjective, a
  /// plural or a possessive (`China`, `Chinese`, `China's`; but not `Austria`, `Australia`).
  static func isSameName(_ a: String, _ b: String) -> Bool {
    guard a.utf8.first == b.utf8.first else { return false }
    if a == b { return true }
    let stem = a.commonPrefix(with: b)
    guard stem.count >= 4 || stem == a || stem == b else { return false }
    return endings.contains(String(a.dropFirst(stem.count)))
      && endings.contains(String(b.dropFirst(stem.count)))
  }

  private static let endings: Set<String> = [
    "", "'s", "s", "es", "n", "an", "ian", "i", "ese", "ish", "ia", "a", "e", "o", "y",
  ]
}
