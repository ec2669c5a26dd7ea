import Corpus
import Curation
import Files
import Foundation
import Store
import Training
import Transformer

/// What the step `compare` came to.
public struct CompareSummary: Codable, Sendable {
  /// The folder of the index.
  public var index: String
  /// What came of it.
  public var analysis: StudyAnalysis
  /// How many records were trained on.
  public var trainingRecords: [String: Int]
  /// How many records are tested on.
  public var testRecords: Int
  /// Test records by slice.
  public var slices: [String: Int]
  /// What of the labeled records takes no part, which arm is missing, and why.
  public var notes: [String]
  /// That the step took.
  public var seconds: Double
  /// Whether it had been done before, with the same options on the same input.
  public var nothingToDo: Bool
}

/// Trains every arm with several seeds on the same test set and compares them.
public struct CompareStep {
  private let index: OpenIndex
  private let model: ModelFolder
  private let options: StudyOptions
  private let account: StepAccount
  private let monitor: StepMonitor

  /// Only prepares the work.
  public init(
    _ index: OpenIndex, model: ModelFolder, options: StudyOptions, account: StepAccount,
    monitor: StepMonitor
  ) {
    self.index = index
    self.model = model
    self.options = options
    self.account = account
    self.monitor = monitor
  }

  /// Finished runs are kept and not repeated: an interrupted comparison goes on where it was.
  public func run() throws -> CompareSummary {
    try options.validate()
    let input = try StudySetup.inputHash(index, model)
    let isDone = try StepAccount.isDone(
      "compare", options: options, inputHash: input, in: index.catalog)
    if isDone, let known = try StudyFiles.read(index.folder) {
      return try summary(known, nothingToDo: true)
    }
    var setup = try StudySetup(index, model, options, monitor)
    let deviation = try FrozenPlan(setup, options, model: model.hash)
      .freeze(index, task: options.task)
    var rates: [RateChoice]?
    if options.tunesLearningRate == true {
      let chosen = try RateSearch(index, setup, seed: options.seed, monitor).run()
      try setup.plan(chosen)
      rates = chosen
    }
    try (setup.trainings + setup.sameEpochs).train(index, monitor)
    monitor.progress(
      StepProgress(phase: "testing", completed: 0, total: nil, unit: "differences"))
    var analysis = try analyze(setup, deviation)
    analysis.learningRates = rates
    try store(analysis, setup, input)
    return try summary(analysis, nothingToDo: false)
  }

  private func analyze(_ setup: StudySetup, _ deviation: String?) throws -> StudyAnalysis {
    StudyAnalysis(
      items: setup.items,
      arms: try setup.arms.map { try answers($0, setup.trainings(of: $0, .updates), setup) },
      baselines: try baselines(setup),
      fits: try setup.arms.compactMap { try fit($0, setup.trainings) },
      sameEpochs: try sameEpochs(setup), nearness: setup.nearness, runs: setup.trainings.map(\.id),
      deviation: deviation,
      notes: setup.design.notes,
      metrics: setup.learner.metrics, margins: options.margins, seed: options.seed + 1)
  }

  private func answers(_ arm: StudyArm, _ trainings: [StudyTraining], _ setup: StudySetup) throws
    -> ArmPredictions
  {
    let runs = trainings.map {
      StudySetup.RunOfArm(seed: $0.seed, fold: $0.fold, id: $0.id)
    }
    guard let answers = try setup.answers(arm, runs: runs, in: index.catalog) else {
      throw CurationError(
        place: "\(index.catalog.url.relativePath), table predictions",
        expected: "a prediction for every test record by the models of “\(arm.rawValue)”",
        found: "none for some", advice: "the catalog is damaged; build the index again")
    }
    return answers
  }

  private func sameEpochs(_ setup: StudySetup) throws -> EpochBudget.Models? {
    if setup.sameEpochs.isEmpty { return nil }
    let trainings = setup.arms.filter { $0 != .raw }.map { ($0, setup.trainings(of: $0, .epochs)) }
    return EpochBudget.Models(
      arms: try trainings.map { try answers($0, $1, setup) },
      updates: Dictionary(
        uniqueKeysWithValues: trainings.map { ($0.rawValue, $1.map(\.updates).min()!) }),
      runs: trainings.flatMap { $1.map(\.id) })
  }

