/// A score of models on items: a function of sums over the items, see ``ItemSums``.
public enum Metric: String, Codable, CaseIterable, Sendable {
  /// Share of items whose prediction is the label; of several labels all of them and no other.
  case accuracy
  /// Unweighted mean of the classes' F1 scores, over the classes that occur among the labels or
  /// the predictions; a class never hit scores 0 (scikit-learn's `f1_score(average="macro")`).
  case macroF1
  /// The same of relations: both directions of one are pooled, and the label of what is none is left out
  /// (SemEval-2010 task 8, see `RelationReport`).
  case relationF1
  /// F1 of labels, counted over all items, where an item has any number of them (scikit-learn's
  /// `f1_score(average="micro")`); 0 where there are none.
  case microF1
  /// F1 of entities, counted over all items (seqeval's micro average); 0 where there are none.
  case entityF1
  /// The same of entities whose surface form is that of one in training, and of all others.
  case seenEntityF1
  case unseenEntityF1
  /// Mean of the items' scores.
  case meanScore
  /// Share of questions answered with the words of a right answer, and the mean F1 of the words (SQuAD's).
  case exactMatch
  case answerF1
  /// Mean of one over the rank at which the first right text is found.
  case meanReciprocalRank
  /// Pearson's correlation of predicted and true numbers.
  case pearson
  /// Pearson's correlation of their mid-ranks.
  case spearman

  /// Those of classifiers, of such that know relations or give any number of labels, and of taggers: the first is that of
  /// the primary comparisons.
  public static let ofClasses: [Metric] = [.accuracy, .macroF1]
  package static let ofRelations: [Metric] = [.relationF1, .accuracy, .macroF1]
  package static let ofSets: [Metric] = [.microF1, .macroF1, .accuracy]
  package static let ofEntities: [Metric] = [.entityF1, .seenEntityF1, .unseenEntityF1]
  package static let ofNumbers: [Metric] = [.spearman, .pearson]
  package static let ofAnswers: [Metric] = [.answerF1, .exactMatch]

  /// As running text has it.
  package var title: String {
    switch self {
    case .accuracy: "accuracy"
    case .macroF1: "macro-F1"
    case .relationF1: "macro-F1 of relations"
    case .microF1: "micro-F1"
    case .entityF1: "entity F1"
    case .seenEntityF1: "entity F1 on names seen in training"
    case .unseenEntityF1: "entity F1 on names not seen in training"
    case .meanScore: "mean score"
    case .exactMatch: "exact match"
    case .answerF1: "F1 of answers"
    case .meanReciprocalRank: "mean reciprocal rank"
    case .pearson: "Pearson correlation"
    case .spearman: "Spearman correlation"
    }
  }
  package var titleWithArticle: String {
    ("aeiouF".contains(title.first!) ? "an " : "a ") + title
  }

  /// Whether the score is a mean over items, so that parts of the test set add up to the whole.
  var isMean: Bool {
    [.accuracy, .meanScore, .exactMatch, .answerF1, .meanReciprocalRank].contains(self)
  }

  /// What a score can be.
  var range: ClosedRange<Double> {
    switch self {
    case .accuracy, .macroF1, .relationF1, .microF1, .entityF1, .seenEntityF1, .unseenEntityF1,
      .exactMatch, .answerF1, .meanReciprocalRank:
      0...1
    case .pearson, .spearman: -1...1
    case .meanScore: -Double.infinity...Double.infinity
    }
  }

  /// The score that the sums amount to; NaN where they amount to none (no item, or numbers without
  /// variance).
  func value(of sums: [Double]) -> Double {
    switch self {
    case .accuracy, .meanScore, .exactMatch, .answerF1, .meanReciprocalRank:
      return sums[0] / sums[1]
    case .microF1, .entityF1, .seenEntityF1, .unseenEntityF1:
      return sums[1] == 0 ? 0 : 2 * sums[0] / sums[1]
    case .macroF1, .relationF1:
      let classes = sums.count / 2
      var sum = 0.0
      var used = 0
      for index in 0..<classes where sums[classes + index] > 0 {
        sum += 2 * sums[index] / sums[classes + index]
        used += 1
      }
      return used == 0 ? .nan : sum / Double(used)
    case .pearson, .spearman:
      let moments = Moments(sums)
      return moments.covariance / moments.scale
    }
  }

  /// The derivative of ``value(of:)`` by each sum.
  func gradient(at sums: [Double]) -> [Double] {
    switch self {
    case .accuracy, .meanScore, .exactMatch, .answerF1, .meanReciprocalRank:
      return [1 / sums[1], -sums[0] / (sums[1] * sums[1])]
    case .microF1, .entityF1, .seenEntityF1, .unseenEntityF1:
      if sums[1] == 0 { return [0, 0] }
      return [2 / sums[1], -2 * sums[0] / (sums[1] * sums[1])]
    case .macroF1, .relationF1:
      let classes = sums.count / 2
      let used = Double((0..<classes).count { sums[classes + $0] > 0 })
      var gradient = [Double](repeating: 0, count: sums.count)
      for index in 0..<classes where sums[classes + index] > 0 {
        let occurrences = sums[classes + index]
        gradient[index] = 2 / occurrences / used
        gradient[classes + index] = -2 * sums[index] / (occurrences * occurrences) / used
      }
      return gradient
    case .pearson, .spearman: return Moments(sums).gradientOfCorrelation
    }
  }
}

/// Second moments of pairs of numbers, from `[n, Σx, Σy, Σx², Σy², Σxy]`, each times n².
private struct Moments {
  let sums: [Double]
  let ofX: Double
  let ofY: Double
  let covariance: Double

  init(_ sums: [Double]) {
    self.sums = sums
    ofX = sums[0] * sums[3] - sums[1] * sums[1]
    ofY = sums[0] * sums[4] - sums[2] * sums[2]
    covariance = sums[0] * sums[5] - sums[1] * sums[2]
  }

  /// NaN where the numbers are all the same, to rounding.
  var scale: Double {
    let rounding = 1e-12 * sums[0]
    guard ofX > rounding * sums[3], ofY > rounding * sums[4] else { return .nan }
    return (ofX * ofY).squareRoot()
  }

  var gradientOfCorrelation: [Double] {
    let correlation = covariance / scale
    /// From the derivatives of covariance and of both variances.
    func derivative(_ c: Double, _ x: Double, _ y: Double) -> Double {
      c / scale - correlation / 2 * (x / ofX + y / ofY)
    }
    return [
      derivative(sums[5], sums[3], sums[4]),
      derivative(-sums[2], -2 * sums[1], 0),
      derivative(-sums[1], 0, -2 * sums[2]),
      derivative(0, sums[0], 0),
      derivative(0, 0, sums[0]),
      derivative(sums[0], 0, 0),
    ]
  }
}
