/// Per-class and averaged precision, recall and F1, as scikit-learn's `classification_report`
/// defines them, with a zero denominator giving 0.
public struct ClassificationReport: Codable, Hashable, Sendable {
  /// Of one class or an average.
  public typealias Scores = LabelScores

  /// Names of the classes, in label order.
  public let labels: [String]
  /// `confusion[truth][prediction]` counts items.
  public let confusion: [[Int]]
  /// One entry per label, in label order.
  public let classes: [Scores]
  /// Scores of the pooled counts; all equal to ``accuracy`` when every item has one label.
  public let micro: Scores
  /// Unweighted mean over the classes.
  public let macro: Scores
  /// Mean over the classes weighted by support.
  public let weighted: Scores
  /// Share of the items whose label is predicted.
  public let accuracy: Double

  /// The most frequent class of the items and its share, which is what always answering it scores; the first
  /// of several, nil without items.
  public var majority: (label: String, share: Double)? {
    let items = classes.reduce(0) { $0 + $1.support }
    guard items > 0, let most = classes.map(\.support).max(),
      let label = classes.firstIndex(where: { $0.support == most })
    else { return nil }
    return (labels[label], Double(most) / Double(items))
  }

  /// Compares `predictions` with `truth`: label indices of the same items in the same order.
  ///
  /// As with `labels=` in scikit-learn, a class counts in the averages even if it never occurs.
  public init(labels: [String], truth: [Int], predictions: [Int]) {
    precondition(truth.count == predictions.count, "one prediction per true label")
    var confusion = [[Int]](
      repeating: [Int](repeating: 0, count: labels.count), count: labels.count)
    for (expected, predicted) in zip(truth, predictions) {
      confusion[expected][predicted] += 1
    }
    let counts = labels.indices.map { label in
      MatchCounts(
        correct: confusion[label][label], predicted: confusion.reduce(0) { $0 + $1[label] },
        support: confusion[label].reduce(0, +))
    }
    let averages = ScoreAverages(counts)
    self.labels = labels
    self.confusion = confusion
    classes = counts.map(\.scores)
    micro = averages.micro
    macro = averages.macro
    weighted = averages.weighted
    accuracy = averages.micro.precision
  }
}
