import Kernels

/// A 95% interval over new items: percentiles of 2,000 resamples (Efron and Tibshirani, "An introduction to the
/// bootstrap", 1993, chapter 13). Deterministic.
package struct ResampledInterval {
  package let low: Double
  package let high: Double

  /// Nil where fewer than half of the resamples have the statistic.
  ///
  /// O(2,000 · (`count` + the statistic)).
  ///
  /// - Parameters:
  ///   - count: of the items, or of groups of them that stay together.
  ///   - statistic: of as many items, given by number, of which some occur often and some not.
  package init?(of count: Int, _ statistic: ([Int]) -> Double?) {
    let resamples = 2_000
    var generator = SplitMix64(state: 0)
    let draws = (0..<resamples).compactMap { _ in
      statistic((0..<count).map { _ in Int(generator.next() % UInt64(count)) })
    }.sorted()
    guard draws.count >= resamples / 2 else { return nil }
    func percentile(_ p: Double) -> Double { draws[Int((p * Double(draws.count - 1)).rounded())] }
    (low, high) = (percentile(0.025), percentile(0.975))
  }
}
