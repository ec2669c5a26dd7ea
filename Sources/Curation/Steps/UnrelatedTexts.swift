import Foundation
import Kernels
import Neighbors

/// How alike texts are that have nothing to do with each other, which differs from model to model: a cosine
/// that half of all pairs reach says nothing.
enum UnrelatedTexts {
  /// Of fewer texts too many pairs are related.
  private static let leastTexts = 200
  private static let pairs = 20_000
  /// Of the pairs, which are taken for related ones.
  private static let related = 0.01

  /// The cosine that one in a hundred pairs of texts drawn at random reaches; nil of few texts. The same for
  /// the same vectors in the same order, and within some thousandths in another.
  static func cosine(_ rows: DistinctRows) -> Float? {
    let count = rows.rows.count
    guard count >= leastTexts else { return nil }
    var generator = SplitMix64(state: 0)
    var scores = (0..<pairs).map { _ -> Float in
      let a = Int.random(in: 0..<count, using: &generator)
      let b = (a + Int.random(in: 1..<count, using: &generator)) % count
      return canonicalDot(
        rows[UInt32(a)], rows[UInt32(b)], count: rows.vectors.dimension)
    }
    scores.sort(by: >)
    return scores[Int(related * Double(pairs))]
  }

  /// What to tell of a search for pairs from `floor` on; nil if it makes sense.
  static func warning(_ rows: DistinctRows, floor: Float) -> String? {
    guard let cosine = cosine(rows), cosine >= floor else { return nil }
    return String(
      format:
        "WARNING: pairs are looked for from a cosine of %.2f on, which says nothing with this model: "
        + "of pairs of texts drawn at random one in a hundred reaches %.3f. Begin above that (--threshold and "
        + "--floor of dedup, --paraphrase of cluster), or most texts are taken for paraphrases of each other",
      floor,
      cosine)
  }
}
