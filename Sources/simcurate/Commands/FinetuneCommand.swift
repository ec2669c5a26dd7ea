import ArgumentParser
import Curation
import Foundation
import Study
import Training
import Transformer

struct FinetuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finetune",
    abstract:
      "Fine-tune a model for labels, numbers or tags on the split and score it on the test part.",
    discussion: """
      The model may be of any family that embeds (BERT, DistilBERT, RoBERTa, XLM-RoBERTa, CamemBERT, MPNet, \
      ModernBERT, Nomic-BERT); the result is a Hugging Face model folder that transformers loads as \
      AutoModelForSequenceClassification. With --method lora the weights stay as they are and small \
      adapters beside them learn: the folder then holds both merged, and its folder adapter what \
      Python's PEFT opens. Beside its scores stand those of a nearest neighbor, a nearest \
      centroid and a linear model on the vectors of the index as they are, which it has to beat.

      Where the index has several labels a record (an array in JSON, or a field divided by index \
      --label-separator) each is learned by itself; the probability from which on a label holds is chosen on \
      the development part and saved with the model. With --task regress labels are numbers, and the model \
      gives one in their units. Neither has a baseline on frozen vectors.

      With --task pairs two texts are read together, as a tokenizer joins pairs: the index has two fields of \
      text (index --text-field question --text-field answer). Labels, sets or numbers are learned of them, as \
      the index has them; of two labels the second by name is the one that F1 and average precision are \
      about.

      With --task tokens the words of sentences are tagged, for named entities: the index holds CoNLL \
      files, or JSON lines with tokens and tags, or with entities by their offsets; IOB1, IOB2 and BIOES \
      are recognized. The result is an AutoModelForTokenClassification.

      Examples:
        simcurate finetune indexes/reviews --arm balanced --out my-model
        simcurate finetune indexes/essays --task regress --out my-grader
        simcurate finetune indexes/wnut17 --task tokens --out my-tagger
        simcurate finetune indexes/reviews --method lora --lora-rank 16 --lora-targets all-linear
      """)

  enum Task: String, ExpressibleByArgument, CaseIterable {
    case classify, regress, pairs, tokens

    /// What it learns of a text; nil if it learns of words.
    var learning: LearningTask? {
      switch self {
      case .classify: .classify
      case .regress: .regress
      case .pairs: .pairs
      case .tokens: nil
      }
    }
  }

  @OptionGroup var index: IndexArgument
  @Option(
    name: .long,
    help: ArgumentHelp("Training data: raw, deduped, balanced or random.", valueName: "arm"))
  var arm: Arm = .deduped
  @Option(
    name: .long,
    help: ArgumentHelp(
      "What to learn: classify (a label a text, or several), regress (a number a text), pairs (the same of "
        + "two texts) or tokens (a tag a word).", valueName: "task"))
  var task: Task = .classify
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Names of the tags, parted by commas, where records give numbers.", valueName: "names"))
  var tagNames: String?
  @Option(
    name: .long,
    help: ArgumentHelp("Model folder to write (default: in the index).", valueName: "dir"))
  var out: String?
  @OptionGroup var force: ForceOption
  @Option(name: .long, help: ArgumentHelp("Cut texts to this many tokens.", valueName: "n"))
  var maximumTokens = FinetuneOptions().maximumTokens
  @OptionGroup var model: ModelOptions
  @OptionGroup var training: TrainingArguments
  @OptionGroup var seed: SeedOption
  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    if tagNames != nil, task != .tokens {
      throw ValidationError("--tag-names needs --task tokens.")
    }
    guard maximumTokens >= 2 else {
      throw ValidationError("--maximum-tokens must be at least 2, got \(maximumTokens).")
    }
  }

  func run() throws {
    let console = common.begin()
    let index = try index.open(.exclusive, console)
    let options = FinetuneOptions(
      task: task.learning ?? .classify, arm: arm, maximumTokens: maximumTokens,
      training: training.choice, seed: seed.seed)
    let output = out.map { URL(fileURLWithPath: $0) }
    let summary =
      switch task {
      case .classify, .regress, .pairs:
        try FinetuneStep(
          index, model: model.open(), options: options, monitor: console.monitor
        ).run(output: output, replacing: force.force)
      case .tokens:
        try TagFinetuneStep(
          index, model: model.open(), options: options,
          tagNames: tagNames?.split(separator: ",").map(String.init), monitor: console.monitor
        ).run(output: output, replacing: force.force)
      }
    console.finish()
    try common.show(summary) { $0.text }
  }
}

