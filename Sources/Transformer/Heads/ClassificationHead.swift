import Kernels

/// The logits of classes from a sentence's states, as the family's class for sequences in
/// transformers makes them.
struct ClassificationHead: Sendable {
  /// What the first layer takes: the first token's state, or the mean of all.
  let pooling: Pooling
  private let layers: [Layer]

  private struct Layer: Sendable {
    let dense: DenseLayer
    let norm: EncoderWeights.Norm?
  }

  private let epsilon: Float

  /// - Throws: ``ModelError`` if `folder` has no such head, or one of other shapes than its
  ///   configuration says.
  init(_ folder: ModelFolder) throws {
    let configuration = folder.configuration
    let plan = configuration.architecture.classificationHead
    let place = folder.transformerURL.path
    var fields = try ConfigurationFields(json: configuration.json, place: place + "/config.json")
    fields.names = configuration.architecture.fields
    epsilon = configuration.layerNormEpsilon
    pooling = try plan.poolingField.map { try fields.pooling($0) } ?? .cls
    let finder = HeadFinder(tensors: folder.tensors, place: place)
    let hidden = configuration.hiddenSize
    layers = try plan.layers.enumerated().map { number, layer in
      let isLast = number == plan.layers.count - 1
      let outputs = isLast ? configuration.labels.count : hidden
      let weight = try finder.tensor(layer.name + ".weight", [outputs, hidden])
      let hasBias = try fields.isPresent(layer.bias)
      let bias = hasBias ? try finder.tensor(layer.name + ".bias", [outputs]) : nil
      return Layer(
        dense: DenseLayer(
          weight, bias: bias, try fields.nonlinearity(layer.nonlinearity), place: place),
        norm: try layer.norm.map {
          try finder.norm($0, size: hidden, hasBias: configuration.hasNormBias)
        })
    }
  }

  /// The logits of one sentence.
  ///
  /// - Parameter state: `[hidden]`, pooled as ``pooling`` says.
  func logits(_ state: UnsafeBufferPointer<Float>) -> [Float] {
    layers.reduce(Array(state)) { vector, layer in
      var vector = layer.dense.run(vector)
      if let norm = layer.norm {
        let size = vector.count
        vector.withUnsafeMutableBufferPointer {
          Rows.normalize(
            $0.baseAddress!, rows: 1, size: size, weight: norm.weight.pointer,
            bias: norm.bias.pointer, epsilon: epsilon, narrow: nil)
        }
      }
      return vector
    }
  }
}

/// Looks up a head's tensors.
private struct HeadFinder {
  let tensors: Safetensors
  let place: String

  func tensor(_ name: String, _ shape: [Int]) throws -> WeightTensor {
    guard let tensor = tensors[name], tensor.shape == shape, !shape.contains(0) else {
      throw ModelError(
        place: place, expected: "a classifier: \(name) of shape \(shape)",
        found: tensors[name].map { "\($0.shape)" } ?? "none",
        advice: "give a folder that fine-tuning saved; an encoder alone knows no classes")
    }
    return try tensor.float32()
  }

  func norm(_ name: String, size: Int, hasBias: Bool) throws -> EncoderWeights.Norm {
    let weight = try tensor(name + ".weight", [size])
    if hasBias {
      return EncoderWeights.Norm(weight: weight, bias: try tensor(name + ".bias", [size]))
    }
    let zeros = Buffer<Float>(repeating: 0, count: size)
    return EncoderWeights.Norm(
      weight: weight,
      bias: WeightTensor(
        name: name + ".bias", shape: [size], pointer: zeros.pointer, owner: zeros))
  }
}

extension ConfigurationFields {
  fileprivate func pooling(_ field: String) throws -> Pooling {
    switch try string(field) {
    case nil, "cls": return .cls
    case "mean": return .mean
    case let name?:
      throw ModelError(place: place, expected: "\(field) cls or mean", found: "\"\(name)\"")
    }
  }

  fileprivate func nonlinearity(
    _ nonlinearity: EncoderArchitecture.ClassificationHead.Nonlinearity
  ) throws -> DenseLayer.Nonlinearity {
    switch nonlinearity {
    case .identity: .identity
    case .tanh: .tanh
    case .relu: .of(.relu)
    case .field(let name): .of(try activation(name, default: "gelu"))
    }
  }
}
