import Files
import Kernels

/// Looks up the tensors of a configuration one after the other, and remembers what it found.
final class WeightFinder {
  private let configuration: ModelConfiguration
  private let place: String
  private let lookup: EncoderWeights.Lookup
  private(set) var found: [WeightTensor] = []

  init(
    _ configuration: ModelConfiguration, place: String, lookup: @escaping EncoderWeights.Lookup
  ) {
    self.configuration = configuration
    self.place = place
    self.lookup = lookup
  }

  func layer(_ number: Int) throws -> EncoderWeights.Layer {
    let (hidden, wide) = (configuration.hiddenSize, configuration.intermediateSize)
    let names = configuration.architecture
    func name(_ pattern: String) -> String {
      pattern.split(separator: "#", maxSplits: 1).joined(separator: "\(number)")
    }
    let (attention, feedForward) = (
      configuration.hasAttentionBias, configuration.hasFeedForwardBias
    )
    let projections = try linears(
      names.projections.map(name), count: 3, hidden, hidden, hasBias: attention)
    let attentionOutput = try linear(
      name(names.attentionOutput), hidden, hidden, hasBias: attention)
    let hasAttentionNorm = number > 0 || !names.skipsFirstNorm
    let attentionNorm = try hasAttentionNorm ? norm(name(names.attentionNorm)) : nil
    let intermediate = try linears(
      names.intermediate.map(name), count: names.isGated ? 2 : 1, wide, hidden,
      hasBias: feedForward)
    return EncoderWeights.Layer(
      query: projections[0], key: projections[1], value: projections[2],
      attentionOutput: attentionOutput, attentionNorm: attentionNorm,
      intermediate: intermediate[0], multiplier: names.isGated ? intermediate[1] : nil,
      output: try linear(name(names.output), hidden, wide, hasBias: feedForward),
      feedForwardNorm: try norm(name(names.feedForwardNorm)))
  }

  func table(_ name: String, _ shape: [Int]) throws -> WeightTensor {
    try tensor(name + ".weight", shape)
  }

  func norm(_ name: String) throws -> EncoderWeights.Norm {
    let size = configuration.hiddenSize
    return EncoderWeights.Norm(
      weight: try tensor(name + ".weight", [size]),
      bias: try bias(name + ".bias", size, isStored: configuration.hasNormBias))
  }

  func optionalLinear(
    _ name: String, _ outputs: Int, _ inputs: Int
  ) throws -> EncoderWeights.Linear? {
    guard try lookup(name + ".weight", [outputs, inputs]) != nil else { return nil }
    return try linear(name, outputs, inputs, hasBias: true)
  }

  func linear(
    _ name: String, _ outputs: Int, _ inputs: Int, hasBias: Bool
  ) throws -> EncoderWeights.Linear {
    EncoderWeights.Linear(
      weight: try tensor(name + ".weight", [outputs, inputs]),
      bias: try bias(name + ".bias", outputs, isStored: hasBias))
  }

  /// `count` layers of equal shape: each under its name, or all in the tensors of one name.
  ///
  /// All weights are looked up before the biases, so that whoever lays tensors out in this order can
  /// multiply by them as one.
  private func linears(
    _ names: [String], count: Int, _ outputs: Int, _ inputs: Int, hasBias: Bool
  ) throws -> [EncoderWeights.Linear] {
    guard names.count == 1 && count > 1 else {
      let weights = try names.map { try tensor($0 + ".weight", [outputs, inputs]) }
      let biases = try names.map { try bias($0 + ".bias", outputs, isStored: hasBias) }
      return zip(weights, biases).map { EncoderWeights.Linear(weight: $0, bias: $1) }
    }
    let fused = try linear(names[0], count * outputs, inputs, hasBias: hasBias)
    return (0..<count).map { part in
      EncoderWeights.Linear(
        weight: fused.weight.rows(part * outputs, [outputs, inputs]),
        bias: fused.bias.rows(part * outputs, [outputs]))
    }
  }

  private func bias(_ name: String, _ size: Int, isStored: Bool) throws -> WeightTensor {
    if isStored { return try tensor(name, [size]) }
    let zeros = Buffer<Float>(repeating: 0, count: size)
    return WeightTensor(name: name, shape: [size], pointer: zeros.pointer, owner: zeros)
  }

  private func tensor(_ name: String, _ shape: [Int]) throws -> WeightTensor {
    guard let tensor = try lookup(name, shape) else {
      throw FileError(place: place, expected: "a tensor \(name) \(shape)", found: "none")
    }
    precondition(tensor.shape == shape, "\(name): lookup gave \(tensor.shape), not \(shape)")
    found.append(tensor)
    return tensor
  }
}

extension WeightTensor {
  /// The part of `shape` that begins at row `first`.
  fileprivate func rows(_ first: Int, _ shape: [Int]) -> WeightTensor {
    let width = shape.dropFirst().reduce(1, *)
    return WeightTensor(
      name: "\(name)[\(first)...]", shape: shape, pointer: pointer + first * width, owner: owner)
  }
}
