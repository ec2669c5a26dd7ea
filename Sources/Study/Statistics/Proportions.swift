/// The ends of an interval.
public struct Interval: Codable, Equatable, Sendable {
  public var low: Double
  public var high: Double

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
    precondition(successes >= 0 && successes <= trials && level > 0 && level < 1)
    guard trials > 0 else { return Interval(low: 0, high: 1) }
    let z = Normal.quantile(0.5 + level / 2)
    let n = Double(trials)
    let p = Double(successes) / n
    let center = (p + z * z / (2 * n)) / (1 + z * z / n)
    let half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    return Interval(
      low: successes == 0 ? 0 : center - half, high: successes == trials ? 1 : center + half)
  }
}

/// Holm's step-down adjustment (Holm, "A simple sequentially rejective multiple test procedure",
/// 1979): rejecting where the adjusted value is below alpha keeps the probability of any false
/// claim in the family below alpha, whatever the dependence. Order is kept; O(n log n).
public func holmAdjusted(_ pValues: [Double]) -> [Double] {
  let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
  var adjusted = pValues
  var largest = 0.0
  for (rank, index) in order.enumerated() {
    largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
    adjusted[index] = largest
  }
  return adjusted
}
