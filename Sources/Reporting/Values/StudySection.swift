import Study

/// Whether filtering changed generalization.
public struct StudySection: Codable, Equatable, Sendable {
  /// How one arm was trained.
  public struct Arm: Codable, Equatable, Sendable {
    public var name: String
    /// What its training data are, in a few words.
    public var description: String
    public var trainingItems: Int
    public var updates: Int?
    public var epochs: Double?

    public init(
      name: String, description: String, trainingItems: Int, updates: Int? = nil,
      epochs: Double? = nil
    ) {
      self.name = name
      self.description = description
      self.trainingItems = trainingItems
      self.updates = updates
      self.epochs = epochs
    }
  }

  /// Scores of one class.
  public struct ClassRow: Codable, Equatable, Sendable {
    public var label: String
    public var precision: Double
    public var recall: Double
    public var f1: Double
    public var support: Int

    public init(label: String, precision: Double, recall: Double, f1: Double, support: Int) {
      self.label = label
      self.precision = precision
      self.recall = recall
      self.f1 = f1
      self.support = support
    }
  }

  /// Training loss of one run.
  public struct Curve: Codable, Equatable, Sendable {
    public struct Point: Codable, Equatable, Sendable {
      public var step: Int
      public var loss: Double

      public init(step: Int, loss: Double) {
        self.step = step
        self.loss = loss
      }
    }

    public var arm: String
    public var seed: UInt64
    public var points: [Point]

    public init(arm: String, seed: UInt64, points: [Point]) {
      self.arm = arm
      self.seed = seed
      self.points = points
    }
  }

  /// The score on the group-disjoint test part: a score that near-duplicates cannot inflate.
  public struct HonestScore: Codable, Equatable, Sendable {
    public var arm: String
    public var metric: Metric
    public var score: Estimate
    /// What it was scored on, in a few words.
    public var description: String
    /// Classifiers on the frozen vectors of the same records, by accuracy.
    public var baselines: [FrozenScore]?

    public init(arm: String, metric: Metric, score: Estimate, description: String) {
      self.arm = arm
      self.metric = metric
      self.score = score
      self.description = description
    }
  }

  /// What the study's models took.
  public struct Cost: Codable, Equatable, Sendable {
    public var models: Int
    /// Of all models together.
    public var updates: Int
    /// Of training and testing them, one after another.
    public var seconds: Double

    public init(models: Int, updates: Int, seconds: Double) {
      self.models = models
      self.updates = updates
      self.seconds = seconds
    }
  }

  public var analysis: StudyAnalysis
  public var arms: [Arm]
  /// How test items, arms and models were made, as running text.
  public var methods: String?
  /// Every option of the comparison and of its models.
  public var parameters: [Provenance.Fact] = []
  public var cost: Cost?
  /// The arm whose classes are shown, and their rows.
  public var classArm: String?
  public var classes: [ClassRow] = []
  public var curves: [Curve] = []
  public var honest: HonestScore?
  public var source: String

  public init(analysis: StudyAnalysis, arms: [Arm], source: String) {
    self.analysis = analysis
    self.arms = arms
    self.source = source
  }
}
