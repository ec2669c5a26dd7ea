import Foundation

/// Sigmoid cross-entropy of several labels, each by itself, averaged over all items and labels as
/// PyTorch's `BCEWithLogitsLoss` does.
package struct BinaryCrossEntropy {
  let labels: Int
  /// Share of each target that is moved half way to the other: 1 becomes 1 - s/2 and 0 becomes s/2.
  let smoothing: Float
  /// What a label counts where it holds (`pos_weight`); 1 if nil.
  let positiveWeights: [Float]?

  package init(labels: Int, smoothing: Float = 0, positiveWeights: [Float]? = nil) {
    self.labels = labels
    self.smoothing = smoothing
    self.positiveWeights = positiveWeights
  }

  /// For each label the items without it over those with it, so that both count the same in all; 1 for a
  /// label that no item has.
  package static func balancedWeights(labels: Int, of items: [[Int]]) -> [Float] {
    counts(labels: labels, of: items).map {
      $0 == 0 || $0 == items.count ? 1 : Float(items.count - $0) / Float($0)
    }
  }

  /// Items that have each label.
  static func counts(labels: Int, of items: [[Int]]) -> [Int] {
    var counts = [Int](repeating: 0, count: labels)
    for item in items { for label in item { counts[label] += 1 } }
    return counts
  }

  /// Mean loss of rows of `logits` `[targets.count, labels]`; writes its gradient to `dLogits` where that
  /// is given, which may be the logits themselves.
  ///
  /// - Parameters:
  ///   - targets: the labels that hold, of each row.
  ///   - total: how many logits the mean is over, where these are some of them.
  package func loss(
    _ logits: UnsafePointer<Float>, targets: some Collection<[Int]>,
    dLogits: UnsafeMutablePointer<Float>?, total: Double? = nil
  ) -> Float {
    let total = total ?? Double(targets.count * labels)
    var loss = 0.0
    var holds = [Bool](repeating: false, count: labels)
    for (row, target) in targets.enumerated() {
      for label in target { holds[label] = true }
      for label in 0..<labels {
        let output = row * labels + label
        let term = term(Double(logits[output]), holds[label], label)
        loss += term.loss
        if let dLogits { dLogits[output] = Float(term.gradient / total) }
      }
      for label in target { holds[label] = false }
    }
    return Float(loss / total)
  }

  /// -w y log σ(x) - (1 - y) log(1 - σ(x)), and its derivative.
  private func term(_ x: Double, _ holds: Bool, _ label: Int) -> (loss: Double, gradient: Double) {
    let half = Double(smoothing) / 2
    let y = holds ? 1 - half : half
    let weight = Double(positiveWeights?[label] ?? 1)
    // log(1 + exp(-|x|)), without overflow.
    let rest = log1p(exp(-abs(x)))
    let (minusLog, minusLogOther) = (max(-x, 0) + rest, max(x, 0) + rest)
    let probability = x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
    return (
      weight * y * minusLog + (1 - y) * minusLogOther,
      (1 - y) * probability - weight * y * (1 - probability)
    )
  }
}
