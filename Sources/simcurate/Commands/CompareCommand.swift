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
      test items that leak from, are near to, or are clean of the raw training data.

      Example: simcurate compare indexes/reviews --seeds 5 --study-steps 400
      """)

  @OptionGroup var index: IndexArgument
  @OptionGroup var model: ModelOptions
  @OptionGroup var study: StudyArguments
  @OptionGroup var seed: SeedOption
  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.begin()
    let summary = try CompareStep(
      index.open(), model: model.open(), options: study.options(seed: seed.seed),
      account: StepAccount(command: commandLine), monitor: console.monitor
    ).run()
    console.finish()
    try common.show(summary) { $0.text }
  }
}

struct StudyArguments: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Models per arm.", valueName: "n"))
  var seeds = StudyOptions().seedCount
  @Option(name: .long, help: ArgumentHelp("Updates of every model.", valueName: "n"))
  var studySteps = StudyOptions().training.maximumSteps!
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
    help: ArgumentHelp("The smallest difference worth knowing about.", valueName: "x"))
  var relevantEffect = StudyOptions().relevantEffect

  mutating func validate() throws {
    guard seeds >= 1 else { throw ValidationError("--seeds must be at least 1, got \(seeds).") }
    guard studySteps >= 1 else { throw ValidationError("--study-steps must be at least 1.") }
    guard testShare > 0, testShare < 1 else {
      throw ValidationError("--test-share must be between 0 and 1, got \(testShare).")
    }
  }

  func options(seed: UInt64) -> StudyOptions {
    var training = TrainingOptions.study
    training.maximumSteps = studySteps
    return StudyOptions(
      seedCount: seeds, testShare: testShare, nearThreshold: near, relevantEffect: relevantEffect,
      seed: seed, training: training)
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
    for arm in Arm.allCases {
      table.add(
        [arm.rawValue, "\(trainingRecords[arm.rawValue] ?? 0)"]
          + TestSlice.allCases.map { slice in
            let score = analysis.scores.first {
              $0.arm == arm.rawValue && $0.metric == metric && $0.slice == slice
            }?.score
            return score.map { String(format: "%.3f [%.3f, %.3f]", $0.value, $0.low, $0.high) }
              ?? "-"
          })
    }
    text +=
      "\(metric == .accuracy ? "accuracy" : "macro-F1") with 95% intervals, by slice of the test set\n"
    text += table.text + "\n"
    for statement in analysis.verdict.statements { text += "- " + statement.text + "\n" }
    for caveat in analysis.verdict.caveats { text += "! " + caveat + "\n" }
    return text
  }
}
