/// Compares the words that are written like names: capitalized inside a sentence, or with capitals
/// after the first letter anywhere (`NASA`, `OpenBLAS`).
///
/// A veto needs a name on *each* side that the other text does not contain in any spelling: a name
/// that is only added or dropped is mostly a longer way to say the same. Texts in title case or all
/// capitals say nothing about names and are never vetoed.
enum NameGuard {
  static func difference(_ a: String, _ b: String) -> String? {
    let (left, right) = (WordScanner.words(in: a), WordScanner.words(in: b))
    guard let leftNames = names(left), let rightNames = names(right) else { return nil }
    let onlyLeft = missing(leftNames, in: right)
    let onlyRight = missing(rightNames, in: left)
    if onlyLeft.isEmpty || onlyRight.isEmpty { return nil }
    return onlyLeft.joined(separator: ", ") + " against " + onlyRight.joined(separator: ", ")
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

  private static func missing(_ names: [String], in words: [Word]) -> [String] {
    let present = Set(words.map { stem($0.text) })
    var seen = Set<String>()
    return names.filter { !present.contains(stem($0)) && seen.insert(stem($0)).inserted }
  }

  /// Without the possessive: `china's` is `china`.
  private static func stem(_ word: String) -> String {
    word.hasSuffix("'s") ? String(word.dropLast(2)) : word
  }
}
