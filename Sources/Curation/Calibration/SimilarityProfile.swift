import Foundation

/// How similar texts are to their nearest neighbor, and where that distribution parts: a look at data
/// that has no labels, no evidence for a threshold.
public struct SimilarityProfile: Encodable, Sendable {
  package struct Bin: Encodable, Sendable {
    package var low: Double
    package var count: Int
  }

  /// A normal distribution and its share of the texts.
  public struct Component: Encodable, Sendable {
    package var mean: Double
    package var deviation: Double
    package var share: Double
  }

  package static let binWidth = 0.02

  /// From the lowest bin with a text to 1.
  package var histogram: [Bin]
  /// A mixture of two normal distributions, the lower mean first; empty for fewer than ten texts.
  public var components: [Component]
  /// Distance of the means in deviations, √2 |μ₁ - μ₂| / √(σ₁² + σ₂²): two groups stand apart above 2
  /// (Ashman, Bird and Zepf, "Detecting bimodality in astronomical datasets", 1994).
  public var separation: Double?
  /// Between the means, where a text is as likely of the one as of the other; nil where the two do
  /// not stand apart.
  public var split: Double?
  /// What an ordinary text's nearest neighbor hardly reaches: the median and three deviations, taken
  /// from the median distance to it; nil for fewer than ten texts.
  public var fence: Double?
  /// Where the sorted similarities bend most (Satopää and others, "Finding a kneedle in a haystack",
  /// 2011); nil where they do not.
  public var knee: Double?

  /// - Parameter similarities: one per text. O(n log n).
  public init(_ similarities: [Double]) {
    let sorted = similarities.map { min(1, max(-1, $0)) }.sorted()
    histogram = Self.histogram(sorted)
    components = Self.mixture(sorted)
    fence = Self.fence(sorted)
    knee = Self.knee(sorted)
    guard components.count == 2 else { return }
    let (low, high) = (components[0], components[1])
    let spread = low.deviation * low.deviation + high.deviation * high.deviation
    separation = 2.0.squareRoot() * abs(high.mean - low.mean) / spread.squareRoot()
    if separation! > 2, min(low.share, high.share) > 0.01 { split = Self.crossing(low, high) }
  }

  private static func histogram(_ sorted: [Double]) -> [Bin] {
    guard let least = sorted.first else { return [] }
    let perUnit = Int((1 / binWidth).rounded())
    let first = Int((least / binWidth).rounded(.down))
    var counts = [Int](repeating: 0, count: max(1, perUnit - first))
    for value in sorted {
      let bin = Int((value / binWidth).rounded(.down)) - first
      counts[min(bin, counts.count - 1)] += 1
    }
    return counts.enumerated().map {
      Bin(low: Double(first + $0.offset) / Double(perUnit), count: $0.element)
    }
  }

  /// Expectation maximization from the halves of the sorted values: no draw of chance.
  private static func mixture(_ sorted: [Double]) -> [Component] {
    guard sorted.count >= 10, sorted.first != sorted.last else { return [] }
    let middle = sorted.count / 2
    var parts = [normal(sorted[..<middle]), normal(sorted[middle...])]
    for _ in 0..<200 {
      var sums = Array(repeating: (weight: 0.0, value: 0.0, square: 0.0), count: 2)
      for value in sorted {
        let densities = parts.map { density(value, $0) }
        let total = max(densities[0] + densities[1], .leastNormalMagnitude)
        for part in 0..<2 {
          let weight = densities[part] / total
          sums[part].weight += weight
          sums[part].value += weight * value
          sums[part].square += weight * value * value
        }
      }
      let old = parts
      parts = sums.map { sum in
        let weight = max(sum.weight, 1e-9)
        let mean = sum.value / weight
        return Component(
          mean: mean, deviation: max(0.005, max(0, sum.square / weight - mean * mean).squareRoot()),
          share: sum.weight / Double(sorted.count))
      }
      if zip(old, parts).allSatisfy({ abs($0.mean - $1.mean) < 1e-7 }) { break }
    }
    return parts.sorted { $0.mean < $1.mean }
  }

  private static func normal(_ values: ArraySlice<Double>) -> Component {
    let mean = values.reduce(0, +) / Double(values.count)
    let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    return Component(mean: mean, deviation: max(0.005, square.squareRoot()), share: 0.5)
  }

  private static func density(_ value: Double, _ part: Component) -> Double {
    let z = (value - part.mean) / part.deviation
    return part.share / part.deviation * exp(-z * z / 2)
  }

  private static func crossing(_ low: Component, _ high: Component) -> Double? {
    var (from, to) = (low.mean, high.mean)
    guard density(from, low) > density(from, high), density(to, high) > density(to, low) else {
      return nil
    }
    for _ in 0..<60 {
      let middle = (from + to) / 2
      if density(middle, low) > density(middle, high) { from = middle } else { to = middle }
    }
    return (from * 1000).rounded() / 1000
  }

  private static func fence(_ sorted: [Double]) -> Double? {
    guard sorted.count >= 10 else { return nil }
    let median = sorted[sorted.count / 2]
    let distances = sorted.map { abs($0 - median) }.sorted()
    // 1.4826 makes the median distance the deviation of a normal distribution.
    let value = median + 3 * 1.4826 * distances[sorted.count / 2]
    return (min(1, value) * 1000).rounded() / 1000
  }

  /// The value farthest above the line from the lowest to the highest, with both axes scaled to 1,
  /// on the curve of values by rank from the top.
  private static func knee(_ sorted: [Double]) -> Double? {
    guard sorted.count >= 10, let low = sorted.first, let high = sorted.last, high > low else {
      return nil
    }
    var best = (distance: 0.0, value: high)
    for (rank, value) in sorted.reversed().enumerated() {
      let x = Double(rank) / Double(sorted.count - 1)
      let distance = 1 - x - (value - low) / (high - low)
      if distance > best.distance { best = (distance, value) }
    }
    return best.distance > 0.05 ? (best.value * 1000).rounded() / 1000 : nil
  }
}
