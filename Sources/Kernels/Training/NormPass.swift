import CKernels

/// Layer normalization over rows of `width` (Ba et al., arXiv 1607.06450), alone or after a residual
/// sum, as pairs of passes.
///
/// The forward passes save the normalized rows and 1 / standard deviation, which is all that the
/// backward passes need.
package struct NormPass: Sendable {
  package typealias Matrix = UnsafePointer<Float>
  package typealias MutableMatrix = UnsafeMutablePointer<Float>
  package let width: Int
  package let epsilon: Float

  package init(width: Int, epsilon: Float) {
    self.width = width
    self.epsilon = epsilon
  }

  /// Where the forward pass leaves what the backward pass needs.
  package struct Saved {
    /// `[rows, width]`
    package let normalized: MutableMatrix
    /// `[rows]`
    package let inverseDeviation: MutableMatrix
    package init(normalized: MutableMatrix, inverseDeviation: MutableMatrix) {
      self.normalized = normalized
      self.inverseDeviation = inverseDeviation
    }
  }

  /// `output` = norm(residual + dropout(y + bias)), row by row; `y` is left as it is.
  package func residualForward(
    _ rows: Range<Int>, y: Matrix, bias: Matrix, residual: Matrix, dropout: DropoutStream,
    gamma: Matrix, beta: Matrix, saved: Saved, output: MutableMatrix
  ) {
    for row in rows {
      let start = row * width
      saved.inverseDeviation[row] = ck_norm_forward(
        y + start, bias, residual + start, dropout.kernel, UInt32(truncatingIfNeeded: start), gamma,
        beta, epsilon, width, saved.normalized + start, output + start)
    }
  }

  /// `output` = norm(input), row by row; `saved.normalized` holds the input on entry.
  package func forward(
    _ rows: Range<Int>, gamma: Matrix, beta: Matrix, saved: Saved, output: MutableMatrix
  ) {
    for row in rows {
      let start = row * width
      saved.inverseDeviation[row] = ck_norm_forward(
        nil, nil, nil, DropoutStream.none.kernel, 0, gamma, beta, epsilon, width,
        saved.normalized + start, output + start)
    }
  }

  /// From the gradient of a norm's output to that of its input, row by row:
  /// dx = s (γ dy - mean(γ dy) - n mean(γ dy n)), with n the normalized row and s its scale.
  ///
  /// Writes dx to `residualGradient`, and to `branchGradient` (where there is one) dx times the
  /// dropout's factors. `dOutput` may be the same memory as `residualGradient`.
  package func backward(
    _ rows: Range<Int>, dOutput: Matrix, gamma: Matrix, saved: Saved, dropout: DropoutStream,
    residualGradient: MutableMatrix, branchGradient: MutableMatrix?
  ) {
    for row in rows {
      let start = row * width
      ck_norm_backward(
        dOutput + start, gamma, saved.normalized + start, saved.inverseDeviation[row],
        dropout.kernel, UInt32(truncatingIfNeeded: start), width, residualGradient + start,
        branchGradient.map { $0 + start })
    }
  }

  /// Jobs of ``parameterGradient(_:rows:dOutput:saved:dGamma:dBeta:)``.
  package var parameterJobs: Int { Tiles(width).count }

  /// A run of columns of dγ = Σ dy n and dβ = Σ dy, each where it is wanted; both are overwritten.
  package func parameterGradient(
    _ job: Int, rows: Int, dOutput: Matrix, saved: Saved, dGamma: MutableMatrix?,
    dBeta: MutableMatrix?
  ) {
    let columns = Tiles(width)[job]
    let start = columns.lowerBound
    ck_column_sums(
      dOutput + start, dGamma == nil ? nil : UnsafePointer(saved.normalized + start), rows, width,
      columns.count, dBeta.map { $0 + start }, dGamma.map { $0 + start })
  }
}
