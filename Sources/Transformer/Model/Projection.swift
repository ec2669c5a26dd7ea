import Foundation
import Kernels

/// What becomes of a pooled vector: the Dense and Normalize modules of a sentence-transformers
/// folder, in its order. The last of it is always a unit vector, whether the folder says so or not.
struct Projection: Sendable {
  enum Stage: Sendable {
    case dense(DenseLayer)
    case normalize
  }

  var stages: [Stage] = []

  var denseLayers: [DenseLayer] {
    stages.compactMap { if case .dense(let layer) = $0 { layer } else { nil } }
  }

  /// Length of the vectors made from ones of `input` numbers.
  ///
  /// - Throws: ``ModelError`` if a layer takes vectors of another length than it gets.
  func outputSize(input: Int) throws -> Int {
    try denseLayers.reduce(input) { size, layer in
      guard layer.inputSize == size else {
        throw ModelError(
          place: layer.place, expected: "in_features \(size)", found: "\(layer.inputSize)")
      }
      return layer.outputSize
    }
  }

  /// Turns a pooled vector into a unit vector (or zeros into zeros, if there are no layers).
  func run(
    _ pooled: UnsafePointer<Float>, size: Int, into row: UnsafeMutablePointer<Float>
  ) {
    var vector = Array(UnsafeBufferPointer(start: pooled, count: size))
    for stage in stages {
      switch stage {
      case .dense(let layer): vector = layer.run(vector)
      case .normalize:
        vector.withUnsafeMutableBufferPointer { UnitVector.normalize($0.baseAddress!, $0.count) }
      }
    }
    vector.withUnsafeBufferPointer { row.update(from: $0.baseAddress!, count: $0.count) }
    UnitVector.normalize(row, vector.count)
  }
}

/// A `Dense` module: y = activation(W x + b).
struct DenseLayer: Sendable {
  let place: String
  let inputSize: Int
  let outputSize: Int
  let files: [MappedFile]
  private let weight: WeightTensor
  private let bias: WeightTensor?
  private let usesTanh: Bool

  /// From a module's folder: `config.json` and `model.safetensors`.
  ///
  /// - Throws: ``ModelError`` if a file is missing or damaged, or asks for more than Tanh or
  ///   Identity.
  init(folder: URL) throws {
    struct Settings: Decodable {
      var inFeatures: Int
      var outFeatures: Int
      var bias: Bool?
      var activationFunction: String?
      var useResidual: Bool?
      var moduleInputName: String?
    }
    let url = folder.appendingPathComponent("config.json")
    place = url.path
    let settings: Settings = try ModelFolder.decode(url)
    let activation = settings.activationFunction?.split(separator: ".").last ?? "Tanh"
    guard activation == "Tanh" || activation == "Identity" else {
      throw ModelError(
        place: url.path, expected: "activation_function Tanh or Identity",
        found: "\"\(activation)\"")
    }
    guard settings.useResidual != true,
      settings.moduleInputName ?? "sentence_embedding" == "sentence_embedding"
    else {
      throw ModelError(
        place: url.path, expected: "a layer of the sentence vector without a residual",
        found: "use_residual or another module_input_name")
    }
    usesTanh = activation == "Tanh"
    (inputSize, outputSize) = (settings.inFeatures, settings.outFeatures)
    let tensors = try Safetensors(folder: folder)
    func tensor(_ name: String, _ shape: [Int]) throws -> WeightTensor {
      guard let tensor = tensors[name], tensor.shape == shape, !shape.contains(0) else {
        throw ModelError(
          place: folder.path, expected: "\(name) of shape \(shape)",
          found: tensors[name].map { "\($0.shape)" } ?? "none")
      }
      return try tensor.float32()
    }
    weight = try tensor("linear.weight", [outputSize, inputSize])
    bias = settings.bias ?? true ? try tensor("linear.bias", [outputSize]) : nil
    files = try tensors.files + [MappedFile(url)]
  }

  func run(_ input: [Float]) -> [Float] {
    precondition(input.count == inputSize)
    return input.withUnsafeBufferPointer { input in
      (0..<outputSize).map { output in
        let sum =
          Self.dot(weight.pointer + output * inputSize, input.baseAddress!, inputSize)
          + (bias?.pointer[output] ?? 0)
        return usesTanh ? tanhf(sum) : sum
      }
    }
  }

  private static func dot(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int
  ) -> Float {
    var sums = SIMD16<Float>()
    var index = 0
    while index + 16 <= count {
      let left = UnsafeRawPointer(a + index).loadUnaligned(as: SIMD16<Float>.self)
      sums += left * UnsafeRawPointer(b + index).loadUnaligned(as: SIMD16<Float>.self)
      index += 16
    }
    var sum = sums.sum()
    while index < count {
      sum += a[index] * b[index]
      index += 1
    }
    return sum
  }
}

enum UnitVector {
  /// Scales `row` to length 1; zeros stay. The sum is taken in double precision, so that no vector
  /// is too short or too long for it.
  static func normalize(_ row: UnsafeMutablePointer<Float>, _ size: Int) {
    var (squares, index) = (SIMD8<Double>(), 0)
    while index + 8 <= size {
      let values = SIMD8<Double>(
        UnsafeRawPointer(row + index).loadUnaligned(as: SIMD8<Float>.self))
      squares += values * values
      index += 8
    }
    var sum = squares.sum()
    while index < size {
      sum += Double(row[index]) * Double(row[index])
      index += 1
    }
    guard sum > 0 else { return }
    let scale = Float(1 / sum.squareRoot())
    for index in 0..<size { row[index] *= scale }
  }
}
