import Curation
import Foundation

/// `T = (Z + δ) / √(V / ν)` with a standard normal Z and an independent chi-squared V of ν degrees of
/// freedom: what a t test's statistic follows where the effect is δ standard errors.
///
/// Integrated over V, as in Johnson, Kotz and Balakrishnan, "Continuous univariate distributions",
/// volume 2 (1995), chapter 31: given √(V / ν) = u the probability is a normal one. The integral is
/// taken over log u by the trapezoidal rule, which converges exponentially there, because the
/// integrand is analytic and vanishes at both ends.
public enum NoncentralT {
  /// Probability that |T| is at least `critical`, a positive number.
  ///
  /// - Precondition: `degreesOfFreedom >= 1`.
  /// - Complexity: about 400 normal probabilities, more for very large δ.
  public static func twoSidedPower(
    critical: Double, degreesOfFreedom: Double, noncentrality: Double
  ) -> Double {
    integral(degreesOfFreedom, steepness: noncentrality) { u in
      Normal.cumulative(noncentrality - critical * u)
        + Normal.cumulative(-noncentrality - critical * u)
    }
  }

  /// Probability that T is at most `t`.
  ///
  /// - Precondition: `degreesOfFreedom >= 1`.
  public static func cumulative(_ t: Double, degreesOfFreedom: Double, noncentrality: Double)
    -> Double
  {
    integral(degreesOfFreedom, steepness: noncentrality) {
      Normal.cumulative(t * $0 - noncentrality)
    }
  }

  /// The noncentrality with which |T| exceeds the two-sided critical value of level `level` with
  /// probability `power`, to four digits; by bisection.
  ///
  /// - Precondition: `0 < level < power < 1` and `degreesOfFreedom >= 1`.
  public static func noncentrality(
    power: Double, level: Double, degreesOfFreedom: Double
  ) -> Double {
    precondition(level > 0 && level < power && power < 1)
    let critical = StudentT.twoSidedQuantile(level, degreesOfFreedom: degreesOfFreedom)
    func reached(_ noncentrality: Double) -> Bool {
      twoSidedPower(
        critical: critical, degreesOfFreedom: degreesOfFreedom, noncentrality: noncentrality)
        >= power
    }
    var (low, high) = (0.0, 2.0)
    while !reached(high) { (low, high) = (high, 2 * high) }
    while high - low > 1e-5 * high {
      let middle = (low + high) / 2
      if reached(middle) { high = middle } else { low = middle }
    }
    return (low + high) / 2
  }

  /// The mean of `value(u)` over u = √(V / ν).
  private static func integral(
    _ degreesOfFreedom: Double, steepness: Double, _ value: (Double) -> Double
  ) -> Double {
    precondition(degreesOfFreedom >= 1)
    let half = degreesOfFreedom / 2
    // The density of log u, up to its constant: exp(ν (y − e^2y / 2)), largest at 0.
    let exponent = { (y: Double) in degreesOfFreedom * (y - (exp(2 * y) - 1) / 2) }
    var (low, high) = (-0.5, 0.5)
    while exponent(low) > -40 { low *= 1.5 }
    while exponent(high) > -40 { high *= 1.5 }
    let points = max(400, Int((high - low) * abs(steepness)))
    let step = (high - low) / Double(points)
    let constant = log(2) + half * log(half) - lgamma(half) - half
    var sum = 0.0
    for point in 0...points {
      let y = low + Double(point) * step
      sum += exp(exponent(y) + constant) * value(exp(y))
    }
    return sum * step
  }
}
