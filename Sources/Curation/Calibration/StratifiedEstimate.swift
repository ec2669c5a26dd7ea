/// Pairs of a corpus that a sample treats alike: scores in one bin, vetoed by a guard or not.
public struct PairStratum: Codable, Sendable {
  /// The least score of its bin; the next bin's ends it.
  public var low: Double
  package var isVetoed: Bool
  /// Pairs in it.
  public var pairs: Int
  /// Of them, with a label; those the labeler was unsure of do not count.
  public var labeled: Int
  /// Of the labeled ones, duplicates.
  public var duplicates: Int

  package init(low: Double, isVetoed: Bool, pairs: Int, labeled: Int = 0, duplicates: Int = 0) {
    self.low = low
    self.isVetoed = isVetoed
    self.pairs = pairs
    self.labeled = labeled
    self.duplicates = duplicates
  }
}

extension ThresholdCurve {
  /// Precision and recall among all pairs of a corpus from labels of a random sample of each stratum:
  /// the stratified estimator, in which a label weighs the inverse of its chance to be drawn (Cochran,
  /// "Sampling Techniques", 1977, chapter 5).
  ///
  /// Strata without labels are joined with the next below, so a threshold is only judged where
  /// labels tell it from the next. Intervals are Wilson's at the effective sample size: variances use
  /// (duplicates + ½) / (labels + 1), so that a few agreeing labels are not taken for certainty, and
  /// vanish where a stratum was labeled whole. Recall is among the pairs of the strata: what lies
  /// below the lowest is unknown.
  public init(
    strata: [PairStratum], target: Double = 0.95, confidence: Double = 0.95
  ) {
    let called = Segment.join(strata.filter { !$0.isVetoed })
    let vetoed = Segment.join(strata.filter(\.isVetoed))
    let everything = called + vetoed
    let isComplete = everything.allSatisfy { $0.labeled > 0 || $0.pairs == 0 }
    let points = called.indices.map { place in
      let above = Array(called[...place])
      return ThresholdPoint(
        threshold: called[place].low, called: above.reduce(0) { $0 + $1.pairs },
        precision: Segment.share(of: above),
        recall: isComplete
          ? Segment.recall(above: above, below: Array(called[(place + 1)...]) + vetoed) : nil,
        level: confidence)
    }
    self.init(
      points: points.reversed(), labeled: strata.reduce(0) { $0 + $1.labeled }, target: target,
      confidence: confidence)
  }
}

/// Adjacent strata with at least one label among them.
private struct Segment {
  var low: Double
  var pairs: Int
  var labeled: Int
  var duplicates: Int

  private var share: Double { labeled == 0 ? 0 : Double(duplicates) / Double(labeled) }
  /// Share of duplicates, drawn half a label towards one half.
  private var smoothed: Double { (Double(duplicates) + 0.5) / (Double(labeled) + 1) }
  /// Variance of ``share`` per unit of `p (1 - p)`: none where every pair was labeled.
  private var spread: Double {
    labeled == 0 ? 1 : (1 - Double(labeled) / Double(max(1, pairs))) / Double(labeled)
  }
  /// Duplicates in all, and the variance of that number.
  private var total: Double { Double(pairs) * share }
  private var smoothedTotal: Double { Double(pairs) * smoothed }
  private var variance: Double {
    Double(pairs) * Double(pairs) * smoothed * (1 - smoothed) * spread
  }

  /// From the highest scores down; what is left without labels joins the last one.
  static func join(_ strata: [PairStratum]) -> [Segment] {
    var segments: [Segment] = []
    var open: Segment?
    for stratum in strata.sorted(by: { $0.low > $1.low }) where stratum.pairs > 0 {
      var segment = open ?? Segment(low: stratum.low, pairs: 0, labeled: 0, duplicates: 0)
      segment.low = stratum.low
      segment.pairs += stratum.pairs
      segment.labeled += stratum.labeled
      segment.duplicates += stratum.duplicates
      if segment.labeled > 0 {
        segments.append(segment)
        open = nil
      } else {
        open = segment
      }
    }
    guard let rest = open else { return segments }
    guard let last = segments.indices.last else { return [rest] }
    segments[last].low = rest.low
    segments[last].pairs += rest.pairs
    return segments
  }

  /// The share of duplicates over all pairs of `segments`; nil without labels.
  static func share(of segments: [Segment]) -> WeightedShare? {
    let pairs = segments.reduce(0) { $0 + Double($1.pairs) }
    guard pairs > 0, segments.allSatisfy({ $0.labeled > 0 }) else { return nil }
    let smoothed = segments.reduce(0) { $0 + $1.smoothedTotal } / pairs
    let variance = segments.reduce(0) { $0 + $1.variance } / (pairs * pairs)
    return WeightedShare(
      share: segments.reduce(0) { $0 + $1.total } / pairs,
      trials: trials(smoothed, variance))
  }

  /// The share of all duplicates that lies in `above`: a ratio of two estimates, its variance by
  /// linearization; nil where no duplicate was found.
  static func recall(above: [Segment], below: [Segment]) -> WeightedShare? {
    let found = above.reduce(0) { $0 + $1.total }
    let missed = below.reduce(0) { $0 + $1.total }
    guard found + missed > 0 else { return nil }
    let (a, b) = (
      above.reduce(0) { $0 + $1.smoothedTotal }, below.reduce(0) { $0 + $1.smoothedTotal }
    )
    let (varianceA, varianceB) = (
      above.reduce(0) { $0 + $1.variance }, below.reduce(0) { $0 + $1.variance }
    )
    let recall = a / (a + b)
    let sum = (a + b) * (a + b)
    let variance = (b * b * varianceA + a * a * varianceB) / (sum * sum)
    return WeightedShare(
      share: found / (found + missed), trials: trials(recall, variance))
  }

  /// The number of independent trials that would leave `variance`.
  private static func trials(_ share: Double, _ variance: Double) -> Double {
    variance > 0 ? share * (1 - share) / variance : .infinity
  }
}
