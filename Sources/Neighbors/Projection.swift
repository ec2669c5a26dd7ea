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

  /// Some orthonormal directions, turned at random among themselves so that energy is spread evenly
  /// over the coordinates: no coordinate then needs a coarse quantization step.
  fileprivate init(turning basis: Basis, _ generator: inout SplitMix64) {
    var basis = basis
    basis.turn(by: Basis.random(basis.rows, basis.rows, &generator))
    depth = basis.rows
    dimension = basis.columns
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

/// The directions of most energy in some rows, the first ones first, by orthogonal iteration on
/// their second moments (Golub and Van Loan, Matrix Computations, section 8.2.4).
struct LeadingDirections {
  static let most = 256
  private let basis: Basis
  private var generator = SplitMix64(state: 0x5eed)
  private let sample: VectorRows

  var depth: Int { basis.rows }

  init(of sample: VectorRows) {
    self.sample = sample
    var basis = Basis.random(
      min(Self.most, sample.dimension), sample.dimension, &generator)
    if sample.rows > 0 && basis.rows < sample.dimension {
      for _ in 0..<5 {
        basis.multiply(bySecondMomentsOf: sample)
        basis.orthonormalize(&generator)
      }
    }
    self.basis = basis
  }

  /// [sample.rows, depth], for an estimate.
  func coordinates() -> Buffer<Float> {
    let coordinates = Buffer<Float>(count: sample.rows * depth)
    basis.values.map { Float($0) }.withUnsafeBufferPointer {
      RowProducts.float32(
        left: sample.pointer, leftRows: sample.rows, right: $0.baseAddress!, rightRows: depth,
        dimension: sample.dimension, into: coordinates.pointer)
    }
    return coordinates
  }

  /// The first `depth` directions; any beyond ``depth`` stand for all of space.
  mutating func projection(depth: Int) -> Projection {
    let columns = basis.columns
    let chosen =
      depth <= basis.rows
      ? Basis(depth, columns, Array(basis.values[0..<depth * columns]))
      : Basis.identity(columns)
    return Projection(turning: chosen, &generator)
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

  static func identity(_ size: Int) -> Basis {
    Basis(size, size, (0..<size * size).map { $0 % (size + 1) == 0 ? 1 : 0 })
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
          let product = dot(
            values.baseAddress! + row * columns, values.baseAddress! + other * columns, columns)
          let difference = product - (row == other ? 1 : 0)
          sum += difference * difference
        }
      }
      return sum.squareRoot()
    }
  }
}
