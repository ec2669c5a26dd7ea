import Kernels

/// An encoder's parameters, in the shape of the one block that all families are settings of.
///
/// The same tree serves a mapped file and an arena that training changes: it is built from whatever
/// finds a tensor by its name. One tensor of queries, keys and values appears as three views, and a
/// bias that the family lacks as zeros, so that whoever computes need not tell families apart.
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
    /// Nil in a first layer that follows the embeddings' norm directly (ModernBERT).
    public let attentionNorm: Norm?
    /// What the activation takes.
    public let intermediate: Linear
    /// In a gated block, what the activated values are multiplied by.
    public let multiplier: Linear?
    public let output: Linear
    public let feedForwardNorm: Norm
  }

  /// `[vocabulary, hidden]`
  public let wordEmbeddings: WeightTensor
  /// `[positions, hidden]`; nil with rotary positions.
  public let positionEmbeddings: WeightTensor?
  /// `[token types, hidden]`; nil where the family has none.
  public let tokenTypeEmbeddings: WeightTensor?
  public let embeddingNorm: Norm
  /// `[buckets, heads]`: a bias on scores by distance.
  public let relativeBias: WeightTensor?
  public let layers: [Layer]
  /// After the last layer, where norms come before the products.
  public let finalNorm: Norm?
  /// The dense layer (followed by tanh) over the first token, that classification heads use;
  /// sentence embeddings do not, and many files leave it out.
  public let pooler: Linear?
  /// Every stored tensor, in the order of the forward pass; names lack the architecture's prefix.
  public let all: [WeightTensor]

  /// Finds a tensor of a name (without the architecture's prefix, as ``all`` lists them) and a
  /// shape, `nil` if there is none of that name; throws if its shape is another.
  public typealias Lookup = (_ name: String, _ shape: [Int]) throws -> WeightTensor?

  /// Collects the tensors of `configuration` by `lookup`.
  ///
  /// - Parameter place: names the source in errors.
  /// - Throws: ``ModelError`` naming the first missing tensor, or what `lookup` throws.
  public init(_ configuration: ModelConfiguration, place: String, lookup: @escaping Lookup) throws {
    let finder = WeightFinder(configuration, place: place, lookup: lookup)
    let names = configuration.architecture
    let hidden = configuration.hiddenSize
    wordEmbeddings = try finder.table(names.wordEmbeddings, [configuration.vocabularySize, hidden])
    positionEmbeddings =
      switch names.positions {
      case .rotary: nil
      case .table, .tableAfterPadding:
        try finder.table(
          names.positionEmbeddings,
          [configuration.maximumPositions + configuration.positionOffset, hidden])
      }
    tokenTypeEmbeddings = try names.tokenTypeEmbeddings.map {
      try finder.table($0, [configuration.tokenTypes, hidden])
    }
    embeddingNorm = try finder.norm(names.embeddingNorm)
    relativeBias = try names.relativeBias.map {
      try finder.table($0, [RelativeBuckets.count, configuration.heads])
    }
    layers = try (0..<configuration.layers).map { try finder.layer($0) }
    finalNorm = try names.finalNorm.map { try finder.norm($0) }
    pooler = try names.pooler.flatMap { try finder.optionalLinear($0, hidden, hidden) }
    all = finder.found
  }
}
