import Training
import Transformer

/// What a user asks of training; what is nil follows from the model and the data.
public struct TrainingChoice: Codable, Hashable, Sendable {
  /// The highest learning rate; by the data if nil.
  public var learningRate: Float?
  /// Passes over the training data (in a study: over those of the arm `raw`).
  public var epochs: Int?
  /// Updates in all.
  public var steps: Int?
  /// Examples an update; by the data if nil.
  public var batchSize: Int?
  /// Of AdamW; a standard if nil.
  public var weightDecay: Float?
  /// Share of the activations left out; that of the model if nil.
  public var dropout: Float?
  /// Evaluations on the development part without improvement before training stops.
  public var patience: Int?
  /// So many of the lowest layers do not learn; all learn if nil.
  public var frozenLayers: Int?
  /// Whether the embeddings do not learn.
  public var freezesEmbeddings: Bool?
  /// How the learning rate goes down; linearly if nil.
  public var schedule: TrainingOptions.Schedule?
  /// Part of all updates.
  public var warmup: Float?
  /// The learning rate of a layer in parts of that of the layer above it.
  public var layerDecay: Float?
  /// Passes that an update is divided into.
  public var accumulation: Int?
  /// The gradient's largest norm; 0 for any.
  public var gradientClipping: Float?
  /// Part of the truth that is spread over all labels.
  public var labelSmoothing: Float?
  /// Whether rare labels count for more.
  public var balancesClasses: Bool?
  /// Tokens of an update, instead of a number of texts.
  public var batchTokens: Int?
  /// Which weights learn.
  public var method: Trainable.Method?
  /// Where the method has them.
  public var adapters: AdapterOptions?
  /// How steps multiply; the fastest that the processor has if nil.
  public var precision: TrainingOptions.Precision?
  /// Updates between checkpoints.
  public var checkpointInterval: Int?

  /// Each parameter is the property of that name.
  public init() {}

  /// A model to keep: evaluated on the development part after each pass, stopped when that no longer
  /// improves, the best pass kept.
  ///
  /// - Parameter records: of the training part.
  func takeHome(_ model: ModelConfiguration, records: Int, classes: Int, seed: UInt64)
    -> TrainingOptions
  {
    var options = common(model, seed: seed)
    options.patience = patience ?? 2
    options.epochs = epochs
    options.maximumSteps = steps
    if epochs == nil, steps == nil {
      let wanted = TrainingDefaults.takeHomeUpdates(records: records, classes: classes)
      let pass = max(1, (records + options.batchSize - 1) / options.batchSize)
      options.epochs = max(2, (wanted + pass - 1) / pass)
    }
    return options
  }

  /// The same number of updates for every arm and no development part.
  ///
  /// - Parameters:
  ///   - records: of the arm `raw`.
  ///   - classes: nil where no classes of texts are learned.
  func study(_ model: ModelConfiguration, records: Int, classes: Int?) -> TrainingOptions {
    var options = common(model, seed: 0)
    options.epochs = nil
    options.maximumSteps =
      steps ?? epochs.map { max(1, ($0 * records + options.batchSize - 1) / options.batchSize) }
      ?? TrainingDefaults.studyUpdates(records: records, classes: classes)
    return options
  }

  private func common(_ model: ModelConfiguration, seed: UInt64) -> TrainingOptions {
    var options = TrainingOptions()
    if let method { options.method = method }
    options.adapters = adapters
    options.precision = precision ?? .fastest
    options.learningRate =
      learningRate ?? TrainingDefaults.learningRate(model, options.method)
    options.head = .linear
    options.seed = seed
    if let batchSize { options.batchSize = batchSize }
    if let weightDecay { options.weightDecay = weightDecay }
    options.dropout = dropout
    if let frozenLayers { options.frozenLayers = frozenLayers }
    if let freezesEmbeddings { options.freezesEmbeddings = freezesEmbeddings }
    if let schedule { options.schedule = schedule }
    if let warmup { options.warmupFraction = warmup }
    if let layerDecay { options.layerDecay = layerDecay }
    if let accumulation { options.accumulation = accumulation }
    if let gradientClipping { options.gradientClipping = gradientClipping }
    if let labelSmoothing { options.labelSmoothing = labelSmoothing }
    options.batchTokens = batchTokens
    if let checkpointInterval { options.checkpointInterval = checkpointInterval }
    if let balancesClasses { options.balancesClasses = balancesClasses }
    return options
  }
}

extension TrainingOptions {
  /// The same for sentence vectors, which have no head.
  func ofVectors(_ similarity: SimilarityOptions) -> TrainingOptions {
    var options = self
    options.head = nil
    options.similarity = similarity
    return options
  }
}

/// How models are trained where the user does not say; decision 0008 has the measurements.
enum TrainingDefaults {
  /// 2e-4 for an encoder of all-MiniLM-L6-v2's size (10.6 million weights in its layers) and less in
  /// proportion for larger ones: 2.5e-5 for BERT base, within the 2e-5 to 5e-5 that its authors found
  /// best (Devlin et al., 2019, appendix A.3).
  ///
  /// What learns beside frozen weights takes ten times as much, as is usual for adapters.
  static func learningRate(_ model: ModelConfiguration, _ method: Trainable.Method) -> Float {
    let weights = Float(12 * model.layers * model.hiddenSize * model.hiddenSize)
    let full = min(5e-4, max(1e-5, 2e-4 * 10.6e6 / weights))
    return method == .full ? full : min(3e-3, 10 * full)
  }

  /// Updates of 16 texts: in proportion to the records, and no fewer than the classes need.
  static func takeHomeUpdates(records: Int, classes: Int) -> Int {
    max(200, 10 * classes, records * 3 / 16)
  }

  /// The same in a study, where fifty classes or more get three passes, and so does what is no class.
  static func studyUpdates(records: Int, classes: Int?) -> Int {
    guard let classes else { return max(100, min(2_000, records * 3 / 16)) }
    return classes >= 50
      ? max(6 * classes, min(2_000, records * 3 / 16))
      : max(100, 6 * classes, min(1_000, records * 5 / 4 / 16))
  }
}
