import Kernels

/// An encoder's parameters, in the shape of the one block that all families are settings of.
///
/// The same tree serves a mapped file and an arena that training changes: it is built from whatever
/// finds a tensor by its name. One tensor of queries, keys and values appears as three views, and a
/// bias that the family lacks as zeros, so that whoever computes need not tell families apart.
package struct EncoderWeights: Sendable {
  /// y = x Wᵀ + b: weight `[outputs, inputs]`, bias `[outputs]`.
  package struct Linear: Sendable {
    /// `[outputs, inputs]`.
    package let weight: WeightTensor
    /// `[outputs]`; zeros where the family has none.
    package let bias: WeightTensor
    /// Numbers a row of the result.
    package var outputs: Int { weight.shape[0] }
    /// Numbers a row of what it is applied to.
    package var inputs: Int { weight.shape[1] }
  }

  /// Layer normalization: both `[hidden]`.
  package struct Norm: Sendable {
    /// `[hidden]`, the scale.
    package let weight: WeightTensor
    /// `[hidden]`, the shift; zeros where the family has none.
    package let bias: WeightTensor
  }

  /// One of the encoder's layers.
  package struct Layer: Sendable {
    package let query: Linear
    package let key: Linear
    package let value: Linear
    package let attentionOutput: Linear
    /// Nil in a first layer that follows the embeddings' norm directly (ModernBERT).
    package let attentionNorm: Norm?
    /// What the activation takes.
    package let intermediate: Linear
    /// In a gated block, what the activated values are multiplied by.
    package let multiplier: Linear?
    package let output: Linear
    package let feedForwardNorm: Norm
  }

  /// `[vocabulary, hidden]`
  package let wordEmbeddings: WeightTensor
  /// `[positions, hidden]`; nil with rotary positions.
  package let positionEmbeddings: WeightTensor?
  /// `[token types, hidden]`; nil where the family has none.
  package let tokenTypeEmbeddings: WeightTensor?
  package let embeddingNorm: Norm
  /// `[buckets, heads]`: a bias on scores by distance.
  package let relativeBias: WeightTensor?
  package let layers: [Layer]
  /// After the last layer, where norms come before the products.
  package let finalNorm: Norm?
  /// The dense layer (followed by tanh) over the first token, that classification heads use;
  /// sentence embeddings do not, and many files leave it out.
  package let pooler: Linear?
  /// Every stored tensor, in the order of the forward pass; names lack the architecture's prefix.
  package let all: [WeightTensor]

  /// Finds a tensor of a name (without the architecture's prefix, as ``all`` lists them) and a
  /// shape, `nil` if there is none of that name; throws if its shape is another.
  package typealias Lookup = (_ name: String, _ shape: [Int]) throws -> WeightTensor?

  /// Collects the tensors of `configuration` by `lookup`.
  ///
  /// - Parameter place: names the source in errors.
  /// - Throws: `FileError` naming the first missing tensor, or what `lookup` throws.
  package init(_ configuration: ModelConfiguration, place: String, lookup: @escaping Lookup) throws
  {
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
