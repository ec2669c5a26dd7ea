import ArgumentParser
import Curation
import Foundation
import Study
import Training
import Transformer

extension Arm: ExpressibleByArgument {}

/// What is learned, from what, and how: all that decides which model `finetune` makes.
struct FinetuneArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Training data: raw, deduped, balanced or random.", valueName: "arm"))
  var arm: Arm = .deduped
  @Option(
    help: ArgumentHelp(
      "What to learn: classify (a label a text, or several), regress (a number a text), pairs (the same of "
        + "two texts), relations (a label of two marked entities), tokens (a tag a word), similarity "
        + "(sentence vectors) or questions (answers in texts).",
      valueName: "task"))
  var task: LearningTask = .classify
  @OptionGroup var tagNames: TagNamesOption
  @Option(
    help: ArgumentHelp(
      "The label that is no relation, left out of the scores of relations (default: Other).",
      valueName: "name"))
  var otherLabel: String?
  @Option(
    within: TrainingOptions.Limits.maximumTokens,
    help:
      "Cut texts to this many tokens (default: \(FinetuneOptions.standardTokens)); windows of a "
      + "question's context have \(AnswerFinder.standardTokens).", valueName: "n")
  var maximumTokens: Int?
  @Option(
    within: .atLeast(0),
    help: "Tokens that neighboring windows of a question's context share (default: "
      + "\(AnswerFinder.standardStride)).", valueName: "n")
  var stride: Int?
  @OptionGroup var fewShot: FewShotArguments
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
    try validateFewShot()
    if task != .similarity, let name = similarity.given(besides: fewShot.fewShot) {
      throw ValidationError("\(name) needs --task similarity.")
    }
  }

  private func validateFewShot() throws {
    guard fewShot.fewShot else {
      guard fewShot.shots == nil || task.readsLabels && task != .regress else {
        throw ValidationError("--shots needs labels; --task \(task.rawValue) has none.")
      }
      return
    }
    guard task == .classify else { throw ValidationError("--few-shot needs --task classify.") }
    guard similarity.loss.map({ $0 == .cosine || $0 == .contrastive }) ?? true else {
      throw ValidationError("--few-shot takes --loss cosine or contrastive.")
    }
    guard training.method != .head else {
      throw ValidationError("--few-shot trains the encoder; leave out --method head, or it.")
    }
  }

  private var options: FinetuneOptions {
    var options = FinetuneOptions(
      task: task, arm: arm, maximumTokens: maximumTokens, training: training.choice,
      seed: seed.seed)
    options.otherLabel = otherLabel
    options.tagNames = tagNames.list
    options.similarity = similarity.choice
    options.stride = stride
    options.shots = fewShot.shots
    options.fewShot = fewShot.choice(similarity)
    return options
  }

  /// - Parameter memory: of what other trainings have read of the index.
  func step(
    _ index: OpenIndex, _ model: ModelFolder, _ monitor: StepMonitor,
    _ memory: LearningMemory = LearningMemory()
  ) -> FinetuneStep {
    FinetuneStep(index, model: model, options: options, monitor: monitor, memory: memory)
  }

  /// Puts in what followed from model and data.
  mutating func settle(_ options: TrainingOptions, model folder: URL) {
    training.settle(options)
    maximumTokens = self.options.maximumTokens
    if task == .questions { stride = stride ?? AnswerFinder.standardStride }
    if let own = options.similarity {
      if fewShot.fewShot { similarity.settlePairs(own) } else { similarity.settle(own) }
    }
    fewShot.pairsPerText = options.pairsPerText
    model.model = folder.relativePath
  }
}
