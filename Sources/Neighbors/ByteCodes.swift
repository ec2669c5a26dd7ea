import Foundation
import Kernels

/// Each row's leading coordinates rounded to bytes of one common step, with exact figures for what
/// the rounding and the other coordinates leave out.
///
/// With q = step · code, P₀ and t as in ``Projection``, and r = P₀x - q:
/// `|x·y - q_x·q_y| <= |r_x| |q_y| + |q_x| |r_y| + |r_x| |r_y| + (|t_x|² + |t_y|²) / 2`.
struct ByteCodes: Sendable {
  let rows: Int
  /// Bytes per row: the projection's depth, padded with zeros to a multiple of 64.
  let depth: Int
  /// [rows, depth] codes in -largest…largest.
  let codes: Buffer<Int8>
  /// At least |r|.
  let residual: [Float]
  /// At least |q|.
  let length: [Float]
  /// At least |t|².
  let tail: [Float]
  /// The sum of a row's codes.
  let sums: [Int32]

  init(
    _ vectors: VectorRows, _ projection: Projection, step: Double, largest: Int32, norms: RowNorms
  ) {
    rows = vectors.rows
    depth = (projection.depth + 63) & ~63
    codes = Buffer(repeating: 0, count: rows * depth)
    let figures = Buffer<Float>(count: 3 * max(1, rows))
    let total = Buffer<Int32>(count: max(1, rows))
    let (rows, depth, codes) = (rows, depth, codes.pointer)
    Threads.forEach(rows, by: 1024) { range in
      let coordinates = Buffer<Float>(count: range.count * projection.depth)
      projection.apply(to: vectors, range, into: coordinates.pointer)
      for row in range {
        let figure = Self.encode(
          coordinates.pointer + (row - range.lowerBound) * projection.depth, projection.depth,
          step, largest, into: codes + row * depth)
        let norm = Double(norms.values[row])
        let spread = projection.error * norm + 1e-20
        let kept = max(0, figure.coordinateLength - spread)
        // The addend covers the rounding of these few float64 operations.
        let up = 1 + 1e-9
        figures.pointer[row] = Float((figure.residual + spread) * up).nextUp
        figures.pointer[rows + row] = Float(figure.length * up).nextUp
        figures.pointer[2 * rows + row] =
          Float(max(0, norm * norm * up - kept * kept) + 1e-30).nextUp
        total.pointer[row] = figure.sum
      }
    }
    residual = Array(UnsafeBufferPointer(start: figures.pointer, count: rows))
    length = Array(UnsafeBufferPointer(start: figures.pointer + rows, count: rows))
    tail = Array(UnsafeBufferPointer(start: figures.pointer + 2 * rows, count: rows))
    sums = Array(UnsafeBufferPointer(start: total.pointer, count: rows))
  }

  /// At least the largest |q|.
  var longest: Double { Double(length.max() ?? 0) }

  /// At least the largest |q| + |r|.
  var reach: Double {
    zip(length, residual).reduce(0) { max($0, Double($1.0) + Double($1.1)) } * (1 + 1e-9)
  }

  private struct Figures {
    var residual: Double
    var length: Double
    var coordinateLength: Double
    var sum: Int32
  }

  private static func encode(
    _ coordinates: UnsafePointer<Float>, _ count: Int, _ step: Double, _ largest: Int32,
    into codes: UnsafeMutablePointer<Int8>
  ) -> Figures {
    let inverse = Float(1 / step)
    let limit = Float(largest)
    var residual = 0.0
    var square = 0.0
    var codeSquare: Int64 = 0
    var sum: Int32 = 0
    for index in 0..<count {
      let coordinate = coordinates[index]
      let code = Int32(max(-limit, min(limit, (coordinate * inverse).rounded())))
      let left = Double(coordinate) - step * Double(code)
      residual += left * left
      square += Double(coordinate) * Double(coordinate)
      codeSquare += Int64(code * code)
      sum += code
      codes[index] = Int8(truncatingIfNeeded: code)
    }
    return Figures(
      residual: residual.squareRoot(), length: step * Double(codeSquare).squareRoot(),
      coordinateLength: square.squareRoot(), sum: sum)
  }
}
