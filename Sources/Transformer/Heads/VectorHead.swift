import Foundation
import Kernels

/// A classifier on sentence vectors of unit length: one linear layer, in a file beside the encoder that makes
/// the vectors. Whoever opens the folder for its vectors need not know of it.
package struct VectorHead: Sendable {
  /// In the order of their ids.
  package let labels: [String]
  /// `[labels, dimension]`
  package let weights: [Float]
  /// `[labels]`
  package let biases: [Float]

  package init(labels: [String], weights: [Float], biases: [Float]) {
    precondition(!labels.isEmpty && biases.count == labels.count, "a bias for each label")
    precondition(weights.count % labels.count == 0, "as many weights for each label")
    self.labels = labels
    self.weights = weights
    self.biases = biases
  }

  package var dimension: Int { weights.count / labels.count }

  /// The logits of a vector `[dimension]`.
  package func logits(_ vector: [Float]) -> [Float] {
    precondition(vector.count == dimension, "a vector of \(dimension) numbers")
    return labels.indices.map { label in
      let row = weights[label * dimension..<(label + 1) * dimension]
      return biases[label]
        + Float(zip(row, vector).reduce(0.0) { $0 + Double($1.0) * Double($1.1) })
    }
  }

  static let file = "head.safetensors"
  /// What its tensors are called.
  static let layer = "classifier"

  func write(to folder: URL) throws {
    func tensor(_ name: String, _ values: [Float], _ shape: [Int]) -> WeightTensor {
      let copy = Buffer<Float>(count: values.count)
      copy.pointer.update(from: values, count: values.count)
      return WeightTensor(
        name: "\(Self.layer).\(name)", shape: shape, pointer: UnsafePointer(copy.pointer),
        owner: copy)
    }
    try Safetensors.write(
      [
        tensor("weight", weights, [labels.count, dimension]),
        tensor("bias", biases, [labels.count]),
      ], to: folder.appendingPathComponent(Self.file))
  }
}
