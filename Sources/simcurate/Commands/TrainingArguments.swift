import ArgumentParser
import Study
import Training
import Transformer

extension TrainingOptions.Schedule: ExpressibleByArgument {}
extension TrainingOptions.Precision: ExpressibleByArgument {}
extension Trainable.Method: ExpressibleByArgument {}

/// How models are trained; what has no value here follows from the model and the data.
///
/// Name, kind, default and limit of an option stand here and nowhere else: recipes, the printed
/// configuration and searches read them off these declarations.
struct TrainingArguments: ParsableArguments {
  private typealias Limits = TrainingOptions.Limits
  private static let standard = TrainingOptions()

  @Option(
    within: Limits.epochs, help: "Passes over the training data (default: by its size).",
    valueName: "n")
  var epochs: Int?
  @Option(
    within: Limits.updates, help: "Updates in all; with --epochs whichever ends first.",
    valueName: "n")
  var steps: Int?
  @Option(within: Limits.count, help: "Texts per update.", valueName: "n")
  var batchSize = Self.standard.batchSize
  @Option(
    within: Limits.count, help: "Tokens per update instead: as many texts as they hold.",
    valueName: "n")
  var batchTokens: Int?
  @Option(
    help: ArgumentHelp(
      "What learns: full (every weight), bitfit (biases), lora (adapters) or head (nothing else; of labels in "
        + "seconds, on the vectors of the index); the head always does.",
      valueName: "kind"))
  var method = Self.standard.method
  @Option(
    within: Limits.count, help: "Inner dimension of the adapters (default: 8).",
    valueName: "r")
  var loraRank: Int?
  @Option(
    within: Limits.adapterScale,
    help: "Adapters count alpha / rank times (default: twice the rank).",
    valueName: "x")
  var loraAlpha: Float?
  @Option(within: Limits.dropout, help: "Dropout before the adapters (default: 0).", valueName: "p")
  var loraDropout: Float?
  @Option(
    help: ArgumentHelp(
      "Layers with adapters by the last part of their names, parted by commas, or all-linear (default: "
        + "those of queries and values).", valueName: "names"))
  var loraTargets: String?
  @Option(
    help: ArgumentHelp(
      "Products of a step: f32 or bf16 (default: bf16 where the processor is faster with it); weights and sums "
        + "are float32.", valueName: "kind"))
  var trainingPrecision: TrainingOptions.Precision?
  @Option(within: Limits.count, help: "Updates between checkpoints.", valueName: "n")
  var saveEvery = Self.standard.checkpointInterval
  @Option(
    within: Limits.learningRate,
    help: "Peak learning rate of AdamW (default: by the model's size).",
    valueName: "x")
  var learningRate: Float?
  @Option(within: Limits.weightDecay, help: "Decoupled weight decay.", valueName: "x")
  var weightDecay = Self.standard.weightDecay
  @Option(
    within: Limits.dropout, help: "Dropout probability (default: the model's).",
    valueName: "p")
  var dropout: Float?
  @Option(
    within: Limits.count,
    help: "Evaluations on the development part without improvement before training stops.",
    valueName: "n")
  var patience: Int?
  @Option(
    within: Limits.frozenLayers, help: "Lowest encoder layers that stay as they are.",
    valueName: "n")
  var frozenLayers = Self.standard.frozenLayers
  @Flag(inversion: .prefixedNo, help: "Word, position and type embeddings stay as they are.")
  var freezeEmbeddings = false
  @Option(
    help: ArgumentHelp(
      "What the learning rate does after the warm-up: linear, cosine or constant.",
      valueName: "kind"))
  var schedule = Self.standard.schedule
  @Option(
    within: Limits.warmUp, help: "Part of all updates over which the learning rate grows.",
    valueName: "x")
  var warmUp = Self.standard.warmupFraction
  @Option(
    within: Limits.layerDecay,
    help: "Learning rate of a layer in parts of that of the layer above.",
    valueName: "x")
  var layerDecay = Self.standard.layerDecay
  @Option(
    within: Limits.count,
    help: "Passes that an update is divided into: less memory, the same gradient.",
    valueName: "n")
  var accumulation = Self.standard.accumulation
  @Option(
    within: Limits.gradientClipping, help: "Largest norm of the gradient, 0 for any.",
    valueName: "x")
  var gradientClipping = Self.standard.gradientClipping
  @Option(
    within: Limits.labelSmoothing, help: "Share of each target spread evenly over all classes.",
    valueName: "x")
  var labelSmoothing = Self.standard.labelSmoothing
  @Flag(inversion: .prefixedNo, help: "Rare classes count more in the loss, frequent ones less.")
  var balancedClasses = false

  mutating func validate() throws {
    if method != .lowRank, let name = adapterOption {
      throw ValidationError("\(name) needs --method lora.")
    }
  }

  /// An option that only adapters have.
  private var adapterOption: String? {
    let given: [(String, Bool)] = [
      ("--lora-rank", loraRank != nil), ("--lora-alpha", loraAlpha != nil),
      ("--lora-dropout", loraDropout != nil), ("--lora-targets", loraTargets != nil),
    ]
    return given.first { $0.1 }?.0
  }

  private var adapters: AdapterOptions? {
    guard method == .lowRank else { return nil }
    var adapters = AdapterOptions()
    if let loraRank { adapters.rank = loraRank }
    adapters.alpha = loraAlpha ?? Float(2 * adapters.rank)
    if let loraDropout { adapters.dropout = loraDropout }
    adapters.targets = loraTargets?.split(separator: ",").map(String.init)
    return adapters
  }

  var choice: TrainingChoice {
    var choice = TrainingChoice()
    choice.learningRate = learningRate
    choice.epochs = epochs
    choice.steps = steps
    choice.batchSize = batchSize
    choice.weightDecay = weightDecay
    choice.dropout = dropout
    choice.patience = patience
    choice.frozenLayers = frozenLayers
    choice.freezesEmbeddings = freezeEmbeddings
    choice.schedule = schedule
    choice.warmup = warmUp
    choice.layerDecay = layerDecay
    choice.accumulation = accumulation
    choice.gradientClipping = gradientClipping
    choice.labelSmoothing = labelSmoothing
    choice.balancesClasses = balancedClasses
    choice.batchTokens = batchTokens
    choice.method = method
    choice.precision = trainingPrecision
    choice.adapters = adapters
    choice.checkpointInterval = saveEvery
    return choice
  }

  /// Puts in what followed from model and data.
  mutating func settle(_ options: TrainingOptions) {
    learningRate = options.learningRate
    epochs = options.epochs
    steps = options.maximumSteps
    patience = options.patience
    trainingPrecision = options.precision
    guard let adapters = options.adapters else { return }
    loraRank = adapters.rank
    loraAlpha = adapters.alpha
    loraDropout = adapters.dropout
  }
}
