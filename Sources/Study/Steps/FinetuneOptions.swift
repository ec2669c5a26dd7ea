import Training
import Transformer

/// What to fine-tune on, and how.
public struct FinetuneOptions: Codable, Hashable, Sendable {
  /// What is learned.
  public var task: LearningTask
  /// Of relations the label that is none, and is left out of their scores; nil for SemEval's `Other`.
  public var otherLabel: String?
  /// What is trained on.
  public var arm: Arm
  /// Of tags that records give as numbers, from 0; nil where they are names.
  public var tagNames: [String]?
  /// How pairs are made for sentence vectors.
  public var similarity = SimilarityChoice()
  /// Tokens that neighboring windows of a question's context have in common; a standard if nil.
  public var stride: Int?
  /// Texts are cut to this many tokens, special tokens included; contexts of questions are read in windows of
  /// so many.
  public var maximumTokens: Int
  /// Training records of each label; all if nil.
  public var shots: Int?
  /// Classes from few examples: how sentence vectors learn them before logistic regression does; nil where a
  /// classifier's own head does.
  public var fewShot: FewShotChoice?
  /// How the model learns.
  public var training: TrainingChoice
  /// Decides every draw; the same seed gives the same result.
  public var seed: UInt64

  /// Of a text that is cut.
  public static let standardTokens = 128

  /// - Parameter maximumTokens: what the task wants if nil.
  public init(
    task: LearningTask = .classify, arm: Arm = .deduped, maximumTokens: Int? = nil,
    training: TrainingChoice = TrainingChoice(), seed: UInt64 = 0
  ) {
    self.task = task
    self.arm = arm
    self.maximumTokens =
      maximumTokens ?? (task == .questions ? AnswerFinder.standardTokens : Self.standardTokens)
    self.training = training
    self.seed = seed
  }
}

/// How pairs of texts teach sentence vectors which are of the same label.
public struct FewShotChoice: Codable, Hashable, Sendable {
  /// Of the same label for each text, and as many of different labels.
  public var pairsPerText: Int?
  /// Of pairs scored 1 and 0: cosine or contrastive; the former if nil.
  public var loss: SimilarityLoss?
  /// Differences surely smaller than this count as none.
  public var margin: Float?

  /// Each parameter is the property of that name.
  public init() {}

  static let pairsPerText = 20
}
