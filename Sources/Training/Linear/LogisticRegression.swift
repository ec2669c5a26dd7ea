import Foundation
import Kernels

/// Multinomial logistic regression with an L2 penalty on the weights, not on the intercepts: the
/// linear classifier that a fine-tuned model has to beat.
///
/// Minimizes `sum of cross-entropies + |weights|² / (2 * strength)`, as scikit-learn's
/// `LogisticRegression(C: strength)` does. The result does not depend on the number of threads.
package struct LogisticRegression: Sendable {
  package let classCount: Int
  package let dimension: Int
  /// `[classCount, dimension]`
  package let weights: [Float]
  package let intercepts: [Float]

  /// - Parameters:
  ///   - rows: `[labels.count, dimension]` floats, of about unit length.
  ///   - labels: in `0..<classCount`; a class without a row is never predicted.
  ///   - strength: 10 was best or within a point of it on vectors of sentences (decision 0008).
  ///   - shouldStop: asked before every iteration; after a stop the model is unfinished.
  /// - Complexity: O(iterations x rows x dimension x classes), at most 100 iterations.
  package init(
    rows: UnsafePointer<Float>, dimension: Int, labels: [Int], classCount: Int,
    strength: Double = 10, shouldStop: () -> Bool = { false }
  ) {
    precondition(!labels.isEmpty, "logistic regression of no rows")
    let loss = RegressionLoss(
      rows: rows, dimension: dimension, labels: labels, classCount: classCount,
      penalty: 1 / (strength * Double(labels.count)))
    var search = LimitedMemoryBFGS()
    let point = search.minimize(
      from: [Double](repeating: 0, count: classCount * (dimension + 1)), shouldStop: shouldStop
    ) { loss.value(at: $0) }
    let weightCount = classCount * dimension
    let present = Set(labels)
    self.classCount = classCount
    self.dimension = dimension
    weights = point[..<weightCount].map(Float.init)
    intercepts = (0..<classCount).map {
      present.contains($0) ? Float(point[weightCount + $0]) : -.infinity
    }
  }

  /// The most probable class of each of `count` rows `[count, dimension]`, ties to the lower class.
  package func predictions(_ rows: UnsafePointer<Float>, count: Int) -> [Int] {
    var result = [Int](repeating: 0, count: count)
    var logits = [Float](repeating: 0, count: classCount * RegressionLoss.block)
    for start in stride(from: 0, to: count, by: RegressionLoss.block) {
      let size = min(RegressionLoss.block, count - start)
      RowProducts.float32(
        left: rows + start * dimension, leftRows: size, right: weights, rightRows: classCount,
        dimension: dimension, into: &logits)
      for row in 0..<size {
        var best = -Float.infinity
        for label in 0..<classCount {
          let logit = logits[row * classCount + label] + intercepts[label]
          if logit > best { (best, result[start + row]) = (logit, label) }
        }
      }
    }
    return result
  }
}

/// Mean cross-entropy and penalty as a function of weights and intercepts, and its gradient.
private struct RegressionLoss {
  /// Rows whose logits are in memory at once.
  static let block = 1024
  /// Parts whose gradients are added in one order, whatever thread made them.
  static let parts = 16

  let rows: UnsafePointer<Float>
  let dimension: Int
  let labels: [Int]
  let classCount: Int
  let penalty: Double

  /// - Parameter point: weights `[classCount, dimension]`, then intercepts `[classCount]`.
  func value(at point: [Double]) -> (value: Double, gradient: [Double]) {
    let weightCount = classCount * dimension
    let weights = point[..<weightCount].map(Float.init)
    let intercepts = Array(point[weightCount...])
    let size = (labels.count + Self.parts - 1) / Self.parts
    let partial = Threads.map(Self.parts) { part in
      let range = min(labels.count, part * size)..<min(labels.count, (part + 1) * size)
      return sum(over: range, weights, intercepts)
    }
    let count = Double(labels.count)
    var gradient = [Double](repeating: 0, count: point.count)
    for part in partial where !part.gradient.isEmpty {
      for index in gradient.indices { gradient[index] += part.gradient[index] / count }
    }
    var value = partial.reduce(0) { $0 + $1.loss } / count
    for index in 0..<weightCount {
      value += penalty / 2 * point[index] * point[index]
      gradient[index] += penalty * point[index]
    }
    return (value, gradient)
  }

  private func sum(over range: Range<Int>, _ weights: [Float], _ intercepts: [Double])
    -> (loss: Double, gradient: [Double])
  {
    var loss = 0.0
    var gradient = [Double](repeating: 0, count: weights.count + classCount)
    // [classCount, rows of the block]: what the gradient's product needs as it is.
    var logits = [Float](repeating: 0, count: classCount * Self.block)
    var product = [Float](repeating: 0, count: weights.count)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.block) {
      let count = min(Self.block, range.upperBound - start)
      RowProducts.float32(
        left: weights, leftRows: classCount, right: rows + start * dimension, rightRows: count,
        dimension: dimension, into: &logits)
      for row in 0..<count {
        loss += Self.softmax(&logits, row, count, intercepts, label: labels[start + row])
      }
      RowProducts.float32(
        weights: logits, rows: classCount, of: rows + start * dimension, count: count,
        dimension: dimension, into: &product)
      for index in product.indices { gradient[index] += Double(product[index]) }
      for label in 0..<classCount {
        for row in 0..<count {
          gradient[weights.count + label] += Double(logits[label * count + row])
        }
      }
    }
    return (loss, gradient)
  }

  /// Turns the logits of a row, `count` apart, into their gradient; gives its cross-entropy.
  private static func softmax(
    _ logits: inout [Float], _ row: Int, _ count: Int, _ intercepts: [Double], label: Int
  ) -> Double {
    var highest = -Double.infinity
    for index in intercepts.indices {
      highest = max(highest, Double(logits[index * count + row]) + intercepts[index])
    }
    let own = Double(logits[label * count + row]) + intercepts[label] - highest
    var sum = 0.0
    for index in intercepts.indices {
      let power = exp(Double(logits[index * count + row]) + intercepts[index] - highest)
      logits[index * count + row] = Float(power)
      sum += power
    }
    for index in intercepts.indices { logits[index * count + row] /= Float(sum) }
    logits[label * count + row] -= 1
    return log(sum) - own
  }
}
