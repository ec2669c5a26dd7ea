import ArgumentParser
import Curation
import Foundation
import Study
import Training

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Train on raw, deduped, balanced and random data and say what filtering changed.",
    discussion: """
      Every arm makes the same number of updates and is scored on the same test set, drawn at random \
      within labels before any filtering (or given to index with --test). Scores are told apart for \
      test items that leak from, are near to, or are clean of the raw training data, and stand beside \
      those of plain classifiers on the vectors as they are: where models do not reach these, or their \
      training was not finished, there is no verdict.

      Example: simcurate compare indexes/reviews --seeds 5 --study-steps 400
      """)

  @OptionGroup var index: IndexArgument
  @OptionGroup var model: ModelOptions
  @OptionGroup var study: StudyArguments
  @OptionGroup var training: TrainingArguments
  @OptionGroup var seed: SeedOption
  @OptionGroup var recipe: RecipeOption
  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    if training.patience != nil {
      throw ValidationError(
        "--patience: every arm makes the same number of updates; say how many with --study-steps.")
    }
  }

  func run() throws {
    let console = common.begin()
    if let unused = RecipeArguments.given?.unused, !unused.isEmpty {
      console.remark(
        "a comparison has no use for these of the recipe: " + unused.joined(separator: ", "))
    }
    let summary = try CompareStep(
      index.open(.exclusive, console), model: model.open(),
      options: study.options(training, steps: training.steps, seed: seed.seed),
      account: StepAccount(command: commandLine), monitor: console.monitor
    ).run()
    console.finish()
    try common.show(summary) { $0.text }
  }
}

extension CompareCommand: RecipeCommand {
  static let foreignKeys: Set = ["patience"]
}

struct StudyArguments: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Models per arm.", valueName: "n"))
  var seeds = StudyOptions().seedCount
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Updates of every model of the comparison (default: by records and labels).", valueName: "n"))
  var studySteps: Int?
  @Option(
    name: .long,
    help: ArgumentHelp("Share of the records to test on, without a given test set.", valueName: "x")
  )
  var testShare = StudyOptions().testShare
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Cosine to the nearest training record from which on a test item is near.", valueName: "t"))
  var near = StudyOptions().nearThreshold
  @Option(
    name: .long,
    help: ArgumentHelp(
      "A difference surely smaller counts as none, on all test items.", valueName: "x"))
  var margin = Margins().all
  @Option(
    name: .long,
    help: ArgumentHelp("The same on leaked items, and on near ones.", valueName: "x"))
  var marginSlice = Margins().slice
  @Option(name: .long, help: ArgumentHelp("The same on clean items.", valueName: "x"))
  var marginClean = Margins().clean

  mutating func validate() throws {
    guard seeds >= 1 else { throw ValidationError("--seeds must be at least 1, got \(seeds).") }
    if let studySteps, studySteps < 1 {
      throw ValidationError("--study-steps must be at least 1, got \(studySteps).")
    }
    for (name, margin) in [("", margin), ("-slice", marginSlice), ("-clean", marginClean)] {
      guard margin > 0, margin < 1 else {
        throw ValidationError("--margin\(name) must be between 0 and 1, got \(margin).")
      }
    }
    guard testShare > 0, testShare < 1 else {
      throw ValidationError("--test-share must be between 0 and 1, got \(testShare).")
    }
  }

  /// - Parameter steps: updates where `--study-steps` was not given.
  func options(_ training: TrainingArguments, steps: Int?, seed: UInt64) -> StudyOptions {
    var choice = training.choice
    choice.steps = studySteps ?? steps
    choice.patience = nil
    return StudyOptions(
      seedCount: seeds, testShare: testShare, nearThreshold: near,
      margins: Margins(all: margin, slice: marginSlice, clean: marginClean), seed: seed,
      training: choice)
  }
}

extension CompareSummary {
  var text: String {
    var text = nothingToDo ? "compare: nothing to do\n" : ""
    text += "compare: " + analysis.verdict.headline + "\n\n"
    let metric = analysis.primaryMetric
    var table = Table(
      [("arm", .left), ("records", .right)]
        + TestSlice.allCases.map { slice in
          let count = slice == .all ? testRecords : slices[slice.rawValue] ?? 0
          return ("\(slice.rawValue) (\(count))", .right)
        })
    func row(_ name: String, _ records: String, _ score: (TestSlice) -> Estimate?) {
      table.add(
        [name, records]
          + TestSlice.allCases.map { slice in
            score(slice).map { String(format: "%.3f [%.3f, %.3f]", $0.value, $0.low, $0.high) }
              ?? "-"
          })
    }
    for arm in Arm.allCases.map(\.rawValue) {
      row(arm, "\(trainingRecords[arm] ?? 0)") { slice in
        analysis.scores.first { $0.arm == arm && $0.metric == metric && $0.slice == slice }?.score
      }
      for baseline in FrozenBaseline.allCases {
        row("  " + baseline.title, "") { slice in
          analysis.baselines.first {
            $0.arm == arm && $0.baseline == baseline && $0.slice == slice
          }?.score
        }
      }
    }
    text +=
      "\(metric == .accuracy ? "accuracy" : "macro-F1") with 95% intervals, by slice of the test set; under each arm "
      + "plain classifiers on the frozen vectors of its records\n"
    text += table.text + "\n"
    if let removed = analysis.removed {
      text += "deduped lacks \(removed.within) records removed within training and "
      text += "\(removed.againstTest) that repeat a test record\n\n"
    }
    for statement in analysis.verdict.statements { text += "- " + statement.text + "\n" }
    for caveat in analysis.verdict.caveats { text += "! " + caveat + "\n" }
    return text
  }
}
