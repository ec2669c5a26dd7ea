import Curation

extension HierarchicalBootstrap {
  func estimate(_ terms: [Term], _ metric: Metric) -> Estimate? {
    let selections = terms.map { items.indices(in: $0.slice) }
    for selection in selections where Set(selection.map { items.groups[$0] }).count < 2 {
      return nil
    }
    let union = Set(selections.joined()).sorted()
    let numbering = GroupNumbering(items.groups, selection: union)
    let scorers = zip(terms, selections).map {
      WeightedScores(
        items: items, arm: $0.arm, selection: $1, groupNumbers: numbering.numbers)
    }
    let statistic = { (weights: [Lanes]) in
      Self.signedSum(terms.map(\.sign), scorers.map { $0.scores(metric, weights: weights) })
    }
    let observed = statistic([Lanes](repeating: .one, count: numbering.count)).map { $0[0] }
    let draws = draw(seeds: observed.count, groups: numbering.count, statistic)
    let spread = Spread(observed: observed, draws: draws, groups: numbering.count)
    return spread.estimate(items: union.count)
  }

  /// Sum of `signs[term] * scores[term][seed][lane]` over the terms.
  private static func signedSum(_ signs: [Double], _ scores: [[[Double]]]) -> [[Double]] {
    scores[0].indices.map { seed in
      (0..<Lanes.scalarCount).map { lane in
        zip(signs, scores).reduce(0) { $0 + $1.0 * $1.1[seed][lane] }
      }
    }
  }

  /// Resamples groups, sixteen draws at a time, then seeds within each draw. A draw that leaves a
  /// slice empty has no score and is passed over.
  private func draw(seeds: Int, groups: Int, _ statistic: ([Lanes]) -> [[Double]]) -> [Draw] {
    var generator = SeededGenerator(seed: seed)
    var draws: [Draw] = []
    var weights = [Lanes](repeating: .zero, count: groups)
    for _ in 0..<(resamples + Lanes.scalarCount - 1) / Lanes.scalarCount {
      for group in weights.indices { weights[group] = .zero }
      weights.withUnsafeMutableBufferPointer { weights in
        for lane in 0..<Lanes.scalarCount {
          for _ in 0..<groups { weights[generator.index(below: groups)][lane] &+= 1 }
        }
      }
      let perSeed = statistic(weights)
      for lane in 0..<Lanes.scalarCount {
        let values = perSeed.map { $0[lane] }
        let chosen = (0..<seeds).map { _ in values[generator.index(below: seeds)] }
        if values.contains(where: \.isNaN) { continue }
        draws.append(
          Draw(
            resampled: mean(chosen), mean: mean(values), seedVariance: Spread.ofMean(values)))
      }
    }
    return draws
  }
}

/// One resample of groups.
struct Draw {
  /// The statistic with seeds resampled too, and with the seeds as they are.
  var resampled: Double
  var mean: Double
  /// What resampling the seeds adds, exactly, within this draw of groups.
  var seedVariance: Double
}

/// The components of an estimate's variance, from its value per seed and its resamples.
///
/// In the crossed model `Y[s, g] = μ + a[s] + b[g] + e[s, g]` the mean has variance `A + B + E`.
/// Resampling seeds alone has expectation `(A + E) (S − 1)/S`, groups alone `(B + E) (G − 1)/G`,
/// and what the joint resampling has beyond their sum `E (S − 1)(G − 1)/(S G)`; so each component
/// follows without bias. For macro-F1 this holds to first order.
struct Spread {
  let observed: [Double]
  let draws: [Draw]
  let groups: Int

  /// Variance of the mean of `values` when they are drawn with replacement.
  static func ofMean(_ values: [Double]) -> Double {
    let center = mean(values)
    let count = Double(values.count)
    return values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / (count * count)
  }

  func estimate(items: Int) -> Estimate {
    let value = mean(observed)
    let (variance, degreesOfFreedom) = variances()
    var result = Estimate(
      value: value, low: value, high: value, standardError: variance.squareRoot(),
      degreesOfFreedom: degreesOfFreedom, items: items, groups: groups, seeds: observed.count)
    let center = mean(draws.map(\.resampled))
    let deviations = draws.map { $0.resampled - center }.sorted()
    let naive = (mean(deviations.map { $0 * $0 })).squareRoot()
    guard variance > 0, naive > 0 else { return result }
    let t = StudentT.twoSidedQuantile(0.05, degreesOfFreedom: degreesOfFreedom)
    let stretch = t * result.standardError / (Normal.quantile(0.975) * naive)
    result.low = value + stretch * quantile(0.025, ofSorted: deviations)
    result.high = value + stretch * quantile(0.975, ofSorted: deviations)
    return result
  }

  private func variances() -> (variance: Double, degreesOfFreedom: Double) {
    let groupCount = Double(groups)
    let seedCount = Double(observed.count)
    let center = mean(draws.map(\.mean))
    let ofGroups =
      mean(draws.map { ($0.mean - center) * ($0.mean - center) }) * groupCount / (groupCount - 1)
    guard observed.count > 1 else { return (ofGroups, groupCount - 1) }
    let naive = Self.ofMean(observed)
    let ofSeeds = naive * seedCount / (seedCount - 1)
    let freedom = (seedCount - 1) * (groupCount - 1)
    let ofInteraction = max(
      0, (mean(draws.map(\.seedVariance)) - naive) * seedCount * groupCount / freedom)
    let total = max(ofSeeds + ofGroups - ofInteraction, ofSeeds, ofGroups)
    let uncertainty =
      ofSeeds * ofSeeds / (seedCount - 1) + ofGroups * ofGroups / (groupCount - 1)
      + ofInteraction * ofInteraction / freedom
    return (total, uncertainty > 0 ? total * total / uncertainty : groupCount - 1)
  }
}

/// The groups of a selection, numbered from 0 in order of first appearance.
struct GroupNumbering {
  /// Per item of the whole test set; 0 for items outside the selection.
  let numbers: [Int]
  let count: Int

  init(_ groups: [Int], selection: [Int]) {
    var numberOf: [Int: Int] = [:]
    var numbers = [Int](repeating: 0, count: groups.count)
    for item in selection {
      let next = numberOf.count
      numbers[item] = numberOf[groups[item], default: next]
      numberOf[groups[item]] = numbers[item]
    }
    self.numbers = numbers
    count = numberOf.count
  }
}

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

/// The `p` quantile with linear interpolation (type 7 of Hyndman and Fan, "Sample quantiles in
/// statistical packages", 1996; numpy's default).
func quantile(_ p: Double, ofSorted values: [Double]) -> Double {
  let position = p * Double(values.count - 1)
  let index = min(Int(position), values.count - 2)
  guard index >= 0 else { return values[0] }
  return values[index] + (position - Double(index)) * (values[index + 1] - values[index])
}

extension Estimate {
  func clamped(to range: ClosedRange<Double>) -> Estimate {
    var result = self
    result.low = max(low, range.lowerBound)
    result.high = min(high, range.upperBound)
    return result
  }
}
