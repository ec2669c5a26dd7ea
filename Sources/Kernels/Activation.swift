import CKernels
import Foundation

/// A nonlinearity between two products.
package enum Activation: Int32, Hashable, Sendable {
  /// x Φ(x), with the error function.
  case gelu = 0
  /// The tanh approximation of GELU.
  case geluTanh = 1
  case relu = 2
  /// x / (1 + exp(-x)), also called swish.
  case silu = 3

  /// Of one number; slow and exact, for the few rows of a head.
  package func value(_ x: Float) -> Float {
    switch self {
    case .gelu: x * 0.5 * (1 + erff(x * Float(0.5).squareRoot()))
    case .geluTanh: x * 0.5 * (1 + tanhf(0.79788456 * (x + 0.044715 * x * x * x)))
    case .relu: max(0, x)
    case .silu: x / (1 + expf(-x))
    }
  }

  /// A gated linear unit (Shazeer, arXiv 2002.05202): `y`, `[rows, size]`, is the first half of each
  /// row of `x`, `[rows, 2 size]`, through this activation, times the second half.
  ///
  /// - Parameter narrow: `y` holds bfloat16, else `Float`.
  package func gate(
    _ x: UnsafePointer<Float>, rows: Int, size: Int, into y: UnsafeMutableRawPointer, narrow: Bool
  ) {
    ck_gate(x, rows, size, rawValue, y, narrow ? 0 : 1)
  }
}
