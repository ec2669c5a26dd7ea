import Files
import Foundation
import Kernels

/// y = activation(W x + b) of one vector: a `Dense` module of sentence-transformers, or a layer of a
/// classification head.
struct DenseLayer: Sendable {
  enum Nonlinearity: Sendable {
    case identity
    case tanh
    /// One that blocks of encoders have too.
    case of(Activation)

    func callAsFunction(_ x: Float) -> Float {
      switch self {
      case .identity: x
      case .tanh: tanhf(x)
      case .of(let activation): activation.value(x)
      }
    }
  }

  let place: String
  let inputSize: Int
  let outputSize: Int
  let files: [MappedFile]
  private let weight: WeightTensor
  private let bias: WeightTensor?
  private let nonlinearity: Nonlinearity

  init(_ linear: EncoderWeights.Linear, _ nonlinearity: Nonlinearity, place: String) {
    self.place = place
    self.nonlinearity = nonlinearity
    (weight, bias) = (linear.weight, linear.bias)
    (outputSize, inputSize) = (linear.outputs, linear.inputs)
    files = []
  }

  /// From a module's folder: `config.json` and `model.safetensors`.
  ///
  /// - Throws: `FileError` if a file is missing or damaged, or asks for more than Tanh or
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
      throw FileError(
        place: url.path, expected: "activation_function Tanh or Identity",
        found: "\"\(activation)\"")
    }
    guard settings.useResidual != true,
      settings.moduleInputName ?? "sentence_embedding" == "sentence_embedding"
    else {
      throw FileError(
        place: url.path, expected: "a layer of the sentence vector without a residual",
        found: "use_residual or another module_input_name")
    }
    nonlinearity = activation == "Tanh" ? .tanh : .identity
    (inputSize, outputSize) = (settings.inFeatures, settings.outFeatures)
    let tensors = try Safetensors(folder: folder)
    func tensor(_ name: String, _ shape: [Int]) throws -> WeightTensor {
      guard let tensor = tensors[name], tensor.shape == shape, !shape.contains(0) else {
        throw FileError(
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
        return nonlinearity(sum)
      }
    }
  }

  /// In sixteen partial sums, which are added in order: what vectors of models with such layers, stored
  /// in indexes, were made with.
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
