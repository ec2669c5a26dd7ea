/// One AdamW update (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019) as
/// PyTorch computes it.
public struct AdamWPass: Sendable {
  private let decay: Float
  private let beta1: Float
  private let beta2: Float
  private let stepSize: Float
  private let inverseRootCorrection: Float
  private let epsilon: Float

  /// - Parameter step: from 1; decides the bias corrections.
  public init(
    learningRate: Float, weightDecay: Float, beta1: Float, beta2: Float, epsilon: Float, step: Int
  ) {
    let first = 1 - power(Double(beta1), step)
    let second = 1 - power(Double(beta2), step)
    decay = 1 - learningRate * weightDecay
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    stepSize = Float(Double(learningRate) / first)
    inverseRootCorrection = Float(1 / second.squareRoot())
  }

  /// Updates `count` values and both their moments; gradients are multiplied by `gradientScale`.
  public func update(
    _ values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    firstMoment: UnsafeMutablePointer<Float>, secondMoment: UnsafeMutablePointer<Float>,
    count: Int, gradientScale: Float, decays: Bool
  ) {
    let decay = decays ? decay : 1
    forEachVector(count) { index, lanes in
      let g = gradient.vector(index, lanes) * gradientScale
      let old = firstMoment.vector(index, lanes)
      let m = old + (g - old) * (1 - beta1)
      let v = secondMoment.vector(index, lanes) * beta2 + g * g * (1 - beta2)
      let denominator = v.squareRoot() * inverseRootCorrection + epsilon
      firstMoment.store(m, index, lanes)
      secondMoment.store(v, index, lanes)
      values.store(
        values.vector(index, lanes) * decay - m / denominator * stepSize, index, lanes)
    }
  }

  /// The sum of squares of `count` values.
  public static func sumOfSquares(_ values: UnsafePointer<Float>, count: Int) -> Float {
    var even = Vector.zero
    var odd = Vector.zero
    var isOdd = false
    forEachVector(count) { index, lanes in
      let value = values.vector(index, lanes)
      if isOdd { odd += value * value } else { even += value * value }
      isOdd.toggle()
    }
    return (even + odd).sum()
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
