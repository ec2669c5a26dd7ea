/// Compares whether two texts negate at all.
///
/// Presence and not a count: French `ne … pas` is one negation in two words. Only words that are a
/// negation in every language they occur in are listed, because the language is not known.
enum NegationGuard {
  static func difference(_ left: String?, _ right: String?) -> String? {
    if (left == nil) == (right == nil) { return nil }
    return "\(left.map { "“\($0)”" } ?? "none") against \(right.map { "“\($0)”" } ?? "none")"
  }

  static func firstNegation(in scanned: [Word]) -> String? {
    for word in scanned {
      if words.contains(word.text) || word.text.hasSuffix("n't") { return word.text }
      // Pairs of ideographs: the first decides, the second is the first of the next pair.
      if let scalar = word.text.unicodeScalars.first, ideographs.contains(scalar) {
        return String(scalar)
      }
    }
    return nil
  }

  private static let words: Set<String> = [
    // English, with the spellings that lost their apostrophe
    "not", "no", "never", "without", "none", "nobody", "nothing", "nowhere", "neither", "nor",
    "cannot", "cant", "dont", "doesnt", "didnt", "isnt", "wasnt", "arent", "wont",
    // German, Dutch; `nie` is Polish too
    "nicht", "kein", "keine", "keinen", "keinem", "keiner", "keines", "nie", "niemals", "nichts",
    "niet", "geen", "nooit",
    // French, Spanish, Italian, Portuguese
    "pas", "jamais", "aucun", "aucune", "nunca", "jamás", "ningún", "ninguna", "non", "nessun",
    "nessuno", "senza", "não", "nenhum",
    // Russian, Polish
    "не", "нет", "без", "никогда", "nigdy",
  ]

  private static let ideographs: Set<Unicode.Scalar> = ["不", "没", "沒", "無", "无"]
}
