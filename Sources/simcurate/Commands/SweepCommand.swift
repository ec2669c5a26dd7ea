import ArgumentParser
import Curation
import Files
import Foundation
import Recipes
import Study
import Training
import Transformer

struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Search the training options that do best on the development part.",
    discussion: """
      The recipe says under search which options to try, as lists or ranges; what else it holds, and what \
      the command line says, is the same for every trial. Values are drawn at random. With --halving all \
      trials begin with a small part of their updates, and only the best go on to train anew on --eta times \
      as many (successive halving). The test part is never read.

      Trials that have ended are kept in the index: the same command goes on where it was interrupted, and \
      more --trials add to those there. The best recipe is written for finetune --recipe.

      A recipe for an example:
        method: lora
        search:
          learning-rate: {low: 1e-4, high: 1e-2, scale: log}
          epochs: {low: 2, high: 10}
          batch-size: [16, 32]
          lora-rank: [4, 8, 16]

      Examples:
        simcurate sweep indexes/reviews --recipe search.yaml --trials 20 --out best.yaml
        simcurate finetune indexes/reviews --recipe best.yaml --out my-model
      """)

  @OptionGroup var index: IndexArgument
  @OptionGroup var recipe: RecipeOption
  @Option(within: Limit<Int>.within(1...10_000), help: "How many settings to try.", valueName: "n")
  var trials = 16
  @Flag(help: "Successive halving: only the best go on to more updates.")
  var halving = false
  @Option(
    within: Limit<Int>.atLeast(2), help: "With --halving one trial in this many goes on.",
    valueName: "n")
  var eta = 3
  @Option(
    help: ArgumentHelp("File of the best recipe (default: in the index).", valueName: "file"))
  var out: String?
  @OptionGroup var force: ForceOption
  @OptionGroup var finetune: FinetuneArguments
  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.begin()
    guard let recipe = RecipeArguments.given else {
      throw ValidationError("Say what to search with --recipe.")
    }
    let space = try SearchSection(recipe.file).space()
    let base = OptionField.all(of: finetune)
    let points = space.draw(trials, seed: finetune.seed.seed)
    let candidates = try points.map { point in
      try Candidate(base, Array(zip(space.dimensions.map(\.option), point)))
    }
    let index = try index.open(.exclusive, console)
    if points.count < trials {
      console.remark("sweep: only \(points.count) different settings were drawn, not \(trials)")
    }
    let target = BestRecipe(
      out.map { URL(fileURLWithPath: $0) } ?? index.folder.bestRecipe,
      sweep: StepAccount.hash([
        index.contentHash, try StepAccount.json(Settings(base.map(\.setting))), "\(space)",
      ]))
    try target.check(replacing: force.force)
    // Each model is opened and each record read once, not for each trial.
    var models: [String?: ModelFolder] = [:]
    let memory = LearningMemory()
    func step(_ arguments: FinetuneArguments) throws -> FinetuneStep {
      let name = arguments.model.model
      let model = try models[name] ?? arguments.model.open()
      models[name] = model
      return arguments.step(index, model, console.monitor, memory)
    }
    var summary = try SweepStep(
      index, candidates: candidates.map(\.values), eta: halving ? eta : nil,
      monitor: console.monitor
    ) { number, share in
      try step(candidates[number].arguments).trial(stepShare: share)
    }.run()
    var best = candidates[summary.best.number - 1].arguments
    best.settle(
      try step(best).trial(stepShare: 1).options, model: try best.model.folder)
    let isNew = try target.write(best, recipe, summary)
    summary.recipe = target.url.relativePath
    summary.nothingToDo = summary.trained == 0 && !isNew
    console.finish()
    try common.show(summary) { $0.text(space.dimensions.map(\.option)) }
  }

  /// One setting of the options searched.
  private struct Candidate {
    let arguments: FinetuneArguments
    let values: [String: String]

    /// - Throws: what the parser says of options that do not go together.
    init(_ base: [OptionField], _ point: [(option: String, value: String)]) throws {
      var values = Dictionary(uniqueKeysWithValues: point.map { ($0.option, $0.value) })
      let method = values["method"] ?? base.first { $0.key == "method" }?.value.text
      // Adapters' options say nothing of the other methods.
      let isFit: (String) -> Bool = { method == "lora" || !$0.hasPrefix("lora-") }
      values = values.filter { isFit($0.key) }
      arguments = try FinetuneArguments.parse(
        base.compactMap { [values] field in
          guard isFit(field.key) else { return nil }
          let text = values[field.key] ?? (field.value == .none ? nil : field.value.text)
          return text.map(field.argument)
        })
      self.values = values
    }
  }
}

extension SweepCommand: RecipeCommand {
  /// A recipe's `out` is the model's folder.
  static let foreignKeys: Set = ["out"]
  static let searches = true
}

/// The file that the best recipe of a sweep goes to.
private struct BestRecipe {
  let url: URL
  private let mark: String

  /// - Parameter sweep: tells it from others.
  init(_ url: URL, sweep: String) {
    self.url = url
    mark = "simcurate sweep \(sweep.prefix(10)): "
  }

  private var content: String? {
    (try? RegularFile.contents(of: url, limit: 1 << 20)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// - Throws: `FileError` if there is something else that may not be lost.
  func check(replacing: Bool) throws {
    guard !replacing, FileManager.default.fileExists(atPath: url.path),
      content?.hasPrefix("# " + mark) != true
    else { return }
    throw FileError(
      place: url.relativePath, expected: "no file, or the best recipe of this sweep",
      found: content?.hasPrefix("# simcurate sweep ") == true
        ? "the best recipe of another sweep" : "another file",
      advice: "--force replaces it; or choose another --out")
  }

  /// - Returns: whether something else was there before.
  func write(_ best: FinetuneArguments, _ recipe: RecipeArguments, _ summary: SweepSummary) throws
    -> Bool
  {
    var settings = OptionField.all(of: best).map(\.setting)
    // What the recipe holds for finetune alone goes on to it.
    for entry in recipe.file.entries where recipe.unused.contains(entry.key) {
      if case .scalar(let scalar) = entry.value {
        settings.append(Settings.Setting(key: entry.key, value: .text(scalar.text)))
      }
    }
    let score = String(format: "%@ %.4f", summary.metric.rawValue, summary.best.score ?? 0)
    let yaml = try Settings(settings).yaml(
      comment: mark + "trial \(summary.best.number) of \(summary.trials.count), \(score) on the "
        + "development part")
    if yaml == content { return false }
    try AtomicFile.write(Data(yaml.utf8), to: url)
    return true
  }
}

extension SweepSummary {
  /// - Parameter options: those searched, in the order of the recipe.
  fileprivate func text(_ options: [String]) -> String {
    var table = Table(
      [("trial", .right)] + options.map { ($0, .right) }
        + [
          ("part", .right), (metric.rawValue, .right), ("loss", .right), ("updates", .right),
          ("seconds", .right),
        ])
    for trial in trials {
      table.add(
        ["\(trial.number)"] + options.map { trial.values[$0] ?? "-" } + [
          String(format: "%.3g", trial.share),
          trial.score.map { String(format: "%.4f", $0) } ?? "failed",
          trial.loss.map { String(format: "%.4f", $0) } ?? "-", "\(trial.updates)",
          String(format: "%.1f", trial.seconds),
        ])
    }
    let head =
      nothingToDo
      ? "sweep: nothing to do\n" : "sweep: \(trained) of \(trainings) trainings made now\n"
    return head + table.text + "best recipe: \(recipe)\n"
  }
}