  /// What the frozen vectors give from each arm's records; arms that are the same for every seed are
  /// computed once.
  private func baselines(_ setup: StudySetup) throws -> [FrozenBaseline: [ArmPredictions]] {
    guard let classes = setup.learner.frozenClasses else { return [:] }
    let seeds = setup.seeds
    let classifiers = FrozenClassifiers(
      vectors: index.vectors.vectors, labels: classes.labels, classCount: classes.count,
      monitor: monitor)
    var result: [FrozenBaseline: [ArmPredictions]] = [:]
    for arm in setup.arms {
      let isDrawn = arm == .random || arm == .randomDecontaminated
      let distinct = isDrawn ? seeds : [seeds[0]]
      let bySeed = try distinct.map { seed in
        try setup.folds.map { design in
          try classifiers.predictions(
            train: design.canonical(design.rows(arm, seed: seed)), test: design.test)
        }
      }
      for method in FrozenBaseline.allCases {
        result[method, default: []].append(
          ArmPredictions(
            name: arm.rawValue, seeds: seeds,
            predictions: seeds.indices.map { seed in
              bySeed[min(seed, bySeed.count - 1)].flatMap { $0[method]! }
            }))
      }
    }
    return result
  }

  /// - Returns: nil where no classes are learned, whose shares alone would give a loss to compare with.
  private func fit(_ arm: StudyArm, _ trainings: [StudyTraining]) throws -> ArmFit? {
    let own = trainings.filter { $0.arm == arm.rawValue }
    let labels = own.flatMap(\.labels)
    if labels.isEmpty { return nil }
    let losses = try own.map { training in
      let log = try index.catalog.log(run: training.id)
      return log.suffix(max(1, log.count / 10)).map(\.loss)
    }.joined()
    return ArmFit(
      arm: arm.rawValue, finalLoss: losses.reduce(0, +) / Double(max(1, losses.count)),
      labels: labels, updates: own[0].updates)
  }

  private func store(
    _ analysis: StudyAnalysis, _ setup: StudySetup, _ input: String
  ) throws {
    let items = zip(setup.test, setup.folds.flatMap(\.nearest))
    let rows = zip(items, setup.slices).map { item, slice in
      TestSliceRow(
        row: Int(item.0), slice: TestSliceRow.Slice(rawValue: slice.rawValue)!,
        nearest: Int(item.1.row), similarity: Double(item.1.score))
    }
    let comparisons = analysis.comparisons.map { comparison in
      ComparisonRow(
        baseline: comparison.baseline, arm: comparison.arm, metric: comparison.metric.rawValue,
        slice: comparison.slice.rawValue, difference: comparison.difference.value,
        low: comparison.difference.low, high: comparison.difference.high,
        pValue: comparison.studentP, adjustedPValue: comparison.adjustedP,
        permutationPValue: comparison.permutationP, margin: comparison.margin,
        equivalencePValue: comparison.adjustedEquivalenceP,
        minimumDetectable: comparison.minimumDetectable,
        verdict: analysis.finding(of: comparison).rawValue)
    }
    let step = try account.step("compare", options: options, inputHash: input)
    // Before the step counts as done: a crash in between leaves one that is done again.
    try AtomicFile.write(
      Data(StepAccount.json(analysis).utf8), to: StudyFiles.analysis(index.folder))
    try index.catalog.update { editor in
      try editor.replaceTestSlices(rows)
      try editor.replaceComparisons(comparisons)
      try editor.complete(step)
    }
  }

  private func summary(_ analysis: StudyAnalysis, nothingToDo: Bool) throws -> CompareSummary {
    // In the order they were planned: of each arm that of the first seed and fold.
    let records = try analysis.runs.compactMap { id -> (String, Int)? in
      guard let run = try index.catalog.run(id: id) else { return nil }
      return try run.recordedMetrics().map { (run.arm, $0.trainingRecords) }
    }
    return CompareSummary(
      index: index.folder.url.relativePath, analysis: analysis,
      trainingRecords: Dictionary(records, uniquingKeysWith: { first, _ in first }),
      testRecords: analysis.items[TestSlice.all.rawValue] ?? 0,
      slices: analysis.items.filter { $0.key != TestSlice.all.rawValue && $0.value > 0 },
      notes: analysis.notes, seconds: try index.catalog.step("compare")?.seconds ?? 0,
      nothingToDo: nothingToDo)
  }
}

/// Files of a study beside the catalog.
public enum StudyFiles {
  /// The analysis as JSON: `comparison.json`.
  package static func analysis(_ folder: IndexFolder) -> URL {
    folder.url.appendingPathComponent("comparison.json")
  }

  /// Nil if there is none.
  ///
  /// - Throws: ``CurationError`` for a file that is no analysis.
  package static func read(_ folder: IndexFolder) throws -> StudyAnalysis? {
    let url = analysis(folder)
    guard let data = try? RegularFile.contents(of: url) else { return nil }
    return try StoredJSON.decode(
      StudyAnalysis.self, from: data, place: url.relativePath,
      advice: "delete the file and run simcurate compare again; finished runs are not repeated")
  }
}

extension StudyDesign {
  /// Rows by text hash and id: training must not depend on the order of the corpus.
  func canonical(_ rows: [UInt32]) -> [UInt32] {
    rows.sorted {
      (table.textHashes[Int($0)], table.ids[Int($0)])
        < (table.textHashes[Int($1)], table.ids[Int($1)])
    }
  }
}
