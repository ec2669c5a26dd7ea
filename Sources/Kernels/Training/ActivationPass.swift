import CKernels

/// An activation, gated or not, and its derivative in one go: the derivative replaces the input, so
/// that the backward pass is a multiplication.
///
/// A gated unit's rows are `[2 size]`: what is activated, then its multiplier (Shazeer, arXiv
/// 2002.05202). Absolute error below 3e-7 per unit of x.
package struct ActivationPass: Sendable {
  package typealias Matrix = UnsafePointer<Float>
  package typealias MutableMatrix = UnsafeMutablePointer<Float>
  package let activation: Activation
  package let isGated: Bool
  /// Values of a row of results.
  package let size: Int

  package init(_ activation: Activation, size: Int, isGated: Bool) {
    self.activation = activation
    self.size = size
    self.isGated = isGated
  }

  /// Values of a row of inputs.
  package var inputSize: Int { isGated ? 2 * size : size }

  /// `y` `[rows, size]` of a range of rows of `x` `[rows, inputSize]` plus `bias`; `x` then holds
  /// what ``backward(_:dy:x:)`` needs.
  package func forward(_ rows: Range<Int>, x: MutableMatrix, bias: Matrix?, y: MutableMatrix) {
    for row in rows {
      let (input, output) = (x + row * inputSize, y + row * size)
      if isGated {
        ck_gate_forward(input, bias, output, size, activation.rawValue)
      } else {
        ck_activate_forward(input, bias, output, size, activation.rawValue)
      }
    }
  }

  /// From the gradient of the results to that of the inputs, which replaces what `x` saved.
  package func backward(_ rows: Range<Int>, dy: Matrix, x: MutableMatrix) {
    for row in rows {
      if isGated {
        ck_gate_backward(dy + row * size, x + row * inputSize, size)
      } else {
        ck_multiply(x + row * size, dy + row * size, size)
      }
    }
  }
}
