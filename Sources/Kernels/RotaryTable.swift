import CKernels
import Foundation

/// Angles of rotary position embeddings (Su et al., arXiv 2104.09864): position p turns the pair
/// (i, i + headSize / 2) of queries and keys by p / base^(2i / headSize).
///
/// Angles are rounded to float32, as PyTorch's are: at position 8000 that matters.
package final class RotaryTable: Sendable {
  package let positions: Int
  private let headSize: Int
  /// `[positions, headSize / 2]`
  private let cosines: Buffer<Float>
  private let sines: Buffer<Float>
  /// The sines of the negative angles, for gradients.
  private let backwardSines: Buffer<Float>

  /// - Parameter headSize: even.
  package init(base: Double, headSize: Int, positions: Int) {
    precondition(headSize % 2 == 0, "rotary head size must be even, got \(headSize)")
    self.positions = positions
    self.headSize = headSize
    let half = headSize / 2
    cosines = Buffer(count: positions * half)
    sines = Buffer(count: positions * half)
    backwardSines = Buffer(count: positions * half)
    let frequencies = (0..<half).map {
      1 / Float(pow(base, Double(Float(2 * $0) / Float(headSize))))
    }
    for position in 0..<positions {
      for (index, frequency) in frequencies.enumerated() {
        let angle = Double(Float(position) * frequency)
        cosines.pointer[position * half + index] = Float(cos(angle))
        sines.pointer[position * half + index] = Float(sin(angle))
        backwardSines.pointer[position * half + index] = -Float(sin(angle))
      }
    }
  }

  /// Rotates queries and keys in `projections`, `[length, 3 heads headSize]`, in place; `length` is
  /// at most ``positions``.
  ///
  /// - Parameter backward: by the negative angles, as a gradient goes back.
  package func rotate(
    _ projections: UnsafeMutablePointer<Float>, length: Int, heads: Int, backward: Bool = false
  ) {
    precondition(length <= positions, "\(length) positions, the table has \(positions)")
    ck_rotate(
      projections, length, 3 * heads * headSize, 2 * heads, headSize, cosines.pointer,
      (backward ? backwardSines : sines).pointer)
  }
}
