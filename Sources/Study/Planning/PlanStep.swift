import Curation
import Foundation
import Store
import Transformer

/// Says what a comparison would take and could tell; trains nothing that is kept and writes nothing.
public struct PlanStep {
  /// Updates that are timed.
  static let timedUpdates = 12

  private let index: OpenIndex
  private let model: ModelFolder
  private let options: StudyOptions
  private let monitor: StepMonitor

  /// Only prepares the work.
  public init(
    _ index: OpenIndex, model: ModelFolder, options: StudyOptions, monitor: StepMonitor
  ) {
    (self.index, self.model, self.options) = (index, model, options)
    self.monitor = monitor
  }

  /// - Throws: as ``CompareStep/run()`` for an index that cannot be studied.
  public func run() throws -> StudyPlan {
    try options.validate()
    _ = try StepAccount.outcomeHash(of: "split", in: index)
    var setup = try StudySetup(index, model, options, monitor)
    var search: RateSearch?
    if options.tunesLearningRate == true {
      search = try RateSearch(index, setup, seed: options.seed, monitor)
      // The models follow from the rates; until these are known, those of the options take as long.
      if let chosen = try search?.choices() { try setup.plan(chosen) }
    }
    let trials = try search?.counts()
    let trainings = setup.trainings + setup.sameEpochs
    let finished = try trainings.compactMap { training -> Run? in
      let run = try index.catalog.run(id: training.id)
      return run?.status == .finished ? run : nil
    }
    let seconds = try secondsPerModel(setup, finished)
    let left = trainings.count - finished.count + (trials.map { $0.trials - $0.ended } ?? 0)
    return StudyPlan(
      index: index.folder.url.relativePath, task: options.task, metric: setup.learner.metrics[0],
      arms: setup.arms.map {
        StudyPlan.Arm(
          name: $0.rawValue, records: setup.design.rows($0, seed: options.seed).count)
      }, seeds: setup.seeds,
      folds: setup.folds.count > 1 ? setup.folds.count : nil, updates: setup.trainings[0].updates,
      models: trainings.count, finishedModels: finished.count,
      sameEpochsModels: options.comparesSameEpochs == true ? setup.sameEpochs.count : nil,
      trials: trials?.trials, endedTrials: trials?.ended, secondsPerModel: seconds.value,
      isFromFinishedModels: seconds.isFromFinished,
      secondsLeft: seconds.value * Double(left),
      testRecords: setup.test.count,
      slices: Dictionary(setup.slices.map { ($0.rawValue, 1) }, uniquingKeysWith: +),
      questions: try questions(setup), notes: setup.design.notes)
  }

  private func secondsPerModel(_ setup: StudySetup, _ finished: [Run]) throws
    -> (value: Double, isFromFinished: Bool)
  {
    let known = try finished.compactMap { try $0.recordedMetrics()?.seconds }
    if !known.isEmpty { return (known.reduce(0, +) / Double(known.count), true) }
    monitor.progress(
      StepProgress(phase: "timing some updates", completed: 0, total: 1, unit: "models"))
    let first = setup.trainings[0]
    return (try first.pace(Self.timedUpdates).seconds(updates: first.updates), false)
  }

  private func questions(_ setup: StudySetup) throws -> [StudyPlan.Question] {
    let contrasts = StudyContrast.all(of: setup.arms).filter { $0.primarySlice != nil }
    let items = setup.items
    let earlier = try earlierModels(setup)
    return contrasts.map { contrast in
      let slice = contrast.primarySlice!
      let indices = items.indices(in: slice)
      let measured = components(contrast, slice, items, setup.learner.metrics[0], earlier)
      return StudyPlan.Question(
        title: slice == .leaked
          ? "What near-copies in training are worth on leaked items"
          : "What removing near-duplicates within training does to clean items",
        arm: contrast.arm, baseline: contrast.baseline, slice: slice, items: indices.count,
        groups: Set(indices.map { items.groups[$0] }).count, margin: options.margins.of(slice),
        components: measured ?? .standard(slice), isMeasured: measured != nil,
        metric: setup.learner.metrics[0], seeds: options.seedCount, arms: setup.arms.count,
        folds: setup.folds.count,
        family: contrasts.count, testItems: items.count)
    }
  }

  private func components(
    _ contrast: StudyContrast, _ slice: TestSlice, _ items: TestItems, _ metric: Metric,
    _ earlier: [ArmPredictions]
  ) -> VarianceComponents? {
    func named(_ arm: StudyArm) -> ArmPredictions? { earlier.first { $0.name == arm.rawValue } }
    guard let arm = named(contrast.arm), let baseline = named(contrast.baseline) else { return nil }
    return CrossedInference(items: items).components(
      arm, minus: baseline, metric, on: slice, among: earlier)
  }

  /// The models of the last comparison of this index, if they were tested on the same items and every arm has
  /// the same seeds.
  private func earlierModels(_ setup: StudySetup) throws -> [ArmPredictions] {
    guard let analysis = try StudyFiles.read(index.folder) else { return [] }
    let runs = try analysis.runs.compactMap { try index.catalog.run(id: $0) }
    let arms = try setup.arms.compactMap { arm in
      let own = runs.filter { $0.arm == arm.rawValue }.sorted { $0.seed < $1.seed }
      return try setup.answers(
        arm,
        runs: own.map {
          StudySetup.RunOfArm(seed: UInt64($0.seed), fold: $0.fold, id: $0.id)
        }, in: index.catalog)
    }
    return arms.allSatisfy { $0.seeds == arms.first?.seeds } ? arms : []
  }
}
