/// Per-class and averaged precision, recall and F1, as scikit-learn's `classification_report`
/// defines them, with a zero denominator giving 0.
public struct ClassificationReport: Codable, Hashable, Sendable {
  /// Scores of one class, or of an average over classes.
  public struct Scores: Codable, Hashable, Sendable {
    public var precision: Double
    public var recall: Double
    public var f1: Double
    /// How many items truly belong to the class (to any class, for an average).
    public var support: Int
  }

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
  public let accuracy: Double

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
    let classes = labels.indices.map { label in
      Scores(
        correct: confusion[label][label], predicted: confusion.reduce(0) { $0 + $1[label] },
        support: confusion[label].reduce(0, +))
    }
    let correct = labels.indices.reduce(0) { $0 + confusion[$1][$1] }
    self.labels = labels
    self.confusion = confusion
    self.classes = classes
    micro = Scores(correct: correct, predicted: truth.count, support: truth.count)
    macro = Scores(averaging: classes, weights: classes.map { _ in 1 }, support: truth.count)
    weighted = Scores(
      averaging: classes, weights: classes.map { Double($0.support) }, support: truth.count)
    accuracy = ratio(Double(correct), Double(truth.count))
  }
}

extension ClassificationReport.Scores {
  fileprivate init(correct: Int, predicted: Int, support: Int) {
    precision = ratio(Double(correct), Double(predicted))
    recall = ratio(Double(correct), Double(support))
    f1 = ratio(2 * Double(correct), Double(predicted + support))
    self.support = support
  }

  fileprivate init(averaging classes: [Self], weights: [Double], support: Int) {
    let total = weights.reduce(0, +)
    func mean(_ score: KeyPath<Self, Double>) -> Double {
      ratio(zip(classes, weights).reduce(0) { $0 + $1.0[keyPath: score] * $1.1 }, total)
    }
    precision = mean(\.precision)
    recall = mean(\.recall)
    f1 = mean(\.f1)
    self.support = support
  }
}

private func ratio(_ numerator: Double, _ denominator: Double) -> Double {
  denominator == 0 ? 0 : numerator / denominator
}
