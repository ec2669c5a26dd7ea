import Foundation

/// Softmax cross-entropy with optional class weights and label smoothing, averaged as PyTorch's
/// `CrossEntropyLoss` does: by the sum of the targets' weights.
package struct CrossEntropy {
  let labels: Int
  let smoothing: Float
  let weights: [Float]?

  package init(labels: Int, smoothing: Float = 0, weights: [Float]? = nil) {
    self.labels = labels
    self.smoothing = smoothing
    self.weights = weights
  }

  /// Weights that are n / (classes that occur x examples of the class), as scikit-learn's
  /// `compute_class_weight("balanced")`; 1 for a class that does not occur.
  static func balancedWeights(labels: Int, of examples: [Int]) -> [Float] {
    var counts = [Int](repeating: 0, count: labels)
    for label in examples { counts[label] += 1 }
    let present = counts.count { $0 > 0 }
    return counts.map { $0 == 0 ? 1 : Float(examples.count) / Float(present * $0) }
  }

  /// What the loss of `targets` is divided by.
  package func total(_ targets: some Collection<Int>) -> Double {
    targets.reduce(0) { $0 + Double(weight($1)) }
  }

  /// Mean loss of `targets.count` rows of `logits` `[rows, labels]`; writes its gradient to
  /// `dLogits` where that is given.
  ///
  /// - Parameter total: of all targets of the mean, where these are some of them.
  package func loss(
    _ logits: UnsafePointer<Float>, targets: some Collection<Int>,
    dLogits: UnsafeMutablePointer<Float>?, total: Double? = nil
  ) -> Float {
    let total = total ?? self.total(targets)
    var loss = 0.0
    for (row, target) in targets.enumerated() {
      let start = row * labels
      loss += rowLoss(logits + start, target, 1 / total, dLogits.map { $0 + start })
    }
    return Float(loss / total)
  }

  private func weight(_ label: Int) -> Float { weights?[label] ?? 1 }

  /// The target distribution of label k is (1 - s) [k = target] + s / labels; each term of the
  /// cross-entropy counts with the weight of its own class.
  private func rowLoss(
    _ logits: UnsafePointer<Float>, _ target: Int, _ scale: Double,
    _ gradient: UnsafeMutablePointer<Float>?
  ) -> Double {
    var maximum = logits[0]
    for label in 1..<labels { maximum = max(maximum, logits[label]) }
    var sum = 0.0
    for label in 0..<labels { sum += exp(Double(logits[label] - maximum)) }
    let logSum = log(sum) + Double(maximum)
    var loss = 0.0
    var mass = 0.0
    for label in 0..<labels {
      let share = share(label, target)
      loss += share * (logSum - Double(logits[label]))
      mass += share
    }
    guard let gradient else { return loss }
    for label in 0..<labels {
      let probability = exp(Double(logits[label]) - logSum)
      gradient[label] = Float((mass * probability - share(label, target)) * scale)
    }
    return loss
  }

  private func share(_ label: Int, _ target: Int) -> Double {
    let isTarget = label == target
    if smoothing == 0 && !isTarget { return 0 }
    let even = Double(smoothing) / Double(labels)
    return (even + (isTarget ? 1 - Double(smoothing) : 0)) * Double(weight(label))
  }
}
