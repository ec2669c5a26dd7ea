import ArgumentParser
import Corpus
import Curation
import Files
import Foundation
import Study
import Training

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract:
      "Train on raw, filtered and random data and say what near-copies and filtering change.",
    discussion: """
      Arms: raw; decontaminated (without near-copies of test items, nothing else); deduplicated (without \
      near-duplicates within training); balanced; random subsets as large as these. Every arm makes the \
      same number of updates and is scored on the same test set, drawn at random within labels before \
      any filtering (or given to index with --test). Test items are leaked (a near-copy is in training, \
      by the threshold and guards of dedup), near or clean.

      --task says what the models learn. Arms and slices are those of the records, whatever is learned: \
      labels are scored by accuracy (sets of labels by micro-F1), numbers by Spearman's correlation, tags \
      by the F1 of entities, also of those whose names training had and had not, and sentence vectors \
      of records of two text fields by Spearman's correlation of cosine and score, or the mean reciprocal \
      rank of the right text where there are no scores; answers to questions by SQuAD's F1.

      Two questions are asked beforehand: what near-copies are worth on leaked items (random minus \
      decontaminated), and what removing near-duplicates does to clean items (deduplicated minus \
      random). Each is answered with changed, equivalent within the margin, or inconclusive; nothing is \
      claimed from fewer than 3 seeds, 30 groups of test items or 6 groups that the arms answer \
      differently. Where models do not reach plain classifiers on the vectors as they are, or their \
      training was not finished, there is no verdict.

      With --plan nothing is trained: it says how many models there would be, how long they would take \
      here, what each of the two questions could find, and how many seeds or test items it would take. What \
      a comparison is to be is written down before its first model is trained; one that differs from that \
      (endpoint, margins, seeds, arms, updates) says so.

      With --folds every record is tested once: the records are dealt into K folds at random within labels, \
      and each fold is the test set of models that are trained on the others, K times as many. That finds \
      smaller differences where few items are leaked. The error counts in that the training sets of folds \
      overlap (Nadeau and Bengio, 2003). A given test set stays one.

      Every arm makes the same number of updates, so that a smaller one sees each of its records more often. \
      --same-epochs trains these arms once more, for as many passes as raw has, and says whether the findings \
      are the same. --tune chooses the learning rate of every arm, from the one given, half of it and twice \
      that, by a tenth of the training records that no trial has seen nor a paraphrase of.

      With --inject it is the positive control: copies of held-out items are put into training, 0, 1, 4 or \
      16 of each, exact, with a tenth of their words changed, or paraphrased, if 30 groups have paraphrases \
      in training; every item in every dose over the 7 or 10 models of a square (--seeds squares). It says \
      what copies do to accuracy and to the probability of the true label, and so whether a comparison of \
      these records could see near-copies at all.

      With --predictions nothing is trained: predictions of any models, made anywhere, are compared by \
      the same statistics, each arm with the first. Rows (JSONL, CSV or TSV) have an id, by which they \
      are paired, and prediction and gold (classes or numbers), or score (a number, larger is better), \
      or tp, predicted and gold (counts of entities); where models were trained several times, seed; \
      and arm, if a file has several. Of the options --groups, --margin and --seed belong to it.

      Examples:
        simcurate compare indexes/reviews --seeds 5 --study-steps 400
        simcurate compare indexes/wnut17 --task tokens
        simcurate compare indexes/reviews --plan --seeds 5
        simcurate compare indexes/reviews --folds 5
        simcurate compare --predictions old.jsonl new.jsonl --groups indexes/reviews
      """)

  @Argument(
    help: ArgumentHelp("Index folder whose records are trained on.", valueName: "index"))
  var index: String?
  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Files of predictions to compare.", valueName: "file"))
  var predictions: [String] = []
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Index whose paraphrase groups the items of --predictions form, by id (default: each item its "
        + "own).", valueName: "index"))
  var groups: String?
  @Flag(help: "Say what the comparison would take and could find, and train nothing.")
  var plan = false
  @Flag(help: "Put copies of held-out items into training and say what they do.")
  var inject = false
  @OptionGroup var locks: LockOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var task: StudyTaskArguments
  @OptionGroup var study: StudyArguments
  @Option(
    help: ArgumentHelp(
      "Test every record once, in so many folds that take turns as test set (2 to 10).",
      valueName: "k"))
  var folds = StudyOptions().foldCount
  @OptionGroup var training: TrainingArguments
  @OptionGroup var seed: SeedOption
  @OptionGroup var recipe: RecipeOption
  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    guard predictions.isEmpty != (index == nil) else {
      throw ValidationError("Give an index to train on, or files with --predictions.")
    }
    if groups != nil, predictions.isEmpty {
      throw ValidationError("--groups belongs to --predictions.")
    }
    if inject, index == nil || plan {
      throw ValidationError("--inject belongs to an index, and is no --plan.")
    }
    if study.sameEpochs || study.tune, index == nil || inject {
      throw ValidationError(
        "--same-epochs and --tune belong to a comparison of an index, and are no --inject.")
    }
    if folds != 1 {
      if index == nil || inject {
        throw ValidationError("--folds belongs to a comparison of an index, and is no --inject.")
      }
      if study.testShare != nil {
        throw ValidationError("--folds: every record is tested; leave --test-share out.")
      }
      try validated { try options.validate() }
    }
    if plan, index == nil { throw ValidationError("--plan belongs to an index.") }
    if training.patience != nil {
      throw ValidationError(
        "--patience: every arm makes the same number of updates; say how many with --study-steps.")
    }
  }

  func run() throws {
    let console = common.begin()
    RecipeArguments.remarkUnused("a comparison", console)
    guard let index else { return try comparePredictions(console) }
    let options = options
    if plan { return try show(planOf: index, options, console) }
    if inject { return try inject(into: index, options, console) }
    let summary = try CompareStep(
      open(index, .exclusive, console), model: model.open(), options: options,
      account: StepAccount(command: commandLine), monitor: console.monitor
    ).run()
    console.finish()
    try common.show(summary) { $0.text }
  }

  private var options: StudyOptions {
    var options = study.options(training.choice, steps: training.steps, seed: seed.seed)
    task.settle(&options)
    options.foldCount = folds
    if folds > 1 { options.testShare = 1 / Double(folds) }
    return options
  }

  private func show(planOf index: String, _ options: StudyOptions, _ console: Console) throws {
    let plan = try PlanStep(
      open(index, .shared, console), model: model.open(), options: options,
      monitor: console.monitor
    ).run()
    console.finish()
    try common.show(plan) { $0.text }
  }

  private func inject(into index: String, _ options: StudyOptions, _ console: Console) throws {
    let summary = try InjectStep(
      open(index, .exclusive, console), model: model.open(), options: options,
      account: StepAccount(command: commandLine), monitor: console.monitor
    ).run()
    console.finish()
    try common.show(summary) { $0.text }
  }

  private func comparePredictions(_ console: Console) throws {
    let index = try groups.map { try open($0, .shared, console) }
    let comparison = try PredictionComparison(
      predictions.map { CorpusReader.location($0) }, groups: index?.paraphraseGroups(),
      margin: study.margin, seed: seed.seed)
    console.finish()
    for note in comparison.notes { console.remark(note) }
    try common.show(comparison) { $0.text }
  }

  private func open(_ path: String, _ kind: FileLock.Kind, _ console: Console) throws -> OpenIndex {
    let url = URL(fileURLWithPath: path)
    try locks.hold(url, kind, console)
    return try OpenIndex(at: url, readOnly: kind == .shared)
  }
}

