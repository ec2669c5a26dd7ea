/// What a probe found: of each arm, and of each arm less the first.
public struct ProbeResult: Codable, Equatable, Sendable {
  /// Version of this value's JSON form.
  public var format = 1
  /// Where the texts came from.
  public var source: String
  public var texts: Int
  /// Blocks of texts of the jackknife.
  public var blocks: Int
  public var seed: UInt64
  /// Texts are cut to this many tokens, special ones included; each model's own limit if nil.
  public var maximumTokens: Int?
  /// Cosine of input embeddings from which on tokens are near.
  public var near: Double
  public var arms: [ProbedArm]
  public var differences: [ProbedDifference]
}

/// Models of one arm, pooled.
public struct ProbedArm: Codable, Equatable, Sendable {
  public var name: String
  /// Folders.
  public var models: [String]
  /// Texts that fit into a window of the model twice.
  public var repeatedTexts: Int
  /// Texts cut at the limit of tokens.
  public var cutTexts: Int
  /// From the embeddings, layer 0, on.
  public var layers: [ProbedLayer]
  /// Centered kernel alignment of every two layers, mean over the models; nil where it has no value.
  public var alignment: [[Double?]]
  /// The same between different models of this arm at one layer, for the texts alone; empty of a single model.
  public var alignmentBetweenSeeds: [Estimate?]
}

/// One arm less another, where both have the same layers and heads.
public struct ProbedDifference: Codable, Equatable, Sendable {
  public var arm: String
  public var baseline: String
  public var layers: [ProbedLayer]
  /// Centered kernel alignment of the two arms' models at each layer.
  public var alignment: [Estimate?]
}

/// Measures of one layer; what has no value is left out.
public struct ProbedLayer: Codable, Equatable, Sendable {
  /// 0 for the embeddings.
  public var layer: Int
  public var states: [StateMeasure: Estimate]
  /// Means over the heads; empty of layer 0.
  public var attention: [AttentionMeasure: Estimate]
  public var heads: [[AttentionMeasure: Estimate]]
}
