import Corpus
import Curation
import Files
import Foundation
import Store
import Training
import Transformer

/// What the step `compare` came to.
public struct CompareSummary: Codable, Sendable {
  public var index: String
  public var analysis: StudyAnalysis
  public var trainingRecords: [String: Int]
  public var testRecords: Int
  /// Test records by slice.
  public var slices: [String: Int]
  /// What of the labeled records takes no part, which arm is missing, and why.
  public var notes: [String]
  public var seconds: Double
  public var nothingToDo: Bool
}

/// Trains every arm with several seeds on the same test set and compares them.
public struct CompareStep {
  private let index: OpenIndex
  private let model: ModelFolder
  private let options: StudyOptions
  private let account: StepAccount
  private let monitor: StepMonitor

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
    let input = StepAccount.hash([
      try StepAccount.outcomeHash(of: "split", in: index), model.hash,
    ])
    let dedup = try index.options(of: "dedup", as: DedupOptions.self)
    let isDone = try StepAccount.isDone(
      "compare", options: options, inputHash: input, in: index.catalog)
    let design = try StudyDesign(
      index, options: options, dedup: dedup,
      split: try index.options(of: "split", as: SplitOptions.self), monitor: monitor)
    let requests = self.requests(design)
    let recorder = RunRecorder(index: index, modelHash: model.hash, monitor: monitor)
    var pace = StudyPace(total: requests.count)
    for (number, request) in requests.enumerated() {
      try monitor.checkpoint()
      if try recorder.finished(request) != nil { continue }
      pace.begin()
      let run = try recorder.train(
        request, title: "\(number + 1)/\(requests.count) \(request.arm) seed \(request.seed)",
        makeClassifier: {
          try SequenceClassifier(
            folder: model, labels: design.labelNames, adapters: request.options.adapters,
            seed: request.seed,
            maximumTokens: min(options.maximumTokens, model.configuration.maximumPositions))
        })
      monitor.remark(pace.end(number: number + 1, run))
    }
    monitor.progress(
      StepProgress(phase: "testing", completed: 0, total: nil, unit: "differences"))
    let slices = design.slices(near: Double(options.nearThreshold))
    let analysis = try analyze(design, slices, requests)
    if !isDone { try store(analysis, design, slices, input) }
    return summary(analysis, design, slices, nothingToDo: isDone)
  }

  private func requests(_ design: StudyDesign) -> [RunRequest] {
    let training = options.training.study(
      model.configuration, records: design.raw.count, classes: design.labelNames.count)
    func items(_ rows: [UInt32]) -> [LabeledText] {
      rows.map {
        LabeledText(
          text: design.table.texts[Int($0)], label: Int(design.table.labelNumbers[Int($0)]))
      }
    }
    let test = items(design.test)
    // Seed by seed and not arm by arm, so that an early look at the table is already fair.
    return (0..<options.seedCount).flatMap { number in
      design.arms.map { arm in
        let seed = options.seed + UInt64(number)
        var training = training
        training.seed = seed
        return RunRequest(
          arm: arm.rawValue, seed: seed,
          train: items(design.canonical(design.rows(arm, seed: seed))),
          development: [], testRows: design.test, test: test,
          testLabels: design.test.map { design.table.labels[Int($0)]! }, labels: design.labelNames,
          options: training)
      }
    }
  }

  private func analyze(
    _ design: StudyDesign, _ slices: [TestSlice], _ requests: [RunRequest]
  ) throws -> StudyAnalysis {
    let numbers = Dictionary(
      uniqueKeysWithValues: design.labelNames.enumerated().map { ($1, $0) })
    let modelHash = model.hash
    let arms = try design.arms.map { arm in
      let ofArm = requests.filter { $0.arm == arm.rawValue }
      return ArmPredictions(
        name: arm.rawValue, seeds: ofArm.map(\.seed),
        predictions: try ofArm.map { request in
          let predictions = try index.catalog.predictions(run: request.id(modelHash: modelHash))
          var byRow: [Int: Int] = [:]
          for prediction in predictions { byRow[prediction.row] = numbers[prediction.predicted] }
          return try design.test.map { row in
            if let number = byRow[Int(row)] { return number }
            throw CurationError(
              place: "\(index.catalog.url.relativePath), table predictions",
              expected: "a known label predicted for '\(design.table.ids[Int(row)])'",
              found: "none", advice: "the catalog is damaged; build the index again")
          }
        })
    }
    return StudyAnalysis(
      items: TestItems(
        labels: design.test.map { Int(design.table.labelNumbers[Int($0)]) },
        classCount: design.labelNames.count, groups: design.testGroups, slices: slices),
      arms: arms, baselines: try baselines(design, seeds: arms[0].seeds),
      fits: try design.arms.map { try fit($0, requests) }, notes: design.notes,
      margins: options.margins, seed: options.seed + 1)
  }

  /// What the frozen vectors give from each arm's records; arms that are the same for every seed are
  /// computed once.
  private func baselines(_ design: StudyDesign, seeds: [UInt64]) throws
    -> [FrozenBaseline: [ArmPredictions]]
  {
    let classifiers = FrozenClassifiers(
      vectors: index.vectors.vectors, labels: design.table.labelNumbers,
      classCount: design.labelNames.count, monitor: monitor)
    var result: [FrozenBaseline: [ArmPredictions]] = [:]
    for arm in design.arms {
      let isDrawn = arm == .random || arm == .randomDecontaminated
      let distinct = isDrawn ? seeds : [seeds[0]]
      let bySeed = try distinct.map { seed in
        try classifiers.predictions(
          train: design.canonical(design.rows(arm, seed: seed)), test: design.test)
      }
      for method in FrozenBaseline.allCases {
        result[method, default: []].append(
          ArmPredictions(
            name: arm.rawValue, seeds: seeds,
            predictions: seeds.indices.map { bySeed[min($0, bySeed.count - 1)][method]! }))
      }
    }
    return result
  }

  private func fit(_ arm: StudyArm, _ requests: [RunRequest]) throws -> ArmFit {
    let own = requests.filter { $0.arm == arm.rawValue }
    let losses = try own.map { request in
      let log = try index.catalog.log(run: request.id(modelHash: model.hash))
      return log.suffix(max(1, log.count / 10)).map(\.loss)
    }.joined()
    let labels = own.flatMap { $0.train.compactMap(\.label) }
    return ArmFit(
      arm: arm.rawValue, finalLoss: losses.reduce(0, +) / Double(max(1, losses.count)),
      labels: labels, updates: own[0].options.maximumSteps ?? 0)
  }

  private func store(
    _ analysis: StudyAnalysis, _ design: StudyDesign, _ slices: [TestSlice], _ input: String
  ) throws {
    let rows = design.test.indices.map { place in
      Store.TestSlice(
        row: Int(design.test[place]),
        slice: Store.TestSlice.Slice(rawValue: slices[place].rawValue)!,
        nearest: Int(design.nearest[place].row), similarity: Double(design.nearest[place].score))
    }
    let comparisons = analysis.comparisons.map { comparison in
      Store.Comparison(
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
    try index.catalog.update { editor in
      try editor.replaceTestSlices(rows)
      try editor.replaceComparisons(comparisons)
      try editor.complete(step)
    }
    try AtomicFile.write(
      Data(StepAccount.json(analysis).utf8), to: StudyFiles.analysis(index.folder))
  }

  private func summary(
    _ analysis: StudyAnalysis, _ design: StudyDesign, _ slices: [TestSlice], nothingToDo: Bool
  ) -> CompareSummary {
    CompareSummary(
      index: index.folder.url.relativePath, analysis: analysis,
      trainingRecords: Dictionary(
        uniqueKeysWithValues: design.arms.map {
          ($0.rawValue, design.rows($0, seed: options.seed).count)
        }), testRecords: design.test.count,
      slices: Dictionary(slices.map { ($0.rawValue, 1) }, uniquingKeysWith: +),
      notes: design.notes,
      seconds: (try? index.catalog.step("compare")?.seconds) ?? 0, nothingToDo: nothingToDo)
  }
}

/// Files of a study beside the catalog.
public enum StudyFiles {
  /// The analysis as JSON: `comparison.json`.
  public static func analysis(_ folder: IndexFolder) -> URL {
    folder.url.appendingPathComponent("comparison.json")
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
