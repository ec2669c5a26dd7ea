import Foundation
import Testing
import Training
import Transformer

/// Values that `Golden/generate.py` took from PyTorch, transformers and scikit-learn.
struct Golden: Decodable {
  struct Loss: Decodable {
    var smoothing: Float
    var weights: [Float]?
    var loss: Float
    var gradient: [[Float]]
  }
  struct Step: Decodable {
    var loss: Float
    var norm: Float
    var rate: Float
  }
  struct Report: Decodable {
    var truth: [Int]
    var predictions: [Int]
    var classes: Int
    var scores: [[Double]]
    var macro: [Double]
    var weighted: [Double]
    var accuracy: Double
    var confusion: [[Int]]
  }
  var texts: [String]
  var labels: [Int]
  var sentences: [[Int32]]
  var logits: [[Float]]
  var loss: Float
  var losses: [Loss]
  var steps: [Step]
  var logitsAfterSteps: [[Float]]
  var reports: [Report]

  static let folder = Bundle.module.resourceURL!.appendingPathComponent("Golden")
  static let tiny = folder.appendingPathComponent("tiny")
  static let labels = ["ground", "air", "water"]

  static func load() throws -> Golden {
    let data = try Data(contentsOf: folder.appendingPathComponent("golden.json"))
    return try JSONDecoder().decode(Golden.self, from: data)
  }

  var set: EncodedSet<Int> { EncodedSet(sentences: sentences, targets: labels) }

  static func network() throws -> TrainableNetwork {
    try TrainableNetwork(folder: ModelFolder(at: tiny), outputs: 3, seed: 1)
  }
}

/// Largest absolute difference.
func distance(_ a: some Sequence<Float>, _ b: some Sequence<Float>) -> Float {
  zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

/// A fresh folder that is removed with the object.
final class ScratchFolder {
  let url = FileManager.default.temporaryDirectory
    .appendingPathComponent("training-\(UUID().uuidString)")
  init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(at: url) }
}
