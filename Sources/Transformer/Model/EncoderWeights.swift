/// An encoder's parameters, in the shape of its weight-name tree.
///
/// The same tree serves a mapped file and an arena that training changes: it is built from whatever
/// finds a tensor by its name.
public struct EncoderWeights: Sendable {
  /// y = x Wᵀ + b: weight `[outputs, inputs]`, bias `[outputs]`.
  public struct Linear: Sendable {
    public let weight: WeightTensor
    public let bias: WeightTensor
    public var outputs: Int { weight.shape[0] }
    public var inputs: Int { weight.shape[1] }
  }

  /// Layer normalization: both `[hidden]`.
  public struct Norm: Sendable {
    public let weight: WeightTensor
    public let bias: WeightTensor
  }

  public struct Layer: Sendable {
    public let query: Linear
    public let key: Linear
    public let value: Linear
    public let attentionOutput: Linear
    public let attentionNorm: Norm
    public let intermediate: Linear
    public let output: Linear
    public let outputNorm: Norm
  }

  /// `[vocabulary, hidden]`
  public let wordEmbeddings: WeightTensor
  /// `[positions, hidden]`
  public let positionEmbeddings: WeightTensor
  /// `[token types, hidden]`
  public let tokenTypeEmbeddings: WeightTensor
  public let embeddingNorm: Norm
  public let layers: [Layer]
  /// The dense layer (followed by tanh) over the first token, that classification heads use;
  /// sentence embeddings do not, and many files leave it out.
  public let pooler: Linear?

  /// Finds a tensor of a name (without the architecture's prefix, as ``all`` lists them) and a
  /// shape, `nil` if there is none of that name; throws if its shape is another.
  public typealias Lookup = (_ name: String, _ shape: [Int]) throws -> WeightTensor?

  /// Collects the tensors of `configuration` by `lookup`.
  ///
  /// - Parameter place: names the source in errors.
  /// - Throws: ``ModelError`` naming the first missing tensor, or what `lookup` throws.
  public init(_ configuration: ModelConfiguration, place: String, lookup: @escaping Lookup) throws {
    let finder = Finder(place: place, lookup: lookup)
    let names = configuration.architecture
    let hidden = configuration.hiddenSize
    let positions = configuration.maximumPositions + names.positionOffset
    wordEmbeddings = try finder.table(
      names.wordEmbeddings, [configuration.vocabularySize, hidden])
    positionEmbeddings = try finder.table(names.positionEmbeddings, [positions, hidden])
    tokenTypeEmbeddings = try finder.table(
      names.tokenTypeEmbeddings, [configuration.tokenTypes, hidden])
    embeddingNorm = try finder.norm(names.embeddingNorm, hidden)
    layers = try (0..<configuration.layers).map {
      try Layer(configuration, number: $0, finder: finder)
    }
    pooler = try finder.optionalLinear(names.pooler, hidden, hidden)
  }

  /// Every tensor, in the order of the forward pass; names lack the architecture's prefix.
  public var all: [WeightTensor] {
    var tensors = [wordEmbeddings, positionEmbeddings, tokenTypeEmbeddings]
    tensors += [embeddingNorm.weight, embeddingNorm.bias]
    tensors += layers.flatMap(\.all)
    if let pooler { tensors += [pooler.weight, pooler.bias] }
    return tensors
  }
}

extension EncoderWeights.Layer {
  fileprivate init(
    _ configuration: ModelConfiguration, number: Int, finder: EncoderWeights.Finder
  ) throws {
    let hidden = configuration.hiddenSize
    let wide = configuration.intermediateSize
    let names = configuration.architecture
    func name(_ pattern: String) -> String {
      pattern.split(separator: "#", maxSplits: 1).joined(separator: "\(number)")
    }
    query = try finder.linear(name(names.query), hidden, hidden)
    key = try finder.linear(name(names.key), hidden, hidden)
    value = try finder.linear(name(names.value), hidden, hidden)
    attentionOutput = try finder.linear(name(names.attentionOutput), hidden, hidden)
    attentionNorm = try finder.norm(name(names.attentionNorm), hidden)
    intermediate = try finder.linear(name(names.intermediate), wide, hidden)
    output = try finder.linear(name(names.output), hidden, wide)
    outputNorm = try finder.norm(name(names.outputNorm), hidden)
  }

  fileprivate var all: [WeightTensor] {
    [query, key, value, attentionOutput].flatMap { [$0.weight, $0.bias] }
      + [attentionNorm.weight, attentionNorm.bias]
      + [intermediate, output].flatMap { [$0.weight, $0.bias] }
      + [outputNorm.weight, outputNorm.bias]
  }
}

extension EncoderWeights {
  fileprivate struct Finder {
    let place: String
    let lookup: Lookup

    func tensor(_ name: String, _ shape: [Int]) throws -> WeightTensor {
      guard let tensor = try lookup(name, shape) else {
        throw ModelError(place: place, expected: "a tensor \(name) \(shape)", found: "none")
      }
      precondition(tensor.shape == shape, "\(name): lookup gave \(tensor.shape), not \(shape)")
      return tensor
    }

    func table(_ name: String, _ shape: [Int]) throws -> WeightTensor {
      try tensor(name + ".weight", shape)
    }

    func linear(_ name: String, _ outputs: Int, _ inputs: Int) throws -> Linear {
      Linear(
        weight: try tensor(name + ".weight", [outputs, inputs]),
        bias: try tensor(name + ".bias", [outputs]))
    }

    func optionalLinear(_ name: String, _ outputs: Int, _ inputs: Int) throws -> Linear? {
      guard try lookup(name + ".weight", [outputs, inputs]) != nil else { return nil }
      return try linear(name, outputs, inputs)
    }

    func norm(_ name: String, _ size: Int) throws -> Norm {
      Norm(weight: try tensor(name + ".weight", [size]), bias: try tensor(name + ".bias", [size]))
    }
  }
}
