/// Mean squared error of one output a row, as PyTorch's `MSELoss`.
package enum SquaredError {
  /// Mean loss of `targets.count` outputs; writes its gradient to `dOutputs` where that is given, which may
  /// be the outputs themselves.
  ///
  /// - Parameter total: how many outputs the mean is over, where these are some of them.
  package static func loss(
    _ outputs: UnsafePointer<Float>, targets: some Collection<Float>,
    dOutputs: UnsafeMutablePointer<Float>?, total: Double? = nil
  ) -> Float {
    let total = total ?? Double(targets.count)
    var loss = 0.0
    for (row, target) in targets.enumerated() {
      let difference = Double(outputs[row]) - Double(target)
      loss += difference * difference
      if let dOutputs { dOutputs[row] = Float(2 * difference / total) }
    }
    return Float(loss / total)
  }
}
