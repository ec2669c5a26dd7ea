import ArgumentParser
import Curation
import Foundation
import Study
import Training
import Transformer

extension Arm: ExpressibleByArgument {}

/// What is learned, from what, and how: all that decides which model `finetune` makes.
struct FinetuneArguments: ParsableArguments {
  enum Task: String, ExpressibleByArgument, CaseIterable {
    case classify, regress, pairs, relations, tokens, similarity, questions

    /// What it learns of a text; nil if that is none of a label or number.
    var learning: LearningTask? {
      switch self {
      case .classify: .classify
      case .regress: .regress
      case .pairs: .pairs
      case .relations: .relations
      case .tokens, .similarity, .questions: nil
      }
    }
  }

  @Option(help: ArgumentHelp("Training data: raw, deduped, balanced or random.", valueName: "arm"))
  var arm: Arm = .deduped
  @Option(
    help: ArgumentHelp(
      "What to learn: classify (a label a text, or several), regress (a number a text), pairs (the same of "
        + "two texts), relations (a label of two marked entities), tokens (a tag a word), similarity "
        + "(sentence vectors) or questions (answers in texts).",
      valueName: "task"))
  var task: Task = .classify
  @OptionGroup var tagNames: TagNamesOption
  @Option(
    help: ArgumentHelp(
      "The label that is no relation, left out of the scores of relations (default: Other).",
      valueName: "name"))
  var otherLabel: String?
  @Option(
    within: TrainingOptions.Limits.maximumTokens,
    help:
      "Cut texts to this many tokens (default: \(FinetuneOptions().maximumTokens)); windows of a "
      + "question's context have \(AnswerFinder.standardTokens).", valueName: "n")
  var maximumTokens: Int?
  @Option(
    within: .atLeast(0),
    help: "Tokens that neighboring windows of a question's context share (default: "
      + "\(AnswerFinder.standardStride)).", valueName: "n")
  var stride: Int?
  @OptionGroup var similarity: SimilarityArguments
  @OptionGroup var model: ModelOptions
  @OptionGroup var training: TrainingArguments
  @OptionGroup var seed: SeedOption

  mutating func validate() throws {
    if tagNames.tagNames != nil, task != .tokens {
      throw ValidationError("--tag-names needs --task tokens.")
    }
    if otherLabel != nil, task != .relations {
      throw ValidationError("--other-label needs --task relations.")
    }
    if stride != nil, task != .questions {
      throw ValidationError("--stride needs --task questions.")
    }
    if task != .similarity, let name = similarity.given {
      throw ValidationError("\(name) needs --task similarity.")
    }
  }

  var tagNameList: [String]? { tagNames.list }

  private var tokens: Int {
    maximumTokens
      ?? (task == .questions ? AnswerFinder.standardTokens : FinetuneOptions().maximumTokens)
  }

  /// The step that learns to answer questions.
  func questionStep(_ index: OpenIndex, _ monitor: StepMonitor) throws -> QuestionFinetuneStep {
    QuestionFinetuneStep(
      index, model: try model.open(), options: options,
      stride: stride ?? AnswerFinder.standardStride, monitor: monitor)
  }

  var options: FinetuneOptions {
    var options = FinetuneOptions(
      task: task.learning ?? .classify, arm: arm, maximumTokens: tokens,
      training: training.choice, seed: seed.seed)
    options.otherLabel = otherLabel
    return options
  }

  /// How training would go.
  func trainingOptions(_ index: OpenIndex, _ monitor: StepMonitor) throws -> TrainingOptions {
    switch task {
    case .classify, .regress, .pairs, .relations:
      try FinetuneStep(index, model: model.open(), options: options, monitor: monitor)
        .trainingOptions()
    case .tokens:
      try TagFinetuneStep(
        index, model: model.open(), options: options, tagNames: tagNameList, monitor: monitor
      ).trainingOptions()
    case .similarity:
      try SimilarityFinetuneStep(
        index, model: model.open(), options: options, similarity: similarity.choice,
        monitor: monitor
      ).trainingOptions()
    case .questions: try questionStep(index, monitor).trainingOptions()
    }
  }

  /// The training without its test, on a share of its updates.
  func trial(_ index: OpenIndex, share: Double, _ monitor: StepMonitor) throws -> TrainingTrial {
    switch task {
    case .classify, .regress, .pairs, .relations:
      try FinetuneStep(index, model: model.open(), options: options, monitor: monitor)
        .trial(stepShare: share)
    case .tokens:
      try TagFinetuneStep(
        index, model: model.open(), options: options, tagNames: tagNameList, monitor: monitor
      ).trial(stepShare: share)
    case .similarity:
      try SimilarityFinetuneStep(
        index, model: model.open(), options: options, similarity: similarity.choice,
        monitor: monitor
      ).trial(stepShare: share)
    case .questions: try questionStep(index, monitor).trial(stepShare: share)
    }
  }

  /// Puts in what followed from model and data.
  mutating func settle(_ options: TrainingOptions, model folder: URL) {
    training.settle(options)
    maximumTokens = tokens
    if task == .questions { stride = stride ?? AnswerFinder.standardStride }
    if let own = options.similarity { similarity.settle(own) }
    model.model = folder.relativePath
  }
}
