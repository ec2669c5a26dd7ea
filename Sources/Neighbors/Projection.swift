import Foundation
import Kernels

/// Orthonormal directions that hold most of the vectors' energy, so that a filter can look at few
/// numbers per row and bound the rest by its length.
///
/// With exactly orthonormal rows P, `x · y = Px · Py + t_x · t_y`, where `t` is what P does not
/// span, and `|t_x · t_y| <= (|t_x|² + |t_y|²) / 2`. The stored P is rounded: some orthonormal P₀
/// lies within `defect = |P Pᵀ - I|` of it (its polar factor: `|s - 1| <= |s² - 1|` for each
/// singular value s), and all bounds are stated for P₀.
struct Projection: Sendable {
  /// How many directions.
  let depth: Int
  let dimension: Int
  /// [depth, dimension].
  let directions: [Float]
  /// Every coordinate vector is within `error * |x|` of the exact one.
  let error: Double

  /// The directions of most energy in `sample`, found by orthogonal iteration on its second
  /// moments, then turned at random so that energy is spread evenly over the coordinates: no
  /// coordinate then needs a coarse quantization step.
  init(sample: VectorRows, depth: Int) {
    precondition(depth >= 1 && depth <= sample.dimension)
    var generator = SplitMix64(state: 0x5eed)
    let dimension = sample.dimension
    var basis = Basis.random(depth, dimension, &generator)
    if depth < dimension && sample.rows > 0 {
      for _ in 0..<6 {
        basis.multiply(bySecondMomentsOf: sample)
        basis.orthonormalize(&generator)
      }
      basis.turn(by: Basis.random(depth, depth, &generator))
    }
    self.depth = depth
    self.dimension = dimension
    directions = basis.values.map { Float($0) }
    let defect = Basis(depth, dimension, directions.map { Double($0) }).defect() + 1e-12
    let unit = 0x1p-24
    let gamma = Double(dimension) * unit / (1 - Double(dimension) * unit)
    error = Double(depth).squareRoot() * gamma * (1 + defect) + defect
  }

  /// Coordinates [rows.count, depth] of a range of rows, on the calling thread.
  func apply(
    to vectors: VectorRows, _ rows: Range<Int>, into coordinates: UnsafeMutablePointer<Float>
  ) {
    directions.withUnsafeBufferPointer {
      RowProducts.float32(
        left: vectors[rows.lowerBound], leftRows: rows.count, right: $0.baseAddress!,
        rightRows: depth, dimension: dimension, into: coordinates)
    }
  }
}

/// Rows of float64 being made orthonormal.
private struct Basis {
  let rows: Int
  let columns: Int
  var values: [Double]

  init(_ rows: Int, _ columns: Int, _ values: [Double]) {
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  static func random(_ rows: Int, _ columns: Int, _ generator: inout SplitMix64) -> Basis {
    var basis = Basis(
      rows, columns,
      (0..<rows * columns).map { _ in Double.random(in: -1...1, using: &generator) })
    basis.orthonormalize(&generator)
    return basis
  }

  /// B ← B Xᵀ X / rows, in float32: only the direction matters here, not the last digit.
  mutating func multiply(bySecondMomentsOf sample: VectorRows) {
    let narrow = values.map { Float($0) }
    let products = Buffer<Float>(count: rows * sample.rows)
    narrow.withUnsafeBufferPointer {
      RowProducts.float32(
        left: $0.baseAddress!, leftRows: rows, right: sample.pointer, rightRows: sample.rows,
        dimension: columns, into: products.pointer)
    }
    let sums = Buffer<Float>(count: rows * columns)
    RowProducts.float32(
      weights: UnsafePointer(products.pointer), rows: rows, of: sample.pointer,
      count: sample.rows, dimension: columns, into: sums.pointer)
    values = sums.values.map { Double($0) }
  }

  /// Gram-Schmidt, twice for full accuracy; a row that vanishes is drawn anew.
  mutating func orthonormalize(_ generator: inout SplitMix64) {
    let (rows, columns) = (rows, columns)
    values.withUnsafeMutableBufferPointer { values in
      for row in 0..<rows {
        let current = values.baseAddress! + row * columns
        var attempts = 0
        while !Self.reduce(current, columns, values.baseAddress!, against: row) {
          attempts += 1
          precondition(attempts < 1000, "no further direction in \(columns) dimensions")
          for column in 0..<columns {
            current[column] = Double.random(in: -1...1, using: &generator)
          }
        }
      }
    }
  }

  /// Makes a row orthogonal to the first `count` rows and of unit length; false if little is left.
  private static func reduce(
    _ row: UnsafeMutablePointer<Double>, _ columns: Int, _ all: UnsafeMutablePointer<Double>,
    against count: Int
  ) -> Bool {
    for _ in 0..<2 {
      let before = dot(row, row, columns).squareRoot()
      guard before > 1e-30, before.isFinite else { return false }
      for column in 0..<columns { row[column] /= before }
      for other in 0..<count {
        let share = dot(row, all + other * columns, columns)
        for column in 0..<columns { row[column] -= share * all[other * columns + column] }
      }
      let after = dot(row, row, columns).squareRoot()
      guard after > 1e-6 else { return false }
      for column in 0..<columns { row[column] /= after }
    }
    return true
  }

  /// B ← T B for a square T.
  mutating func turn(by turn: Basis) {
    var turned = [Double](repeating: 0, count: rows * columns)
    turned.withUnsafeMutableBufferPointer { turned in
      values.withUnsafeBufferPointer { values in
        for row in 0..<rows {
          for other in 0..<rows {
            let share = turn.values[row * rows + other]
            for column in 0..<columns {
              turned[row * columns + column] += share * values[other * columns + column]
            }
          }
        }
      }
    }
    values = turned
  }

  /// The Frobenius norm of B Bᵀ - I.
  func defect() -> Double {
    values.withUnsafeBufferPointer { values in
      var sum = 0.0
      for row in 0..<rows {
        for other in 0..<rows {
          let product = Self.dot(
            values.baseAddress! + row * columns, values.baseAddress! + other * columns, columns)
          let difference = product - (row == other ? 1 : 0)
          sum += difference * difference
        }
      }
      return sum.squareRoot()
    }
  }

  private static func dot(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int
  ) -> Double {
    var sums = SIMD8<Double>()
    var index = 0
    while index + 8 <= count {
      let left = UnsafeRawPointer(a + index).loadUnaligned(as: SIMD8<Double>.self)
      sums += left * UnsafeRawPointer(b + index).loadUnaligned(as: SIMD8<Double>.self)
      index += 8
    }
    var sum = sums.sum()
    while index < count {
      sum += a[index] * b[index]
      index += 1
    }
    return sum
  }
}
