import CKernels

/// One AdamW update (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019) as
/// PyTorch computes it.
package struct AdamWPass: Sendable {
  private let settings: ck_adamw

  /// - Parameter step: from 1; decides the bias corrections.
  package init(
    learningRate: Float, weightDecay: Float, beta1: Float, beta2: Float, epsilon: Float, step: Int
  ) {
    let first = 1 - power(Double(beta1), step)
    let second = 1 - power(Double(beta2), step)
    settings = ck_adamw(
      decay: 1 - learningRate * weightDecay, beta1: beta1, beta2: beta2,
      step_size: Float(Double(learningRate) / first),
      inverse_root_correction: Float(1 / second.squareRoot()), epsilon: epsilon)
  }

  /// Updates `count` values and both their moments; gradients are multiplied by `gradientScale`.
  package func update(
    _ values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    firstMoment: UnsafeMutablePointer<Float>, secondMoment: UnsafeMutablePointer<Float>,
    count: Int, gradientScale: Float, decays: Bool
  ) {
    var settings = settings
    if !decays { settings.decay = 1 }
    ck_adamw_update(
      settings, values, gradient, firstMoment, secondMoment, count, gradientScale)
  }

  /// The sum of squares of `count` values.
  package static func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Float {
    ck_sum_of_squares(values, count)
  }
}

private func power(_ base: Double, _ exponent: Int) -> Double {
  var result = 1.0
  var factor = base
  var rest = exponent
  while rest > 0 {
    if rest & 1 == 1 { result *= factor }
    factor *= factor
    rest >>= 1
  }
  return result
}