extension Arm: ExpressibleByArgument {}
extension TrainingOptions.Schedule: ExpressibleByArgument {}
extension TrainingOptions.Precision: ExpressibleByArgument {}
extension Trainable.Method: ExpressibleByArgument {}

/// How models are trained; what is not given follows from the model and the data.
struct TrainingArguments: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("Passes over the training data (default: by its size).", valueName: "n"))
  var epochs: Int?
  @Option(name: .long, help: ArgumentHelp("Updates in all.", valueName: "n"))
  var steps: Int?
  @Option(name: .long, help: ArgumentHelp("Texts per update.", valueName: "n"))
  var batchSize: Int?
  @Option(
    name: .long,
    help: ArgumentHelp("Tokens per update instead: as many texts as they hold.", valueName: "n"))
  var batchTokens: Int?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "What learns: full (every weight, the default), bitfit (biases) or lora (adapters); the head "
        + "always does.", valueName: "kind"))
  var method: Trainable.Method?
  @Option(
    name: .long,
    help: ArgumentHelp("Inner dimension of the adapters (default: 8).", valueName: "r"))
  var loraRank: Int?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Adapters count alpha / rank times (default: twice the rank).", valueName: "x"))
  var loraAlpha: Float?
  @Option(
    name: .long, help: ArgumentHelp("Dropout before the adapters (default: 0).", valueName: "p"))
  var loraDropout: Float?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Layers with adapters by the last part of their names, parted by commas, or all-linear (default: "
        + "those of queries and values).", valueName: "names"))
  var loraTargets: String?
  @Option(
    name: .customLong("training-precision"),
    help: ArgumentHelp(
      "Products of a step: f32 or bf16 (default: bf16 where the processor has it); weights and sums "
        + "are float32.", valueName: "kind"))
  var precision: TrainingOptions.Precision?
  @Option(
    name: .long,
    help: ArgumentHelp("Updates between checkpoints (default: 200).", valueName: "n"))
  var saveEvery: Int?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Peak learning rate of AdamW (default: by the model's size).", valueName: "x")
  )
  var learningRate: Float?
  @Option(name: .long, help: ArgumentHelp("Decoupled weight decay.", valueName: "x"))
  var weightDecay: Float?
  @Option(
    name: .long, help: ArgumentHelp("Dropout probability (default: the model's).", valueName: "p"))
  var dropout: Float?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Evaluations on the development part without improvement before training stops.",
      valueName: "n"))
  var patience: Int?
  @Option(
    name: .long, help: ArgumentHelp("Lowest encoder layers that stay as they are.", valueName: "n"))
  var frozenLayers: Int?
  @Flag(name: .long, help: "Word, position and type embeddings stay as they are.")
  var freezeEmbeddings = false
  @Option(
    name: .long,
    help: ArgumentHelp(
      "What the learning rate does after the warm-up: linear (default), cosine or constant.",
      valueName: "kind"))
  var schedule: TrainingOptions.Schedule?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Part of all updates over which the learning rate grows (default: 0.1).", valueName: "x"))
  var warmUp: Float?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Learning rate of a layer in parts of that of the layer above (default: 1).", valueName: "x"))
  var layerDecay: Float?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Passes that an update is divided into: less memory, the same gradient (default: 1).",
      valueName: "n"))
  var accumulation: Int?
  @Option(
    name: .long,
    help: ArgumentHelp("Largest norm of the gradient, 0 for any (default: 1).", valueName: "x"))
  var gradientClipping: Float?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Share of each target spread evenly over all classes (default: 0).", valueName: "x"))
  var labelSmoothing: Float?
  @Flag(name: .long, help: "Rare classes count more in the loss, frequent ones less.")
  var balancedClasses = false

  mutating func validate() throws {
    for (name, value) in [
      ("--epochs", epochs), ("--steps", steps), ("--batch-size", batchSize),
      ("--patience", patience), ("--accumulation", accumulation), ("--lora-rank", loraRank),
      ("--batch-tokens", batchTokens), ("--save-every", saveEvery),
    ] {
      if let value, value < 1 { throw ValidationError("\(name) must be at least 1, got \(value).") }
    }
    if method != .lowRank, let name = adapterOption {
      throw ValidationError("\(name) needs --method lora.")
    }
    if let learningRate, !(learningRate > 0) {
      throw ValidationError("--learning-rate must be positive, got \(learningRate).")
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
    choice.freezesEmbeddings = freezeEmbeddings ? true : nil
    choice.schedule = schedule
    choice.warmup = warmUp
    choice.layerDecay = layerDecay
    choice.accumulation = accumulation
    choice.gradientClipping = gradientClipping
    choice.labelSmoothing = labelSmoothing
    choice.balancesClasses = balancedClasses ? true : nil
    choice.batchTokens = batchTokens
    choice.method = method
    choice.precision = precision
    choice.adapters = adapters
    choice.checkpointInterval = saveEvery
    return choice
  }
}

