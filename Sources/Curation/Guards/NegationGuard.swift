/// Compares what two texts deny, where one of them negates: a veto needs a word that it denies and
/// the other affirms, in a frame that is otherwise much the same.
///
/// A negation denies the next word that carries meaning (`not yet arrived`); where none follows, as
/// after French `pas`, it denies the sentence. Neither text may have more than one word of its own,
/// only one of them ask `how` or `why`, or the affirming one say no in another way (`unable to pay` is
/// `cannot pay`, `off` is `not on`). Presence of a negation alone is no sign of a difference:
/// Docs/Decisions/0007-negation.md has the figures.
enum NegationGuard {
  private static let mostDifferences = 1

  static func difference(_ a: GuardFeatures, _ b: GuardFeatures) -> String? {
    if (a.negation == nil) == (b.negation == nil) { return nil }
    if OppositeGuard.cancelsNegation(a, b) { return nil }
    let (left, right) = (Statement(a.text), Statement(b.text))
    guard left.asks == right.asks,
      left.frame.subtracting(right.frame).count <= mostDifferences,
      right.frame.subtracting(left.frame).count <= mostDifferences
    else { return nil }
    if a.negation == nil {
      return right.denial(of: left).map { "\($0.affirmed) against \($0.denied)" }
    }
    return left.denial(of: right).map { "\($0.denied) against \($0.affirmed)" }
  }

  static func firstNegation(in scanned: [Word]) -> String? {
    scanned.lazy.compactMap { negation($0.text) }.first
  }

  /// The negation that a word is, or that a pair of ideographs holds.
  fileprivate static func negation(_ word: String) -> String? {
    if NegationWords.negations.contains(word) || word.hasSuffix("n't") { return word }
    let ideograph = word.unicodeScalars.first { NegationWords.ideographs.contains($0) }
    return ideograph.map { String($0) }
  }
}

/// What a text denies and what it affirms.
private struct Statement {
  /// Each negation with the word it denies; nil where it denies the sentence.
  private var denials: [(negation: String, word: String?)] = []
  /// Stems of the words that are not denied.
  private var affirmed: Set<String> = []
  /// Says no without a negation.
  private var isImplicitlyNegative = false
  /// Stems of all words that carry meaning, denied or not.
  private(set) var frame: Set<String> = []
  private(set) var asks = false

  /// O(length).
  init(_ text: String) {
    var open: String?
    for word in WordScanner.words(in: text).lazy.map(\.text) {
      if let negation = NegationGuard.negation(word) {
        // Two in a row (`no, not …`, the two pairs around one ideograph) are one.
        open = open ?? negation
        continue
      }
      if NegationWords.questions.contains(word) { asks = true }
      if NegationWords.implicit.contains(word) { isImplicitlyNegative = true }
      let isLight = NegationWords.light.contains(word)
      if !isLight { frame.insert(NegationWords.stem(word)) }
      if let negation = open, !isLight || NegationWords.verbs.contains(word) {
        denials.append((negation, word))
        open = nil
      } else {
        affirmed.insert(NegationWords.stem(word))
      }
    }
    // A tag at the end of a question (`or not?`) denies nothing.
    if let open, text.last != "?" { denials.append((open, nil)) }
  }

  /// What this text denies and `other`, which does not negate, affirms.
  func denial(of other: Statement) -> (denied: String, affirmed: String)? {
    if other.isImplicitlyNegative { return nil }
    for (negation, word) in denials {
      guard let word else { return ("“\(negation)”", "none") }
      let stem = NegationWords.stem(word)
      if other.affirmed.contains(stem), !affirmed.contains(stem) {
        return ("“\(negation) \(word)”", "“\(word)”")
      }
    }
    return nil
  }
}
