/// Correlation of two series of numbers: of their values, or of their ranks.
package enum RankCorrelation {
  /// Pearson's coefficient, in -1 ... 1, as `scipy.stats.pearsonr` has it.
  ///
  /// Nil where it is not defined: for fewer than two values, values that are all the same, or one that
  /// is not finite. O(values).
  package static func pearson(_ a: [Double], _ b: [Double]) -> Double? {
    precondition(a.count == b.count, "as many values in both series")
    guard a.count > 1, let a = deviations(a), let b = deviations(b) else { return nil }
    let product = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    return min(1, max(-1, product))
  }

  /// Spearman's coefficient, in -1 ... 1: Pearson's of the ranks, where equal values share the mean of
  /// theirs, as `scipy.stats.spearmanr` has it.
  ///
  /// Nil where it is not defined, as for ``pearson(_:_:)``. O(values log values).
  package static func spearman(_ a: [Double], _ b: [Double]) -> Double? {
    precondition(a.count == b.count, "as many values in both series")
    guard (a + b).allSatisfy(\.isFinite) else { return nil }
    return pearson(ranks(a), ranks(b))
  }

  /// Rank of each value, from 1; equal values have the mean of theirs. None may be NaN.
  static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      // The mean of start + 1 ... end.
      for index in start..<end { ranks[order[index]] = Double(start + 1 + end) / 2 }
      start = end
    }
    return ranks
  }

  /// Differences from the mean over their Euclidean length; nil if all are 0 or one is not finite.
  ///
  /// Everything is scaled first, so that no sum or square overflows or vanishes.
  private static func deviations(_ values: [Double]) -> [Double]? {
    guard values.allSatisfy(\.isFinite), values.contains(where: { $0 != values[0] }) else {
      return nil
    }
    let near = scaled(values)
    let mean = near.reduce(0, +) / Double(values.count)
    let differences = scaled(near.map { $0 - mean })
    let length = differences.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length == 0 ? nil : differences.map { $0 / length }
  }

  /// `values` times the power of two that brings the largest near 1, so that none is rounded.
  private static func scaled(_ values: [Double]) -> [Double] {
    let largest = values.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else { return values }
    return values.map { Double(sign: .plus, exponent: -largest.exponent, significand: $0) }
  }
}
