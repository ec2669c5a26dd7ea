/// The ends of an interval.
public struct Interval: Codable, Equatable, Sendable {
  /// The lower end.
  public var low: Double
  /// The upper end.
  public var high: Double

  /// Each parameter is the property of that name.
  public init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }

  /// Wilson's score interval for a proportion, without continuity correction (Wilson, "Probable
  /// inference, the law of succession, and statistical inference", 1927). With no trials it is
  /// `0...1`.
  ///
  /// - Precondition: `0 <= successes <= trials` and `0 < level < 1`.
  public static func wilson(successes: Int, of trials: Int, level: Double = 0.95) -> Interval {
    precondition(successes >= 0 && successes <= trials)
    guard trials > 0 else { return Interval(low: 0, high: 1) }
    return wilson(
      share: Double(successes) / Double(trials), trials: Double(trials), level: level)
  }

  /// The same for an estimated share that is as sure as one of so many independent trials: a weighted
  /// one with its effective sample size (Korn and Graubard, "Confidence intervals for proportions with
  /// small expected number of positive counts estimated from survey data", 1998). With infinitely many
  /// trials it is the share alone.
  ///
  /// - Precondition: `0 <= share <= 1`, `trials >= 0` and `0 < level < 1`.
  public static func wilson(share p: Double, trials n: Double, level: Double = 0.95) -> Interval {
    precondition((0...1).contains(p) && n >= 0 && level > 0 && level < 1)
    guard n > 0 else { return Interval(low: 0, high: 1) }
    guard n.isFinite else { return Interval(low: p, high: p) }
    let z = Normal.quantile(0.5 + level / 2)
    let center = (p + z * z / (2 * n)) / (1 + z * z / n)
    let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    return Interval(low: p == 0 ? 0 : center - half, high: p == 1 ? 1 : center + half)
  }

  /// The least number of trials with which Wilson's interval around `share` lies at or above `bound`;
  /// nil where no number does, because the share is not above the bound.
  ///
  /// The interval's low end is where the score test against it just rejects, which gives
  /// `n = z² bound (1 - bound) / (share - bound)²`.
  ///
  /// - Precondition: `0 < bound < 1` and `0 < level < 1`.
  public static func trialsNeeded(share: Double, above bound: Double, level: Double = 0.95)
    -> Double?
  {
    precondition(bound > 0 && bound < 1 && level > 0 && level < 1)
    guard share > bound else { return nil }
    let z = Normal.quantile(0.5 + level / 2)
    return z * z * bound * (1 - bound) / ((share - bound) * (share - bound))
  }
}
