import Files
import Foundation
import Kernels

/// The Euclidean length of each row, which every error bound is made of.
struct RowNorms: Sendable {
  /// Never below the true lengths (rounded up).
  let values: [Float]
  let largest: Float

  /// Lengths beyond this would let float32 products overflow; unit vectors have 1.
  static let limit: Float = 1e15

  /// - Parameter numbers: what errors call the rows; their own numbers if nil.
  /// - Throws: `FileError` for a row with a value that is not finite or is far too large.
  init(_ vectors: VectorRows, numbers: [UInt32]? = nil) throws {
    let buffer = Buffer<Float>(count: max(1, vectors.rows))
    let norms = buffer.pointer
    Threads.forEach(vectors.rows, by: 4096) { chunk in
      for row in chunk {
        let square = Double(canonicalDot(vectors[row], vectors[row], count: vectors.dimension))
        // The square is rounded to nearest once and the root twice: three units up cover it. The
        // addend is more than the length of any row whose square underflows.
        norms[row] = Float(square.squareRoot()).nextUp.nextUp.nextUp + 0x1p-70
      }
    }
    values = Array(UnsafeBufferPointer(start: norms, count: vectors.rows))
    for (row, norm) in values.enumerated() where !(norm < Self.limit) {
      throw FileError(
        place: "vector \(numbers.map { Int($0[row]) } ?? row)",
        expected: "finite numbers of moderate size", found: "\(norm)",
        advice: "the encoder gave a broken vector for this record; build the index again")
    }
    largest = values.max() ?? 0
  }

  /// How far a float32 product of two such rows, summed in any order, and the canonical score can
  /// lie apart: `gamma |x| |y|` for the product, half a unit for rounding the score, and the
  /// underflow of `dimension` products.
  static func float32Error(dimension: Int, _ left: Float, _ right: Float) -> Float {
    let unit = 0x1p-24
    let gamma = Double(dimension) * unit / (1 - Double(dimension) * unit)
    let relative = (gamma + 2 * unit) * Double(left) * Double(right)
    return Float(relative + Double(dimension) * 0x1p-126).nextUp
  }
}
