/// A statistic taken apart by seed and by group of test items: `rows[seed][group]`, whose mean over
/// everything is the statistic.
///
/// A row is the seed's statistic plus, for each group, the number of groups times the group's
/// influence on it; for a mean over groups of one size that is the mean of each group.
struct CrossedTable {
  var rows: [[Double]]
  /// The statistic of each seed: what its row's mean is but for rounding.
  var perSeed: [Double]

  var value: Double { mean(perSeed) }
  var seeds: Int { rows.count }
  var groups: Int { rows[0].count }

  /// The table of one model that stands for all: seeds are not drawn, but given.
  var seedsHeld: CrossedTable {
    CrossedTable(
      rows: [rows[0].indices.map { group in mean(rows.map { $0[group] }) }], perSeed: [value])
  }

  /// Variance of the mean over new groups and new seeds, and Satterthwaite's degrees of freedom.
  ///
  /// In the crossed model `Y[s, g] = μ + a[s] + b[g] + e[s, g]` the mean squares have expectations
  /// `E + G A`, `E + S B` and `E`, so that (seeds + groups − rest) / (S G) is without bias
  /// (Searle, Casella and McCulloch, "Variance components", 1992, chapter 4; Satterthwaite, "An
  /// approximate distribution of estimates of variance components", 1946). Chance can make it
  /// smaller than one of the first two, which it is not.
  ///
  /// - Parameter pooled: variance of one seed's value and its degrees of freedom, where more arms
  ///   tell them than this table's.
  func varianceOfMean(pooled: SeedVariance? = nil) -> (variance: Double, degreesOfFreedom: Double) {
    let (seedCount, groupCount) = (Double(seeds), Double(groups))
    let (center, ofGroup, groupVariance) = (value, groupDeviations, byGroup.variance)
    guard seeds > 1 else { return (groupVariance, groupCount - 1) }
    let ofSeed = perSeed.map { $0 - center }
    let seedVariance =
      pooled
      ?? SeedVariance(
        value: ofSeed.reduce(0) { $0 + $1 * $1 } / (seedCount - 1), degreesOfFreedom: seedCount - 1)
    var rest = 0.0
    for (row, ofSeed) in zip(rows, ofSeed) {
      for (value, ofGroup) in zip(row, ofGroup) {
        let residual = value - center - ofSeed - ofGroup
        rest += residual * residual
      }
    }
    let freedom = (seedCount - 1) * (groupCount - 1)
    let interaction = rest / freedom / (seedCount * groupCount)
    let bySeed = seedVariance.value / seedCount
    let total = max(bySeed + groupVariance - interaction, bySeed, groupVariance)
    let uncertainty =
      bySeed * bySeed / seedVariance.degreesOfFreedom
      + groupVariance * groupVariance / (groupCount - 1) + interaction * interaction / freedom
    return (total, uncertainty > 0 ? max(1, total * total / uncertainty) : groupCount - 1)
  }

  private var groupDeviations: [Double] {
    let center = value
    return rows[0].indices.map { group in mean(rows.map { $0[group] }) - center }
  }

  /// Variance of the mean over new groups, the models held fixed.
  var byGroup: (variance: Double, degreesOfFreedom: Double) {
    let count = Double(groups)
    return (groupDeviations.reduce(0) { $0 + $1 * $1 } / (count * (count - 1)), count - 1)
  }

  /// Sum of `sign * table`.
  static func sum(_ terms: [(sign: Double, table: CrossedTable)]) -> CrossedTable {
    var rows = terms[0].table.rows.map { $0.map { _ in 0.0 } }
    var perSeed = rows.map { _ in 0.0 }
    for (sign, table) in terms {
      for seed in rows.indices {
        perSeed[seed] += sign * table.perSeed[seed]
        for group in rows[seed].indices { rows[seed][group] += sign * table.rows[seed][group] }
      }
    }
    return CrossedTable(rows: rows, perSeed: perSeed)
  }
}

/// Variance between seeds of a difference of two arms, whose models of one seed are paired.
package struct SeedVariance {
  package var value: Double
  package var degreesOfFreedom: Double

  /// From all arms: twice the mean square of arm by seed, which is the variance of the difference of
  /// any two arms if it is the same for all pairs. With two arms it is the variance of their
  /// difference; with five it has four times the degrees of freedom.
  ///
  /// - Parameter scores: `[arm][seed]`; nil with fewer than two of either.
  package init?(scores: [[Double]]) {
    guard scores.count > 1, scores[0].count > 1 else { return nil }
    let center = mean(scores.map(mean))
    let ofSeed = scores[0].indices.map { seed in mean(scores.map { $0[seed] }) - center }
    var sum = 0.0
    for row in scores {
      let ofArm = mean(row)
      for (value, ofSeed) in zip(row, ofSeed) {
        sum += (value - ofArm - ofSeed) * (value - ofArm - ofSeed)
      }
    }
    degreesOfFreedom = Double((scores.count - 1) * (scores[0].count - 1))
    value = 2 * sum / degreesOfFreedom
  }

  init(value: Double, degreesOfFreedom: Double) {
    self.value = value
    self.degreesOfFreedom = degreesOfFreedom
  }
}

/// The groups of a selection, numbered from 0 in order of first appearance.
struct GroupNumbering {
  private let groups: [Int]
  private var numberOf: [Int: Int] = [:]

  var count: Int { numberOf.count }

  init(_ groups: [Int], selection: [Int]) {
    self.groups = groups
    for item in selection where numberOf[groups[item]] == nil {
      numberOf[groups[item]] = numberOf.count
    }
  }

  /// - Precondition: the items belong to the selection.
  func numbers(_ items: [Int]) -> [Int] { items.map { numberOf[groups[$0]]! } }
}

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