extension FinetuneSummary {
  var text: String {
    var text = nothingToDo ? "finetune: nothing to do; " : "finetune: "
    text += "\(arm.rawValue), \(metrics.trainingRecords) records, \(metrics.updates) updates"
    text += String(format: ", %.0f examples/s; ", metrics.examplesPerSecond)
    if let tagging = metrics.tagging { return text + tagging.text + "model: \(model)\n" }
    let scores =
      metrics.report?.table ?? metrics.multiLabel?.table ?? metrics.regression?.text ?? ""
    text += "scores on \(testRecords) test records:\n" + scores + baselines
    if let binary = metrics.binary { text += binary.text }
    if let threshold = metrics.threshold {
      text += String(format: "a label holds from a probability of %.3f on\n", threshold)
    }
    return text + "model: \(model)\n"
  }

  private var testRecords: Int {
    metrics.report.map { $0.classes.reduce(0) { $0 + $1.support } } ?? metrics.multiLabel?.items
      ?? metrics.regression?.items ?? 0
  }

  private var baselines: String {
    guard let baselines = metrics.baselines else { return "" }
    let scores = baselines.map { String(format: "%@ %.3f", $0.baseline.title, $0.accuracy) }
    var text = "on the frozen vectors: " + scores.joined(separator: ", ") + "\n"
    if let better = metrics.betterBaseline, let report = metrics.report {
      text += String(
        format: "WARNING: the model (%.3f) is below the %@ on the frozen vectors (%.3f); try more "
          + "--epochs, another --learning-rate, or keep that classifier\n",
        report.accuracy, better.baseline.title, better.accuracy)
    }
    return text
  }
}

extension ClassificationReport {
  /// The table of precision, recall, F1 and support, as scikit-learn's users know it.
  var table: String {
    scoreTable(
      Array(zip(labels, classes)),
      [("micro average", micro), ("macro average", macro), ("weighted average", weighted)])
      + String(format: "accuracy %.3f\n", accuracy)
  }
}

extension TagScores {
  var text: String {
    func line(_ name: String, _ scores: LabelScores) -> String {
      String(
        format: "%@ precision %.3f, recall %.3f, F1 %.3f on %d entities\n", name, scores.precision,
        scores.recall, scores.f1, scores.support)
    }
    return """
      scores on the test part's words:

      \(tags)
      and on its entities, exactly as they lie:

      \(entities)
      \(line("names that training had:    ", bySurface.seen))\
      \(line("names that training had not:", bySurface.unseen))
      """
  }
}
