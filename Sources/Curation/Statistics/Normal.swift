import Foundation

/// The standard normal distribution.
public enum Normal {
  package static func cumulative(_ z: Double) -> Double {
    0.5 * erfc(-z / 2.0.squareRoot())
  }

  /// The z below which a share `p` lies; ±infinity at 0 and 1, NaN outside.
  ///
  /// Acklam's rational approximation (2003, relative error 1.2e-9) with one Halley step, which
  /// leaves about 1e-15 in the middle.
  public static func quantile(_ p: Double) -> Double {
    guard p > 0, p < 1 else { return p == 0 ? -.infinity : p == 1 ? .infinity : .nan }
    if p > 0.5 { return -quantile(1 - p) }
    let guess = approximateQuantile(p)
    let error = cumulative(guess) - p
    let step = error * (2 * Double.pi).squareRoot() * exp(guess * guess / 2)
    return guess - step / (1 + guess * step / 2)
  }

  private static func approximateQuantile(_ p: Double) -> Double {
    if p < 0.02425 {
      let q = (-2 * log(p)).squareRoot()
      let top = polynomial(
        q,
        [
          -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
          -2.549732539343734e+00, 4.374664141464968e+00, 2.938163982698783e+00,
        ])
      let bottom = polynomial(
        q,
        [
          7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
          3.754408661907416e+00, 1,
        ])
      return top / bottom
    }
    let q = p - 0.5
    let top = polynomial(
      q * q,
      [
        -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02,
        1.383577518672690e+02, -3.066479806614716e+01, 2.506628277459239e+00,
      ])
    let bottom = polynomial(
      q * q,
      [
        -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
        6.680131188771972e+01, -1.328068155288572e+01, 1,
      ])
    return q * top / bottom
  }

  private static func polynomial(_ x: Double, _ coefficients: [Double]) -> Double {
    coefficients.reduce(0) { $0 * x + $1 }
  }
}
