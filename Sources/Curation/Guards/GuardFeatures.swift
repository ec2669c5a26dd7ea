import Corpus
import Transformer

/// What the guards compare, read from a text once: a walk over pairs asks for the same text often.
///
/// O(length); about 6 microseconds for a line of text, and 1 for a comparison.
public struct GuardFeatures: Sendable {
  let numbers: [String]
  let negation: String?
  /// All words, lower-cased, each once.
  let words: Set<String>
  /// Words written like names, in order; nil where capitals tell nothing.
  let names: [String]?
  let script: ScriptGuard.Script?
  /// The two entities that a text of a relation marks.
  let entities: RelationText?

  let text: String
  /// Words that the model does not know, in order.
  let unknownWords: [String]
  /// Nil where the model saw the whole text.
  let cut: TruncationGuard.CutText?

  /// - Parameter reading: what of the text reached the model; without it the guards that ask for it
  ///   see no difference.
  public init(_ original: String, reading: TextReading? = nil) {
    // Sets of words hash them, which sorts their marks.
    let text = MarkOrder.ordered(original)
    self.text = text
    unknownWords = UnknownWordGuard.words(reading)
    cut = TruncationGuard.CutText(original, reading)
    let scanned = WordScanner.words(in: text)
    numbers = NumberGuard.numbers(in: text)
    negation = NegationGuard.firstNegation(in: scanned)
    words = Set(scanned.map(\.text))
    names = NameGuard.names(scanned)
    script = ScriptGuard.dominantScript(of: text)
    entities = RelationText.isMarked(original) ? try? RelationText(original) : nil
  }
}
