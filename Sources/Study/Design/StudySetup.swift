import Corpus
import Curation
import Store
import Transformer

extension [StudyTraining] {
  /// Trains those whose runs are not finished, and tells of each.
  ///
  /// - Throws: ``Interrupted`` after a stop; finished runs stay.
  func train(_ index: OpenIndex, _ monitor: StepMonitor) throws {
    var pace = StudyPace(total: count)
    for (number, training) in enumerated() {
      try monitor.checkpoint()
      if try index.catalog.run(id: training.id)?.status == .finished { continue }
      pace.begin()
      let metrics = try training.train(
        "\(number + 1)/\(count) \(training.arm) seed \(training.seed)")
      monitor.remark(pace.end(number: number + 1, training, metrics))
    }
  }
}

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

  /// What a study starts from, as a hash.
  ///
  /// - Throws: `FileError` if there is no split yet.
  static func inputHash(_ index: OpenIndex, _ model: ModelFolder) throws -> String {
    StepAccount.hash([try StepAccount.outcomeHash(of: "split", in: index), model.hash])
  }

  var seeds: [UInt64] { trainings.filter { $0.arm == StudyArm.raw.rawValue }.map(\.seed) }

  var items: TestItems {
    TestItems(truth: learner.truth(design.test), groups: design.testGroups, slices: slices)
  }

  /// How near each test record is to the raw training record of the highest cosine.
  var nearness: [NearnessMeasure: [Double]] {
    func words(_ row: UInt32) -> Set<String> {
      let scalars = Array(design.table.texts[Int(row)].lowercased().unicodeScalars)
      return Set(
        WordSplitter.ranges(scalars).map { String(String.UnicodeScalarView(scalars[$0])) })
    }
    return [
      .cosine: design.nearest.map { Double($0.score) },
      .words: zip(design.test, design.nearest).map { row, nearest in
        let (own, other) = (words(row), words(nearest.row))
        let either = own.union(other).count
        return either == 0 ? 1 : Double(own.intersection(other).count) / Double(either)
      },
    ]
  }

  /// What a run said of `rows`, in their order; nil if it has not said anything of one of them.
  static func predictions(of run: String, on rows: [UInt32], in catalog: Catalog) throws
    -> [Prediction]?
  {
    let byRow = Dictionary(
      try catalog.predictions(run: run).map { ($0.row, $0) },
      uniquingKeysWith: { first, _ in first })
    let found = rows.compactMap { byRow[Int($0)] }
    return found.count == rows.count ? found : nil
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
      guard let model = try Self.predictions(of: run.id, on: design.test, in: catalog) else {
        return nil
      }
      models.append(model)
    }
    if models.isEmpty { return nil }
    return ArmPredictions(
      name: arm.rawValue, seeds: runs.map(\.seed),
      answers: try learner.answers(models, raw: design.raw))
  }
}