extension CompareCommand: RecipeCommand {
  /// A comparison does not choose among its models.
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
    help: ArgumentHelp(
      "Share of the records to test on, without a given test set (default: \(StudyOptions().testShare)).",
      valueName: "x"))
  var testShare: Double?
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
  @Flag(
    help:
      "Train smaller arms also for as many passes in place of as many updates, and compare these too."
  )
  var sameEpochs = false
  @Flag(help: "Choose the learning rate of every arm by a development part: 3 trainings an arm.")
  var tune = false

  mutating func validate() throws {
    let options = options(TrainingChoice(), steps: nil, seed: 0)
    try validated { try options.validate() }
  }

  /// - Parameter steps: updates where `--study-steps` was not given.
  func options(_ training: TrainingChoice, steps: Int?, seed: UInt64) -> StudyOptions {
    var choice = training
    choice.steps = studySteps ?? steps
    choice.patience = nil
    var options = StudyOptions(
      seedCount: seeds, testShare: testShare ?? StudyOptions().testShare, nearThreshold: near,
      margins: Margins(all: margin, slice: marginSlice, clean: marginClean), seed: seed,
      training: choice)
    // Options that nobody gave are not stored, so that studies of before are those of now.
    if sameEpochs { options.comparesSameEpochs = true }
    if tune { options.tunesLearningRate = true }
    return options
  }
}
