import Kernels
import Transformer

extension TrainableNetwork {
  /// Sets the classifier to logistic regression on what the untouched encoder makes of `set`, so that
  /// training begins where a linear probe ends and not at random (Kumar et al., "Fine-tuning can
  /// distort pretrained features and underperform out-of-distribution", 2022). It matters most for
  /// encoders whose pooler was never trained on: all-MiniLM-L6-v2's gives values around 0.05, from
  /// which a random classifier learns next to nothing in a few hundred steps (decision 0008).
  ///
  /// - Parameter limit: at most so many sentences are looked at, evenly spread.
  func fitClassifier(to set: EncodedSet<Int>, limit: Int) {
    let count = min(set.count, limit)
    let chosen = (0..<count).map { $0 * set.count / count }
    let hidden = featureSize
    var rows = pooled(set.subset(chosen))
    let (center, scale) = Self.standardize(&rows, dimension: hidden)
    let model = LogisticRegression(
      rows: rows, dimension: hidden, labels: chosen.map { set.targets[$0] }, classCount: outputs)
    let (weights, biases) = classifier
    for label in 0..<outputs {
      var bias = max(model.intercepts[label], Self.leastIntercept)
      for index in 0..<hidden {
        let weight = model.weights[label * hidden + index] / scale
        weights[label * hidden + index] = weight
        bias -= weight * center[index]
      }
      biases[label] = bias
    }
  }

  /// A class without an example starts as good as impossible, but finite.
  private static let leastIntercept: Float = -10

  /// What the head's last layer gets `[sentences, featureSize]`, without dropout.
  private func pooled(_ set: EncodedSet<Int>) -> [Float] {
    let hidden = featureSize
    var result = [Float](repeating: 0, count: set.count * hidden)
    forEachBatch(set, EvaluationPlan(set.sentences, tokens: 512)) { _, indices in
      for (row, index) in indices.enumerated() {
        for column in 0..<hidden {
          result[index * hidden + column] = features[row * hidden + column]
        }
      }
    }
    return result
  }

  /// Takes the mean row away and divides by the root of the mean squared length that is left.
  private static func standardize(_ rows: inout [Float], dimension: Int)
    -> (center: [Float], scale: Float)
  {
    let count = rows.count / dimension
    var center = [Float](repeating: 0, count: dimension)
    for row in 0..<count {
      for index in 0..<dimension { center[index] += rows[row * dimension + index] / Float(count) }
    }
    var sum = 0.0
    for index in rows.indices {
      rows[index] -= center[index % dimension]
      sum += Double(rows[index] * rows[index])
    }
    let scale = Float(max(1e-12, (sum / Double(count)).squareRoot()))
    for index in rows.indices { rows[index] /= scale }
    return (center, scale)
  }
}
