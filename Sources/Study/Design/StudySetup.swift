import Curation
import Store
import Transformer

/// A study before anything is trained: who trains and who tests, and every model that there will be.
struct StudySetup {
  let design: StudyDesign
  let slices: [TestSlice]
  let learner: any StudyLearner
  /// Seed by seed and not arm by arm, so that an early look at the table is already fair.
  let trainings: [StudyTraining]

  /// - Throws: ``CurationError`` or `FileError` if the index has no split, or not what the task learns.
  init(
    _ index: OpenIndex, _ model: ModelFolder, _ options: StudyOptions, _ monitor: StepMonitor
  ) throws {
    let design = try StudyDesign(
      index, options: options, dedup: try index.options(of: "dedup", as: DedupOptions.self),
      split: try index.options(of: "split", as: SplitOptions.self), monitor: monitor)
    let learner = try StudyBench(index, model, options, monitor).learner(
      design.table, design.population)
    self.design = design
    self.learner = learner
    slices = design.slices(near: Double(options.nearThreshold))
    trainings = try (0..<options.seedCount).flatMap { number in
      try design.arms.map { arm in
        let seed = options.seed + UInt64(number)
        return try learner.training(
          arm, seed: seed, train: design.canonical(design.rows(arm, seed: seed)),
          test: design.test, records: design.raw.count)
      }
    }
  }

  var seeds: [UInt64] { trainings.filter { $0.arm == StudyArm.raw.rawValue }.map(\.seed) }

  var items: TestItems {
    TestItems(truth: learner.truth(design.test), groups: design.testGroups, slices: slices)
  }

  /// What the models of an arm said.
  ///
  /// - Parameter runs: their ids, by seed.
  /// - Returns: nil if one of them has not said anything of some test item.
  func answers(_ arm: StudyArm, runs: [(seed: UInt64, id: String)], in catalog: Catalog) throws
    -> ArmPredictions?
  {
    var models: [[Prediction]] = []
    for run in runs {
      let byRow = Dictionary(
        try catalog.predictions(run: run.id).map { ($0.row, $0) },
        uniquingKeysWith: { first, _ in first })
      let model = design.test.compactMap { byRow[Int($0)] }
      guard model.count == design.test.count else { return nil }
      models.append(model)
    }
    if models.isEmpty { return nil }
    return ArmPredictions(
      name: arm.rawValue, seeds: runs.map(\.seed),
      answers: try learner.answers(models, raw: design.raw))
  }
}
