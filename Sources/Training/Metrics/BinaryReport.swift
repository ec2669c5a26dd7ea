/// How probabilities of one of two classes compare with the truth.
public struct BinaryReport: Codable, Hashable, Sendable {
  /// The class that is looked for.
  public let positive: String
  /// Items judged.
  public let items: Int
  /// The class is found from this probability on.
  public let threshold: Double
  /// Of the class at that threshold.
  public let scores: LabelScores
  /// Share of the items that are classified right at that threshold.
  public let accuracy: Double
  /// Mean precision at every item of the class, in the order of probabilities, as scikit-learn's
  /// `average_precision_score`; 0 if no item is of the class.
  public let averagePrecision: Double
  /// Of probabilities and truth, as `scipy.stats.spearmanr`; nil where it is not defined.
  public let spearman: Double?

  /// - Parameters:
  ///   - truth: whether each item is of the class.
  ///   - probabilities: of the class, in the same order.
  ///
  /// O(n log n) of n items.
  public init(positive: String, truth: [Bool], probabilities: [Double], threshold: Double) {
    precondition(truth.count == probabilities.count, "a probability for every item")
    var counts = MatchCounts()
    var right = 0
    for (isTrue, probability) in zip(truth, probabilities) {
      let isFound = probability >= threshold
      counts += MatchCounts(
        correct: isTrue && isFound ? 1 : 0, predicted: isFound ? 1 : 0, support: isTrue ? 1 : 0)
      if isTrue == isFound { right += 1 }
    }
    self.positive = positive
    items = truth.count
    self.threshold = threshold
    scores = counts.scores
    accuracy = truth.isEmpty ? 0 : Double(right) / Double(truth.count)
    averagePrecision = Self.averagePrecision(truth, probabilities)
    spearman = RankCorrelation.spearman(truth.map { $0 ? 1 : 0 }, probabilities)
  }

  /// The sum over distinct probabilities, highest first, of precision times the recall that is won; equal
  /// ones are found together.
  package static func averagePrecision(_ truth: [Bool], _ probabilities: [Double]) -> Double {
    let order = truth.indices.sorted { probabilities[$0] > probabilities[$1] }
    let support = truth.count { $0 }
    var (found, correct, counted, sum) = (0, 0, 0, 0.0)
    for (index, item) in order.enumerated() {
      found += 1
      if truth[item] { correct += 1 }
      let isLast = index == order.count - 1
      if !isLast, probabilities[order[index + 1]] == probabilities[item] { continue }
      sum += Double(correct) / Double(found) * Double(correct - counted) / Double(max(1, support))
      counted = correct
    }
    return sum
  }
}

extension BinaryReport {
  /// The threshold that gives the largest F1; see `MultiLabelReport.bestThreshold`.
  public static func bestThreshold(truth: [Bool], probabilities: [Double]) -> Double? {
    MultiLabelReport.bestThreshold(
      probabilities: probabilities.map { [$0] }, truth: truth.map { $0 ? [0] : [] })?.threshold
  }
}
