import Corpus
import Transformer

/// Compares the words that the model's vocabulary does not know: emoji and scripts it was not made
/// for all become one unknown token, so texts that differ in them alone have one vector.
///
/// In sequence, and with none on one side too: with the same sequence on both sides what the model
/// cannot see is equal, and all else is in the vectors.
enum UnknownWordGuard {
  private static let shown = 8

  static func difference(_ left: [String], _ right: [String]) -> String? {
    if left == right { return nil }
    let (onlyLeft, onlyRight) = listDifference(left, right)
    if onlyLeft.isEmpty, onlyRight.isEmpty {
      return "\(list(left)) against \(list(right)), in another order"
    }
    return "\(list(onlyLeft)) against \(list(onlyRight))"
  }

  /// The words as they are compared: `👍` with and without a variation selector is one.
  static func words(_ reading: TextReading?) -> [String] {
    reading?.unknownWords.map { TextNormalization.normalize($0) } ?? []
  }

  private static func list(_ words: [String]) -> String {
    if words.isEmpty { return "none" }
    let more = words.count - shown
    return words.prefix(shown).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }
}
