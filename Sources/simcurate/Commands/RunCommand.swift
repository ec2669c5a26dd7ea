import ArgumentParser
import Curation
import Files
import Foundation
import Reporting
import Store
import Study
import Training
import Transformer

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Do the whole job: index, dedup, cluster, split, fine-tune, compare, report.",
    discussion: """
      A corpus without labels, or with one alone, is not trained on, nor one with tags of which a record's \
      cannot be read; it says so. Steps that are done are not repeated: the same command goes on where it was \
      interrupted.

      Example: simcurate run questions.csv --text-field question --label-field intent
      """)

  @OptionGroup var corpus: CorpusArguments
  @Option(name: .long, help: ArgumentHelp("Index folder to write.", valueName: "index"))
  var out: String?
  @OptionGroup var force: ForceOption
  @OptionGroup var locks: LockOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var encoder: EncoderOptions
  @OptionGroup var dedup: DedupArguments
  @OptionGroup var cluster: ClusterArguments
  @OptionGroup var split: SplitArguments
  @OptionGroup var study: StudyArguments
  @OptionGroup var training: TrainingArguments
  @Option(name: .long, help: ArgumentHelp("Title of the report.", valueName: "text"))
  var title: String?
  @OptionGroup var seed: SeedOption
  @OptionGroup var recipe: RecipeOption
  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.begin()
    RecipeArguments.remarkUnused("a run", console)
    func say(_ text: String) {
      console.remark(text.trimmingCharacters(in: .newlines))
    }
    let url = try corpus.hold(out, locks, console)
    // Opened once for all steps.
    let model = try EmbeddingModel(at: model.folder)
    say(
      try IndexCommand.index(
        corpus, at: url, replacing: force.force, embedder: model.embedder(encoder.options),
        console: console
      ).text)
    let index = try OpenIndex(at: url)
    func account() -> StepAccount { StepAccount(command: commandLine) }
    say(
      try DedupStep(
        index, options: dedup.options, account: account(), monitor: console.monitor
      ).run().text)
    say(
      try ClusterStep(
        index, options: cluster.options(seed: seed.seed), account: account(),
        monitor: console.monitor
      ).run().text)
    say(
      try SplitStep(
        index, options: split.options(seed: seed.seed), account: account(),
        monitor: console.monitor
      ).run().text)
    guard case .encoder(let folder) = model else {
      say("nothing is fine-tuned: the model is a table of static token vectors, not an encoder")
      return try report(index, console)
    }
    if try index.catalog.labelCounts().keys.contains(where: { $0 != nil }) {
      try train(index, folder, .classify, console: console, say: say)
    } else if try index.hasTagFields() {
      try train(index, folder, .tokens, console: console, say: say)
    } else {
      say("no labels: nothing to fine-tune on (see --label-field)")
    }
    try report(index, console)
  }

  private func report(_ index: OpenIndex, _ console: Console) throws {
    console.finish()
    let report = try ReportStep(index).run(title: title)
    if common.json {
      FileHandle.standardOutput.write(Data((try report.json() + "\n").utf8))
    } else {
      print("report: \(index.folder.report.path)")
    }
  }

  private func train(
    _ index: OpenIndex, _ folder: ModelFolder, _ task: LearningTask, console: Console,
    say: (String) -> Void
  ) throws {
    let model = FinetuneStep(
      index, model: folder,
      options: FinetuneOptions(task: task, training: training.choice, seed: seed.seed),
      monitor: console.monitor)
    if let obstacle = try model.obstacle() {
      say("no model: " + Self.text(obstacle))
      // Tags that a model cannot learn a comparison cannot either; its own reasons are others than a classifier's.
      if task == .tokens { return }
    } else {
      say(try model.run().text)
    }
    try compare(index, folder, task, console: console, say: say)
  }

  private func compare(
    _ index: OpenIndex, _ model: ModelFolder, _ task: LearningTask, console: Console,
    say: (String) -> Void
  ) throws {
    var options = study.options(training.choice, steps: nil, seed: seed.seed)
    options.task = task
    if let obstacle = try StudyDesign.obstacle(index, options: options) {
      return say("no comparison: " + Self.text(obstacle))
    }
    say(
      try CompareStep(
        index, model: model, options: options, account: StepAccount(command: commandLine),
        monitor: console.monitor
      ).run().text)
  }

  private static func text(_ obstacle: FileError) -> String {
    obstacle.description + (obstacle.advice.map { "; " + $0 } ?? "")
  }
}

extension RunCommand: RecipeCommand {
  /// In a recipe of `finetune` these are the model's folder and the limit of the texts that it learns from;
  /// here the index, and the limit of those embedded.
  static let foreignKeys: Set = ["out", "maximum-tokens"]
}
