/// What a threshold would do: pairs at or above it that no guard vetoes are called duplicates.
public struct ThresholdPoint: Encodable, Sendable {
  package var threshold: Double
  /// Pairs called duplicates: of the labeled ones, or of all stored ones where a sample speaks for
  /// them.
  public var called: Int
  /// Share of duplicates among the pairs called so; nil where none is.
  public var precision: Double?
  package var precisionInterval: Interval
  /// Share of the duplicates that are called so; nil where no duplicate is known.
  public var recall: Double?
  package var recallInterval: Interval
  /// Harmonic mean of precision and recall.
  public var f1: Double?
  /// Independent labels the precision is as sure as.
  var trials: Double

  init(
    threshold: Double, called: Int, precision: WeightedShare?, recall: WeightedShare?,
    level: Double
  ) {
    self.threshold = threshold
    self.called = called
    self.precision = precision?.share
    precisionInterval = precision?.interval(level) ?? Interval(low: 0, high: 1)
    self.recall = recall?.share
    recallInterval = recall?.interval(level) ?? Interval(low: 0, high: 1)
    trials = precision?.trials ?? 0
    if let p = self.precision, let r = self.recall {
      f1 = p + r > 0 ? 2 * p * r / (p + r) : 0
    }
  }

  private enum CodingKeys: String, CodingKey {
    case threshold, called, precision, precisionInterval, recall, recallInterval, f1
  }
}

/// A share and the number of independent trials it is as sure as.
struct WeightedShare: Equatable {
  var share: Double
  var trials: Double

  init(share: Double, trials: Double) {
    self.share = min(1, max(0, share))
    self.trials = trials
  }

  /// Nil without trials.
  init?(_ successes: Int, of trials: Int) {
    guard trials > 0 else { return nil }
    self.init(share: Double(successes) / Double(trials), trials: Double(trials))
  }

  func interval(_ level: Double) -> Interval {
    .wilson(share: share, trials: trials, level: level)
  }
}

/// A labeled pair with its score.
public struct ScoredLabel: Sendable {
  package var score: Float
  package var isDuplicate: Bool
  /// Whether a guard holds the two texts to be different.
  public var isVetoed: Bool

  package init(score: Float, isDuplicate: Bool, isVetoed: Bool = false) {
    self.score = score
    self.isDuplicate = isDuplicate
    self.isVetoed = isVetoed
  }
}

/// Precision and recall at every threshold, and the threshold they recommend.
public struct ThresholdCurve: Encodable, Sendable {
  /// By ascending threshold.
  public var points: [ThresholdPoint]
  package var targetPrecision: Double
  package var confidence: Double
  /// The lowest threshold whose precision is at least the target at the low end of its interval; nil
  /// where there is none.
  public var recommended: Double?
  /// How many labels more it would take for a threshold to be recommended, if shares stay as they
  /// are; nil where one is, or where no threshold's precision is above the target.
  public var additionalLabels: Int?
  /// The threshold of the highest F1, the higher of two.
  public var bestF1: Double?

  /// - Parameters:
  ///   - labeled: how many labels `points` were made from.
  init(points: [ThresholdPoint], labeled: Int, target: Double, confidence: Double) {
    precondition(target > 0 && target < 1 && confidence > 0 && confidence < 1)
    self.points = points
    targetPrecision = target
    self.confidence = confidence
    let meeting = points.filter { $0.precision != nil && $0.precisionInterval.low >= target }
    recommended = meeting.map(\.threshold).min()
    bestF1 =
      points.filter { $0.f1 ?? 0 > 0 }.max { ($0.f1!, $0.threshold) < ($1.f1!, $1.threshold) }?
      .threshold
    guard recommended == nil else { return }
    let factors = points.compactMap { point -> Double? in
      guard let precision = point.precision, point.trials > 0,
        let needed = Interval.trialsNeeded(share: precision, above: target, level: confidence)
      else { return nil }
      return needed / point.trials
    }
    if let least = factors.min() {
      additionalLabels = max(1, Int((Double(labeled) * (least - 1)).rounded(.up)))
    }
  }

  /// The curve of pairs that were labeled one like the other, at each hundredth from their lowest
  /// score (at least 0) to their highest. Shares are of these pairs. O(n log n).
  public init(_ labels: [ScoredLabel], target: Double = 0.95, confidence: Double = 0.95) {
    let duplicates = labels.count { $0.isDuplicate }
    let called = labels.filter { !$0.isVetoed }.sorted { $0.score > $1.score }
    let range = Self.hundredths(labels.map(\.score))
    var points: [ThresholdPoint] = []
    var (count, hits) = (0, 0)
    for hundredth in range.reversed() {
      let threshold = Float(hundredth) / 100
      while count < called.count, called[count].score >= threshold {
        if called[count].isDuplicate { hits += 1 }
        count += 1
      }
      points.append(
        ThresholdPoint(
          threshold: threshold.decimal, called: count,
          precision: WeightedShare(hits, of: count), recall: WeightedShare(hits, of: duplicates),
          level: confidence))
    }
    self.init(
      points: points.reversed(), labeled: labels.count, target: target, confidence: confidence)
  }

  private static func hundredths(_ scores: [Float]) -> ClosedRange<Int> {
    let low = min(1, max(0, scores.min() ?? 0))
    let high = min(1, max(0, scores.max() ?? 1))
    // No point above the highest score: nothing is called there.
    return Int((low * 100).rounded(.down))...Int((high * 100).rounded(.down))
  }
}
