/// Layer normalization over rows of `width`, alone or after a residual sum, as pairs of passes.
///
/// The forward passes save the normalized rows and 1 / standard deviation, which is all that the
/// backward passes need.
public struct NormPass: Sendable {
  public typealias Matrix = UnsafePointer<Float>
  public typealias MutableMatrix = UnsafeMutablePointer<Float>
  public let width: Int
  public let epsilon: Float

  public init(width: Int, epsilon: Float) {
    self.width = width
    self.epsilon = epsilon
  }

  /// Where the forward pass leaves what the backward pass needs.
  public struct Saved {
    /// `[rows, width]`
    public let normalized: MutableMatrix
    /// `[rows]`
    public let inverseDeviation: MutableMatrix
    public init(normalized: MutableMatrix, inverseDeviation: MutableMatrix) {
      self.normalized = normalized
      self.inverseDeviation = inverseDeviation
    }
  }

  /// `output` = norm(residual + dropout(y + bias)), row by row; `y` is left as it is.
  public func residualForward(
    _ rows: Range<Int>, y: Matrix, bias: Matrix, residual: Matrix, dropout: DropoutStream,
    gamma: Matrix, beta: Matrix, saved: Saved, output: MutableMatrix
  ) {
    for row in rows {
      let start = row * width
      forEachVector(width) { column, lanes in
        var value = y.vector(start + column, lanes) + bias.vector(column, lanes)
        if dropout.isActive { value *= dropout.factors(start + column) }
        let sum = value + residual.vector(start + column, lanes)
        saved.normalized.store(sum, start + column, lanes)
      }
      normalize(row, gamma: gamma, beta: beta, saved: saved, output: output)
    }
  }

  /// `output` = dropout(norm(sum)), row by row; `saved.normalized` holds the sums on entry.
  public func embeddingForward(
    _ rows: Range<Int>, dropout: DropoutStream, gamma: Matrix, beta: Matrix, saved: Saved,
    output: MutableMatrix
  ) {
    for row in rows {
      normalize(row, gamma: gamma, beta: beta, saved: saved, output: output)
      apply(dropout, output, row)
    }
  }

  /// Multiplies a row by the dropout's factors.
  func apply(_ dropout: DropoutStream, _ matrix: MutableMatrix, _ row: Int) {
    guard dropout.isActive else { return }
    let start = row * width
    forEachVector(width) { column, lanes in
      let value = matrix.vector(start + column, lanes) * dropout.factors(start + column)
      matrix.store(value, start + column, lanes)
    }
  }

  private func normalize(
    _ row: Int, gamma: Matrix, beta: Matrix, saved: Saved, output: MutableMatrix
  ) {
    let x = saved.normalized + row * width
    var total = Vector.zero
    forEachVector(width) { column, lanes in total += x.vector(column, lanes) }
    let mean = total.sum() / Float(width)
    var squares = Vector.zero
    forEachVector(width) { column, lanes in
      var centered = x.vector(column, lanes) - mean
      if lanes < Vector.scalarCount { centered = centered.keeping(lanes) }
      squares += centered * centered
    }
    let scale = 1 / (squares.sum() / Float(width) + epsilon).squareRoot()
    saved.inverseDeviation[row] = scale
    let out = output + row * width
    forEachVector(width) { column, lanes in
      let normalized = (x.vector(column, lanes) - mean) * scale
      x.store(normalized, column, lanes)
      out.store(
        normalized * gamma.vector(column, lanes) + beta.vector(column, lanes), column, lanes)
    }
  }

  /// From the gradient of a norm's output to that of its input, row by row:
  /// dx = s (γ dy - mean(γ dy) - n mean(γ dy n)), with n the normalized row and s its scale.
  ///
  /// Writes dx to `residualGradient`, and to `branchGradient` (where there is one) dx times the
  /// dropout's factors. `dOutput` may be the same memory as `residualGradient`.
  public func backward(
    _ rows: Range<Int>, dOutput: Matrix, gamma: Matrix, saved: Saved, dropout: DropoutStream,
    residualGradient: MutableMatrix, branchGradient: MutableMatrix?
  ) {
    for row in rows {
      let start = row * width
      let normalized = saved.normalized + start
      var sum = Vector.zero
      var product = Vector.zero
      forEachVector(width) { column, lanes in
        let scaled = dOutput.vector(start + column, lanes) * gamma.vector(column, lanes)
        sum += scaled
        product += scaled * normalized.vector(column, lanes)
      }
      let mean = sum.sum() / Float(width)
      let slope = product.sum() / Float(width)
      let scale = saved.inverseDeviation[row]
      forEachVector(width) { column, lanes in
        let scaled = dOutput.vector(start + column, lanes) * gamma.vector(column, lanes)
        let dx = (scaled - mean - normalized.vector(column, lanes) * slope) * scale
        residualGradient.store(dx, start + column, lanes)
        guard let branchGradient else { return }
        let factors = dropout.isActive ? dropout.factors(start + column) : Vector(repeating: 1)
        branchGradient.store(dx * factors, start + column, lanes)
      }
    }
  }

  /// Multiplies rows of `dOutput` by the dropout's factors: the backward pass of
  /// ``embeddingForward(_:dropout:gamma:beta:saved:output:)`` begins so.
  public func dropoutBackward(_ rows: Range<Int>, dropout: DropoutStream, dOutput: MutableMatrix) {
    for row in rows { apply(dropout, dOutput, row) }
  }

  /// Jobs of ``parameterGradient(_:rows:dOutput:saved:dGamma:dBeta:)``.
  public var parameterJobs: Int { Tiles(width).count }

  /// A run of columns of dγ = Σ dy n and dβ = Σ dy; both are overwritten.
  public func parameterGradient(
    _ job: Int, rows: Int, dOutput: Matrix, saved: Saved, dGamma: MutableMatrix,
    dBeta: MutableMatrix
  ) {
    let columns = Tiles(width)[job]
    columnSums(dOutput, rows: rows, stride: width, columns: columns, into: dBeta)
    forEachVector(columns.count) { index, lanes in
      let column = columns.lowerBound + index
      var sum = Vector.zero
      for row in 0..<rows {
        let place = row * width + column
        sum += dOutput.vector(place, lanes) * saved.normalized.vector(place, lanes)
      }
      dGamma.store(sum, column, lanes)
    }
  }
}

extension Vector {
  /// The first `lanes` lanes, the rest 0.
  @inline(__always)
  fileprivate func keeping(_ lanes: Int) -> Vector {
    var result = self
    for lane in lanes..<Vector.scalarCount { result[lane] = 0 }
    return result
  }
}
