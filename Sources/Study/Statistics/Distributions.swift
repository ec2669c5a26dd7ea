import Curation
import Foundation

/// Student's t distribution, also for fractional degrees of freedom.
public enum StudentT {
  /// Probability that |T| is at least |t|. Through the regularized incomplete beta function.
  public static func twoSidedP(_ t: Double, degreesOfFreedom: Double) -> Double {
    precondition(degreesOfFreedom > 0)
    guard t.isFinite else { return t.isNaN ? .nan : 0 }
    let x = degreesOfFreedom / (degreesOfFreedom + t * t)
    return incompleteBeta(x, degreesOfFreedom / 2, 0.5)
  }

  /// The t that |T| exceeds with probability `p`, by bisection to machine precision.
  public static func twoSidedQuantile(_ p: Double, degreesOfFreedom: Double) -> Double {
    precondition(p > 0 && p < 1)
    if degreesOfFreedom > 1e8 { return -Normal.quantile(p / 2) }
    var low = 0.0
    var high = 1.0
    while twoSidedP(high, degreesOfFreedom: degreesOfFreedom) > p { high *= 2 }
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      if twoSidedP(middle, degreesOfFreedom: degreesOfFreedom) > p {
        low = middle
      } else {
        high = middle
      }
    }
    return (low + high) / 2
  }
}

/// The regularized incomplete beta function I_x(a, b): the continued fraction of DLMF 8.17.22,
/// evaluated by Lentz's method as modified by Thompson and Barnett (1986).
func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  if x <= 0 { return 0 }
  if x >= 1 { return 1 }
  if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
  let logFront = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)
  let tiny = 1e-300
  var c = 1.0
  var d = 1 - (a + b) * x / (a + 1)
  d = 1 / (abs(d) < tiny ? tiny : d)
  var fraction = d
  for m in 1...10_000 {
    let m = Double(m)
    var change = 1.0
    for term in [
      m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
      -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
    ] {
      d = 1 + term * d
      d = 1 / (abs(d) < tiny ? tiny : d)
      c = 1 + term / c
      if abs(c) < tiny { c = tiny }
      change = d * c
      fraction *= change
    }
    if abs(change - 1) < 1e-15 { break }
  }
  return exp(logFront) * fraction / a
}
