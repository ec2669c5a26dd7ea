/// Where training stands after a step.
public struct TrainingProgress: Sendable {
  /// Update steps made so far.
  public var step: Int
  /// Update steps planned (early stopping may end before).
  public var totalSteps: Int
  /// Epoch of the step, from 0.
  public var epoch: Int
  /// Mean loss of the step's batch.
  public var loss: Float
  /// Learning rate the step used.
  public var learningRate: Float
  /// Global gradient norm before clipping.
  public var gradientNorm: Float
  /// Throughput since training began (or was resumed), evaluations included.
  public var examplesPerSecond: Double
  /// Development result, where the step was followed by an evaluation.
  public var development: DevelopmentResult?
}

/// How a model does on the development set.
public struct DevelopmentResult: Codable, Hashable, Sendable {
  /// Step after which it was measured.
  public var step: Int
  /// Mean loss (no smoothing, no class weights).
  public var loss: Float
  /// What the task measures, all but the loss.
  public var scores: [TrainingOptions.Metric: Double]

  /// - Parameter step: after which it was measured.
  public init(step: Int, loss: Float, scores: [TrainingOptions.Metric: Double]) {
    self.step = step
    self.loss = loss
    self.scores = scores
  }
}

/// What a finished (or interrupted) training did.
public struct TrainingSummary: Codable, Hashable, Sendable {
  /// One update step.
  public struct Step: Codable, Hashable, Sendable {
    /// Its number, from 1.
    public var step: Int
    /// Passes over the training data that are done after it.
    public var epoch: Double
    /// Mean loss of its batch.
    public var loss: Float
    /// Learning rate it used.
    public var learningRate: Float
    /// Global gradient norm before clipping.
    public var gradientNorm: Float
  }

  /// Every update step, in order.
  public var history: [Step] = []
  /// Every development evaluation, in order.
  public var evaluations: [DevelopmentResult] = []
  /// Step whose weights the classifier now has; the last one where nothing was evaluated.
  public var bestStep = 0
  /// What chose ``bestStep`` among the evaluations.
  public var metric: TrainingOptions.Metric?
  /// Whether ``TrainingOptions/patience`` ended training before the planned steps.
  public var stoppedEarly = false
  /// Whether `shouldStop` ended training; a checkpoint then allows to resume.
  public var interrupted = false
  /// Wall-clock seconds of this process's part, evaluations included.
  public var seconds: Double = 0
  /// Training examples per second of this process's part, evaluations excluded.
  public var examplesPerSecond: Double = 0
  /// Tokens that went through the encoder in update steps of all parts (none of them padding).
  public var tokens = 0
}
