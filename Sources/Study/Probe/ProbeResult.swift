/// What a probe found: of each arm, and of each arm less the first.
public struct ProbeResult: Codable, Equatable, Sendable {
  /// Version of this value's JSON form.
  public var format = 1
  /// Where the texts came from.
  public var source: String
  /// How many different texts ran.
  public var texts: Int
  /// Groups of texts that say the same, where somebody says so; else as many as texts.
  public var groups: Int
  /// Blocks of groups of the jackknife.
  public var blocks: Int
  /// Of the draw of texts.
  public var seed: UInt64
  /// Texts are cut to this many tokens, special ones included; each model's own limit if nil.
  public var maximumTokens: Int?
  /// Cosine of input embeddings from which on tokens are near.
  public var near: Double
  /// In the order given.
  public var arms: [ProbedArm]
  /// Of every arm but the first that has its layers and heads.
  public var differences: [ProbedDifference]
}

/// Models of one arm, pooled.
public struct ProbedArm: Codable, Equatable, Sendable {
  /// What it is called.
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
  /// The arm, and what is subtracted.
  public var arm: String
  /// The first arm.
  public var baseline: String
  /// Differences of every measure.
  public var layers: [ProbedLayer]
  /// Centered kernel alignment of the two arms' models at each layer.
  public var alignment: [Estimate?]
}

/// Measures of one layer; what has no value is left out.
public struct ProbedLayer: Codable, Equatable, Sendable {
  /// 0 for the embeddings.
  public var layer: Int
  /// Of the layer's output.
  public var states: [StateMeasure: Estimate]
  /// Means over the heads; empty of layer 0.
  public var attention: [AttentionMeasure: Estimate]
  /// The same of each head.
  public var heads: [[AttentionMeasure: Estimate]]
}
