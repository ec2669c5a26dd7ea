/// How much better one model's vectors are than another's on the same items, with a 95% interval over new
/// items.
public struct SimilarityGain: Codable, Hashable, Sendable {
  /// Difference of Spearman's coefficients, mean reciprocal ranks, or accuracies.
  public let value: Double
  /// Lower end of the interval.
  public let low: Double
  /// Upper end of the interval.
  public let high: Double

  /// The interval is a ``ResampledInterval`` over the items, both models' the same. Nil where the reports are of other items or have none.
  public init?(from before: SimilarityReport, to after: SimilarityReport) {
    let count = after.values.count
    guard count > 1, before.values.count == count, before.truth == after.truth else { return nil }
    func score(_ report: SimilarityReport, _ items: [Int]) -> Double? {
      let values = items.map { report.values[$0] }
      if report.truth.isEmpty { return values.reduce(0, +) / Double(count) }
      return RankCorrelation.spearman(values, items.map { report.truth[$0] })
    }
    func difference(_ items: [Int]) -> Double? {
      guard let new = score(after, items), let old = score(before, items) else { return nil }
      return new - old
    }
    guard let value = difference(Array(0..<count)),
      let interval = ResampledInterval(of: count, difference)
    else { return nil }
    self.value = value
    (low, high) = (interval.low, interval.high)
  }
}
