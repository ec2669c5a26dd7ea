import Study

/// Whether filtering changed generalization.
public struct StudySection: Codable, Equatable, Sendable {
  /// How one arm was trained.
  public struct Arm: Codable, Equatable, Sendable {
    package var name: String
    /// What its training data are, in a few words.
    public var description: String
    package var trainingItems: Int
    package var updates: Int?
    package var epochs: Double?

    package init(
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
    package var label: String
    package var precision: Double
    package var recall: Double
    package var f1: Double
    package var support: Int

    package init(label: String, precision: Double, recall: Double, f1: Double, support: Int) {
      self.label = label
      self.precision = precision
      self.recall = recall
      self.f1 = f1
      self.support = support
    }
  }

  /// Training loss of one run.
  public struct Curve: Codable, Equatable, Sendable {
    package struct Point: Codable, Equatable, Sendable {
      package var step: Int
      package var loss: Double

      package init(step: Int, loss: Double) {
        self.step = step
        self.loss = loss
      }
    }

    package var arm: String
    package var seed: UInt64
    /// Nil where the test set is one.
    package var fold: Int?
    package var points: [Point]

    package init(arm: String, seed: UInt64, fold: Int? = nil, points: [Point]) {
      self.arm = arm
      self.seed = seed
      self.fold = fold
      self.points = points
    }
  }

  /// The score on the group-disjoint test part: a score that near-duplicates cannot inflate.
  public struct HonestScore: Codable, Equatable, Sendable {
    /// What is trained on.
    public var arm: String
    /// What is measured.
    public var metric: Metric
    /// The score.
    public var score: Estimate
    /// What it was scored on, in a few words.
    public var description: String
    /// Classifiers on the frozen vectors of the same records, by accuracy.
    public var baselines: [FrozenScore]?

    /// Each parameter is the property of that name.
    public init(arm: String, metric: Metric, score: Estimate, description: String) {
      self.arm = arm
      self.metric = metric
      self.score = score
      self.description = description
    }
  }

  /// What the study's models took.
  package struct Cost: Codable, Equatable, Sendable {
    package var models: Int
    /// Of all models together.
    package var updates: Int
    /// Of training and testing them, one after another.
    package var seconds: Double

    package init(models: Int, updates: Int, seconds: Double) {
      self.models = models
      self.updates = updates
      self.seconds = seconds
    }
  }

  package var analysis: StudyAnalysis
  package var arms: [Arm]
  /// How test items, arms and models were made, as running text.
  package var methods: String?
  /// Every option of the comparison and of its models.
  package var parameters: [Provenance.Fact] = []
  package var cost: Cost?
  /// The arm whose classes are shown, and their rows.
  public var classArm: String?
  package var classes: [ClassRow] = []
  package var curves: [Curve] = []
  package var honest: HonestScore?
  package var source: String

  package init(analysis: StudyAnalysis, arms: [Arm], source: String) {
    self.analysis = analysis
    self.arms = arms
    self.source = source
  }
}
