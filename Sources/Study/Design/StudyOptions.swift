import Curation
import Files
import Training

/// How small a difference counts as none, as a fraction: 0.01 is one point. A few leaked items allow
/// no sharper answer, and matter less to the whole.
public struct Margins: Codable, Hashable, Sendable {
  /// On all test items.
  public var all: Double
  /// On leaked items, and on near ones.
  public var slice: Double
  /// On clean test items.
  public var clean: Double

  /// Each parameter is the property of that name.
  public init(all: Double = 0.01, slice: Double = 0.03, clean: Double = 0.02) {
    self.all = all
    self.slice = slice
    self.clean = clean
  }

  func of(_ slice: TestSlice) -> Double {
    switch slice {
    case .all: all
    case .leaked, .near: self.slice
    case .clean: clean
    }
  }
}

/// What a comparison of training sets compares, and how.
public struct StudyOptions: Codable, Hashable, Sendable {
  /// What is learned.
  public var task: LearningTask
  /// Of tags that records give as numbers, from 0.
  public var tagNames: [String]?
  /// Of sentence vectors; by the data if nil.
  public var similarityLoss: SimilarityLoss?
  /// Models per arm.
  public var seedCount: Int
  /// Test sets that the records are dealt into, each with models of its own; 1 for a single draw, or the test
  /// set that the user gave.
  public var foldCount: Int
  /// Share of the records drawn for testing, where the user gave no test set.
  public var testShare: Double
  /// A test item that no training record repeats is near at or above this cosine to one.
  public var nearThreshold: Float
  /// Arms that surely differ by less are equivalent.
  public var margins: Margins
  /// Whether models of smaller arms are also trained for as many passes over their records as `raw` has, and so
  /// with fewer updates; nil is no.
  public var comparesSameEpochs: Bool?
  /// Whether a development part chooses the learning rate of every arm; nil is no.
  public var tunesLearningRate: Bool?
  /// Decides every draw; the same seed gives the same result.
  public var seed: UInt64
  /// Texts are cut to this many tokens, special tokens included.
  public var maximumTokens: Int
  /// How the model learns.
  public var training: TrainingChoice

  /// Each parameter is the property of that name.
  public init(
    task: LearningTask = .classify, seedCount: Int = 3, foldCount: Int = 1,
    testShare: Double = 0.2,
    nearThreshold: Float = 0.75,
    margins: Margins = Margins(), seed: UInt64 = 0,
    maximumTokens: Int = 64, training: TrainingChoice = TrainingChoice()
  ) {
    self.task = task
    self.seedCount = seedCount
    self.foldCount = foldCount
    self.testShare = testShare
    self.nearThreshold = nearThreshold
    self.margins = margins
    self.seed = seed
    self.maximumTokens = maximumTokens
    self.training = training
  }

  /// More would leave few items to a fold, and cost as many models more.
  private static let mostFolds = 10

  /// - Throws: `FileError` for values that mean nothing.
  package func validate() throws {
    for (option, margin) in [
      (OptionName.margin, margins.all), (.marginSlice, margins.slice),
      (.marginClean, margins.clean),
    ] where !(margin > 0 && margin < 1) {
      throw FileError(option: option, expected: "a difference between 0 and 1", found: "\(margin)")
    }
    guard seedCount >= 1 else {
      throw CurationError(option: .seeds, expected: "at least 1", found: "\(seedCount)")
    }
    guard (1...Self.mostFolds).contains(foldCount) else {
      throw CurationError(
        option: .folds, expected: "a number from 1 to \(Self.mostFolds)", found: "\(foldCount)")
    }
    guard testShare > 0, testShare < 1 else {
      throw CurationError(
        option: .testShare, expected: "a share between 0 and 1", found: "\(testShare)")
    }
    if let steps = training.steps, steps < 1 {
      throw CurationError(option: .studySteps, expected: "at least one update", found: "\(steps)")
    }
    if let size = training.batchSize, size < 1 {
      throw CurationError(
        option: .batchSize, expected: "at least one text an update", found: "\(size)")
    }
    guard seedCount <= 10_000 else {
      throw CurationError(option: .seeds, expected: "at most 10000", found: "\(seedCount)")
    }
    try training.validateCounts(steps: .studySteps)
  }
}
