/// Scores of one class, tag or type of entity, or of an average over several.
public struct LabelScores: Codable, Hashable, Sendable {
  /// Share of the predictions that are right; 0 without any.
  public var precision: Double
  /// Share of what is true that is predicted; 0 without any.
  public var recall: Double
  /// Harmonic mean of ``precision`` and ``recall``; 0 where both are.
  public var f1: Double
  /// How many items truly belong to the class (to any class, for an average).
  public var support: Int
}

/// What precision, recall and F1 are made of. Counts of parts of a data set add up to those of the
/// whole, which is how an interval for F1 is resampled.
public struct MatchCounts: Codable, Hashable, Sendable {
  /// Items that were predicted and are true.
  public var correct: Int
  /// Items that were predicted.
  public var predicted: Int
  /// Items that are true.
  public var support: Int

  /// Counts as given.
  public init(correct: Int = 0, predicted: Int = 0, support: Int = 0) {
    self.correct = correct
    self.predicted = predicted
    self.support = support
  }

  /// Adds the counts of another part of the data.
  public static func += (counts: inout MatchCounts, more: MatchCounts) {
    counts.correct += more.correct
    counts.predicted += more.predicted
    counts.support += more.support
  }

  /// Precision, recall and F1; 0 where the denominator is.
  public var scores: LabelScores {
    LabelScores(
      precision: ratio(Double(correct), Double(predicted)),
      recall: ratio(Double(correct), Double(support)),
      f1: ratio(2 * Double(correct), Double(predicted + support)), support: support)
  }
}

/// The three averages over classes that reports show.
struct ScoreAverages {
  /// Scores of the pooled counts.
  let micro: LabelScores
  /// Unweighted mean.
  let macro: LabelScores
  /// Mean weighted by support.
  let weighted: LabelScores

  init(_ classes: [MatchCounts]) {
    var pooled = MatchCounts()
    for counts in classes { pooled += counts }
    let scores = classes.map(\.scores)
    let support = pooled.support
    func mean(_ weights: [Double]) -> LabelScores {
      let total = weights.reduce(0, +)
      func mean(_ score: KeyPath<LabelScores, Double>) -> Double {
        ratio(zip(scores, weights).reduce(0) { $0 + $1.0[keyPath: score] * $1.1 }, total)
      }
      return LabelScores(
        precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1), support: support)
    }
    micro = pooled.scores
    macro = mean(classes.map { _ in 1 })
    weighted = mean(classes.map { Double($0.support) })
  }
}

private func ratio(_ numerator: Double, _ denominator: Double) -> Double {
  denominator == 0 ? 0 : numerator / denominator
}
