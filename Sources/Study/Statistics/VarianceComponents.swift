import Foundation

/// What moves the difference of two arms: the seed of a training, the group of test items, and both
/// together. Variances of the difference of one model of each arm on one group of items.
public struct VarianceComponents: Codable, Equatable, Sendable {
  package var seeds: Double
  package var groups: Double
  package var rest: Double

  package init(seeds: Double, groups: Double, rest: Double) {
    self.seeds = seeds
    self.groups = groups
    self.rest = rest
  }

  /// For shares, where nothing was measured yet: about what accuracy showed in comparisons of 710 package
  /// descriptions and of Banking77's 3,080 questions, three seeds each. Items with a near-copy are mostly
  /// right in every arm, so that less remains.
  ///
  /// - Parameter slice: near ones count as leaked, all as clean.
  public static func standard(_ slice: TestSlice) -> VarianceComponents {
    switch slice {
    case .leaked, .near: VarianceComponents(seeds: 0.0001, groups: 0.02, rest: 0.06)
    case .all, .clean: VarianceComponents(seeds: 0.0001, groups: 0.01, rest: 0.11)
    }
  }

  /// What a study of some size can expect: the standard error of the difference and Satterthwaite's degrees of
  /// freedom, from the expected mean squares of ``CrossedTable``.
  ///
  /// - Parameters:
  ///   - arms: over which the variance between seeds is pooled.
  ///   - folds: of the test set; each has models of its own, see ``FoldVariance``.
  /// - Precondition: at least two groups and two arms.
  public func expected(seeds seedCount: Int, groups groupCount: Int, arms: Int, folds: Int = 1)
    -> ExpectedError
  {
    let (s, g) = (Double(seedCount), Double(groupCount))
    let interaction = rest / (s * g)
    let bySeed = seeds / s + interaction
    let byGroup = groups / g + interaction
    guard seedCount > 1 else {
      return ExpectedError(standardError: byGroup.squareRoot(), degreesOfFreedom: g - 1)
    }
    if folds > 1 { return expected(seedCount, groupCount, arms, byGroup, folds: folds) }
    let total = bySeed + byGroup - interaction
    let uncertainty =
      bySeed * bySeed / (Double(arms - 1) * (s - 1)) + byGroup * byGroup / (g - 1)
      + interaction * interaction / ((s - 1) * (g - 1))
    return ExpectedError(
      standardError: total.squareRoot(),
      degreesOfFreedom: uncertainty > 0 ? max(1, total * total / uncertainty) : g - 1)
  }

  /// The same from the mean squares that ``CrossedTable/varianceOfMean(pooled:folds:)`` is made of.
  private func expected(
    _ seedCount: Int, _ groupCount: Int, _ arms: Int, _ byGroup: Double, folds: Int
  ) -> ExpectedError {
    let (s, g, k) = (Double(seedCount), Double(groupCount), Double(folds))
    let factor = FoldVariance.factor(seeds: seedCount, folds: folds)
    let (between, noise) = (factor * (seeds / k + rest / g), factor * rest / g)
    let freedom = Double(arms - 1) * (s - 1)
    let total = byGroup + between - noise
    let uncertainty =
      between * between / (freedom * k) + noise * noise / (freedom * max(1, g - k))
      + byGroup * byGroup / (g - 1)
    return ExpectedError(
      standardError: total.squareRoot(),
      degreesOfFreedom: uncertainty > 0 ? max(1, total * total / uncertainty) : g - 1)
  }
}

/// The uncertainty that a study will have, if its variances are as supposed.
public struct ExpectedError: Codable, Equatable, Sendable {
  package var standardError: Double
  package var degreesOfFreedom: Double

  /// Probability that Student's test at `level` finds a true difference.
  public func power(of difference: Double, level: Double) -> Double {
    if standardError == 0 { return difference == 0 ? 0 : 1 }
    return NoncentralT.twoSidedPower(
      critical: StudentT.twoSidedQuantile(level, degreesOfFreedom: degreesOfFreedom),
      degreesOfFreedom: degreesOfFreedom, noncentrality: difference / standardError)
  }

  /// The true difference that the test finds with probability 0.8.
  public func detectable(level: Double) -> Double {
    standardError
      * NoncentralT.noncentrality(power: 0.8, level: level, degreesOfFreedom: degreesOfFreedom)
  }

  /// Probability that two one-sided tests at `level` show arms equivalent that do not differ at all: that the
  /// difference found stays within the margin less the critical value, the standard error taken as known.
  public func equivalencePower(margin: Double, level: Double) -> Double {
    if standardError == 0 { return 1 }
    let critical = StudentT.twoSidedQuantile(2 * level, degreesOfFreedom: degreesOfFreedom)
    let room = margin / standardError - critical
    return room <= 0 ? 0 : 1 - StudentT.twoSidedP(room, degreesOfFreedom: degreesOfFreedom)
  }
}

extension CrossedTable {
  /// Variance components by the method of moments, none below zero; nil with fewer than two seeds or groups.
  ///
  /// - Parameters:
  ///   - pooled: variance of one seed's value, where more arms tell it.
  ///   - folds: variance between models of one fold, where the test set is folds.
  func components(pooled: SeedVariance? = nil, folds: FoldVariance? = nil) -> VarianceComponents? {
    guard seeds > 1, groups > 1 else { return nil }
    let (s, g) = (Double(seeds), Double(groups))
    let ofGroup = rows[0].indices.map { group in mean(rows.map { $0[group] }) - value }
    let ofSeed = perSeed.map { $0 - value }
    var rest = 0.0
    for (row, ofSeed) in zip(rows, ofSeed) {
      for (cell, ofGroup) in zip(row, ofGroup) {
        let residual = cell - value - ofSeed - ofGroup
        rest += residual * residual / ((s - 1) * (g - 1))
      }
    }
    let groupSquare = s * ofGroup.reduce(0) { $0 + $1 * $1 } / (g - 1)
    let seedVariance = pooled?.value ?? ofSeed.reduce(0) { $0 + $1 * $1 } / (s - 1)
    return VarianceComponents(
      seeds: folds?.ofModel ?? max(0, seedVariance - rest / g),
      groups: max(0, (groupSquare - rest) / s), rest: rest)
  }
}
