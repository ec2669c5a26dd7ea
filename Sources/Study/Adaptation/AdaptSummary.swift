/// What adapting an encoder to judged pairs would change, on pairs it had not learned from.
public struct AdaptSummary: Codable, Hashable, Sendable {
  /// Fewer groups of tested pairs say too little.
  public static let leastGroups = 30

  /// How many pairs there are.
  public var pairs: Int
  /// How many of them are duplicates.
  public var duplicates: Int
  /// How many folds there are.
  public var folds: Int
  /// Pairs that were tested; the others join texts of two folds.
  public var tested: Int
  /// Groups of tested pairs that share no text.
  public var groups: Int
  /// As it was before.
  public var before: DuplicateScores
  /// As it is after.
  public var after: DuplicateScores
  /// By how much it became better.
  public var gain: DuplicateGain
  /// Whether the gain is above zero with its whole interval, from ``leastGroups`` groups or more.
  public var isRecommended: Bool
  /// The folder of the adapted encoder; nil where none is recommended.
  public var model: String?
  /// The cosine from which on pairs are duplicates to the adapted encoder.
  public var threshold: Double?
  /// The index that was embedded again, and where to.
  public var index: String?
  /// That the step took.
  public var seconds: Double
  /// Whether it had been done before, with the same options on the same input.
  public var nothingToDo: Bool
}

/// How an encoder is adapted.
public struct AdaptOptions: Codable, Hashable, Sendable {
  /// At least 3: to train by, to choose by, and to test by.
  public var folds = 5
  /// Decides every draw; the same seed gives the same result.
  public var seed: UInt64 = 0
  /// One that takes scores, of which duplicates have 1 and other pairs 0.
  public var similarity = SimilarityChoice()
  /// Texts are cut to so many tokens, special tokens included.
  public var maximumTokens = 128
  /// How the model learns.
  public var training = TrainingChoice()

  /// Each parameter is the property of that name.
  public init() { similarity.loss = .contrastive }
}
