import Curation
import Foundation

/// Estimates of several studies, each of its own true effect, summed up in the mean of these effects.
///
/// The variance between studies is DerSimonian and Laird's ("Meta-analysis in clinical trials", 1986),
/// cut off at zero; studies are weighted by the inverse of both variances together. The interval is that
/// of Hartung and Knapp ("A refined method for the meta-analysis of controlled clinical trials", 2001) and
/// of Sidik and Jonkman (2002): Student's t with one degree of freedom less than there are studies, on
/// the weighted variance of the estimates, which holds its level where DerSimonian and Laird's own
/// normal one is far too narrow for few studies. Where chance makes that variance smaller than the one
/// of common effects, the latter counts (Röver, Knapp and Friede, "Hartung-Knapp-Sidik-Jonkman approach
/// and its modification for random-effects meta-analysis with few studies", 2015).
public struct RandomEffects: Codable, Equatable, Sendable {
  /// How many there are.
  public var studies: Int
  /// Mean of the studies' true effects.
  public var value: Double
  /// Lower end of its 95% interval.
  public var low: Double
  /// Upper end of its 95% interval.
  public var high: Double
  /// Of the mean.
  public var standardError: Double
  /// Two-sided p-value of "the mean effect is zero".
  public var pValue: Double
  /// Standard deviation of the true effects between studies, τ.
  public var deviation: Double
  /// Cochran's Q: squared distances of the estimates from their mean, each over its variance.
  public var heterogeneity: Double
  /// Higgins and Thompson's I² ("Quantifying heterogeneity in a meta-analysis", 2002): share of the
  /// estimates' variance that is between studies; with few studies hardly known.
  public var inconsistency: Double
  /// Share that each study has in the mean, in their order.
  public var weights: [Double]

  /// Nil with fewer than two studies, or where one has no standard error above zero: it would
  /// outweigh all others.
  public init?(_ estimates: [(value: Double, standardError: Double)]) {
    let values = estimates.map(\.value)
    let variances = estimates.map { $0.standardError * $0.standardError }
    guard values.count > 1, values.allSatisfy(\.isFinite),
      variances.allSatisfy({ $0 > 0 && $0.isFinite })
    else { return nil }
    let freedom = Double(values.count - 1)
    let fixed = variances.map { 1 / $0 }
    let common = Self.mean(values, fixed)
    heterogeneity = Self.squares(values, about: common, fixed)
    let total = fixed.reduce(0, +)
    let spread = total - fixed.reduce(0) { $0 + $1 * $1 } / total
    let between = max(0, (heterogeneity - freedom) / spread)
    let inverse = variances.map { 1 / ($0 + between) }
    let sum = inverse.reduce(0, +)
    value = Self.mean(values, inverse)
    let scale = max(1, Self.squares(values, about: value, inverse) / freedom)
    standardError = (scale / sum).squareRoot()
    let half = standardError * StudentT.twoSidedQuantile(0.05, degreesOfFreedom: freedom)
    (low, high) = (value - half, value + half)
    pValue = StudentT.twoSidedP(value / standardError, degreesOfFreedom: freedom)
    deviation = between.squareRoot()
    inconsistency = heterogeneity > 0 ? max(0, (heterogeneity - freedom) / heterogeneity) : 0
    weights = inverse.map { $0 / sum }
    studies = values.count
  }

  private static func mean(_ values: [Double], _ weights: [Double]) -> Double {
    zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
  }

  private static func squares(_ values: [Double], about center: Double, _ weights: [Double])
    -> Double
  {
    zip(values, weights).reduce(0) { $0 + $1.1 * ($1.0 - center) * ($1.0 - center) }
  }
}
