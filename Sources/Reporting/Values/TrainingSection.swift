/// How the model that `finetune` made last was trained.
public struct TrainingSection: Codable, Equatable, Sendable {
  /// Mean loss of the updates that end with `step`.
  public struct Point: Codable, Equatable, Sendable {
    package var step: Int
    package var loss: Double

    package init(step: Int, loss: Double) {
      self.step = step
      self.loss = loss
    }
  }

  /// What the development part said after an update.
  public struct Evaluation: Codable, Equatable, Sendable {
    package var step: Int
    package var loss: Double
    package var score: Double?

    package init(step: Int, loss: Double, score: Double?) {
      self.step = step
      self.loss = loss
      self.score = score
    }
  }

  package var run: String
  /// What ``Evaluation/score`` is.
  public var metric: String
  package var updates: Int
  /// The update whose weights the model has.
  public var bestStep: Int
  package var losses: [Point] = []
  package var evaluations: [Evaluation] = []
  package var source: String

  package init(run: String, metric: String, updates: Int, bestStep: Int, source: String) {
    self.run = run
    self.metric = metric
    self.updates = updates
    self.bestStep = bestStep
    self.source = source
  }
}
