/// How the model that `finetune` made last was trained.
public struct TrainingSection: Codable, Equatable, Sendable {
  /// Mean loss of the updates that end with `step`.
  public struct Point: Codable, Equatable, Sendable {
    public var step: Int
    public var loss: Double

    public init(step: Int, loss: Double) {
      self.step = step
      self.loss = loss
    }
  }

  /// What the development part said after an update.
  public struct Evaluation: Codable, Equatable, Sendable {
    public var step: Int
    public var loss: Double
    public var score: Double?

    public init(step: Int, loss: Double, score: Double?) {
      self.step = step
      self.loss = loss
      self.score = score
    }
  }

  public var run: String
  /// What ``Evaluation/score`` is.
  public var metric: String
  public var updates: Int
  /// The update whose weights the model has.
  public var bestStep: Int
  public var losses: [Point] = []
  public var evaluations: [Evaluation] = []
  public var source: String

  public init(run: String, metric: String, updates: Int, bestStep: Int, source: String) {
    self.run = run
    self.metric = metric
    self.updates = updates
    self.bestStep = bestStep
    self.source = source
  }
}
