/// Per-label and averaged precision, recall and F1 of items with any number of labels each, as
/// scikit-learn's `classification_report` defines them, with a zero denominator giving 0.
public struct MultiLabelReport: Codable, Hashable, Sendable {
  /// Items judged.
  public let items: Int
  /// Names of the labels.
  public let labels: [String]
  /// One entry per label, in the order of ``labels``.
  public let classes: [LabelScores]
  /// Scores of the pooled counts.
  public let micro: LabelScores
  /// Unweighted mean over the labels.
  public let macro: LabelScores
  /// Mean over the labels weighted by support.
  public let weighted: LabelScores
  /// Mean over the items of the scores of each item's labels; an item without any, true or predicted,
  /// has 0.
  public let samples: LabelScores
  /// Share of the items whose labels are all right and none too many; 0 without items.
  public let exactMatch: Double

  /// Compares the label indices of the same items in the same order.
  ///
  /// Every label counts in the averages even if it never occurs. O(labels of all items).
  public init(labels: [String], truth: [Set<Int>], predictions: [Set<Int>]) {
    precondition(truth.count == predictions.count, "predictions for every item")
    var counts = [MatchCounts](repeating: .init(), count: labels.count)
    var ofItems: [MatchCounts] = []
    for (truth, predictions) in zip(truth, predictions) {
      let correct = truth.intersection(predictions)
      for label in truth { counts[label].support += 1 }
      for label in predictions { counts[label].predicted += 1 }
      for label in correct { counts[label].correct += 1 }
      ofItems.append(
        MatchCounts(
          correct: correct.count, predicted: predictions.count, support: truth.count))
    }
    let averages = ScoreAverages(counts)
    items = truth.count
    self.labels = labels
    classes = counts.map(\.scores)
    micro = averages.micro
    macro = averages.macro
    weighted = averages.weighted
    samples = ScoreAverages(ofItems).macro
    let exact = zip(truth, predictions).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }
    exactMatch = truth.isEmpty ? 0 : Double(exact) / Double(truth.count)
  }
}

extension MultiLabelReport {
  /// The threshold that gives the largest micro F1 if labels with at least that probability are
  /// predicted; of several the largest, which predicts the fewest labels.
  ///
  /// It lies half way between the least probability that is enough and the next lower one, so that
  /// rounding decides nothing. Nil where no item has a true label, so that every F1 is 0. What is no
  /// number is never predicted. O(n log n) of n probabilities.
  ///
  /// - Parameters:
  ///   - probabilities: [items, labels].
  ///   - truth: Label indices of each item.
  public static func bestThreshold(
    probabilities: [[Double]], truth: [Set<Int>]
  ) -> (threshold: Double, f1: Double)? {
    precondition(truth.count == probabilities.count, "probabilities for every item")
    var candidates: [(probability: Double, isTrue: Bool)] = []
    for (row, labels) in zip(probabilities, truth) {
      for (label, probability) in row.enumerated() where !probability.isNaN {
        candidates.append((probability, labels.contains(label)))
      }
    }
    candidates.sort { $0.probability > $1.probability }
    let support = truth.reduce(0) { $0 + $1.count }
    var (correct, best) = (0, (correct: 0, predicted: 0))
    for (index, candidate) in candidates.enumerated() {
      if candidate.isTrue { correct += 1 }
      let predicted = index + 1
      // Equal probabilities are predicted together.
      if predicted < candidates.count, candidates[predicted].probability == candidate.probability {
        continue
      }
      // 2 correct / (predicted + support), compared without rounding.
      if correct * (best.predicted + support) > best.correct * (predicted + support) {
        best = (correct, predicted)
      }
    }
    guard best.correct > 0 else { return nil }
    let counts = MatchCounts(correct: best.correct, predicted: best.predicted, support: support)
    let least = candidates[best.predicted - 1].probability
    let next = best.predicted < candidates.count ? candidates[best.predicted].probability : least
    let middle = (least + next) / 2
    return (middle > next ? middle : least, counts.scores.f1)
  }
}
