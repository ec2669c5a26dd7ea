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
        "\(number + 1)/\(count) \(training.title)")
      monitor.remark(pace.end(number: number + 1, training, metrics))
    }
  }
}

/// A study before anything is trained: who trains and who tests, and every model that there will be.
struct StudySetup {
  /// One for every fold; one without folds.
  let folds: [StudyDesign]
  /// Of every test item: those of one fold after those of another.
  let slices: [TestSlice]
  let learner: any StudyLearner
  /// Seed by seed, then fold by fold, and not arm by arm, so that an early look at the table is already fair.
  private(set) var trainings: [StudyTraining] = []
  /// Those of smaller arms that make as many passes as `raw` in place of as many updates, where these are fewer;
  /// empty unless the options ask for them.
  private(set) var sameEpochs: [StudyTraining] = []
  private let options: StudyOptions

  /// - Throws: ``CurationError`` or `FileError` if the index has no split, or not what the task learns.
  init(
    _ index: OpenIndex, _ model: ModelFolder, _ options: StudyOptions, _ monitor: StepMonitor
  ) throws {
    let folds = try StudyDesign.all(
      index, options: options, dedup: try index.options(of: "dedup", as: DedupOptions.self),
      split: try index.options(of: "split", as: SplitOptions.self), monitor: monitor)
    let learner = try StudyBench(index, model, options, monitor).learner(
      folds[0].table, folds[0].population)
    self.folds = folds
    self.learner = learner
    self.options = options
    slices = folds.flatMap { $0.slices(near: Double(options.nearThreshold)) }
    try plan([])
  }

  /// Makes the trainings, with the learning rates that were chosen.
  mutating func plan(_ choices: [RateChoice]) throws {
    func models(_ budget: StudyBudget) -> [StudyModel] {
      (0..<options.seedCount).flatMap { number in
        folds.indices.flatMap { fold in
          arms.map { arm in
            var model = model(arm, seed: options.seed + UInt64(number), fold: fold)
            model.budget = budget
            model.learningRate =
              choices.first { $0.arm == arm.rawValue && $0.fold == model.fold }?.learningRate
            return model
          }
        }
      }
    }
    trainings = try models(.updates).map(learner.training)
    guard options.comparesSameEpochs == true else { return }
    let updates = trainings[0].updates
    sameEpochs = try models(.epochs).map(learner.training).filter { $0.updates < updates }
  }

  /// A model of an arm, as long as nothing else is said.
  func model(_ arm: StudyArm, seed: UInt64, fold: Int) -> StudyModel {
    let design = folds[fold]
    return StudyModel(
      arm: arm, seed: seed, fold: folds.count > 1 ? fold : nil,
      train: design.canonical(design.rows(arm, seed: seed)), test: design.test,
      records: folds[0].raw.count)
  }

  /// The models of an arm with a budget: of those that would make no fewer updates than `raw` the ones that do.
  func trainings(of arm: StudyArm, _ budget: StudyBudget) -> [StudyTraining] {
    let own = trainings.filter { $0.arm == arm.rawValue }
    if budget == .updates { return own }
    let name = StudyModel.name(arm, budget)
    return own.map { training in
      sameEpochs.first {
        $0.arm == name && $0.seed == training.seed && $0.fold == training.fold
      } ?? training
    }
  }

  /// That of the one test set, or of the first fold: all folds have the same arms and notes, and about as many
  /// records.
  var design: StudyDesign { folds[0] }

  var arms: [StudyArm] { design.arms }

  /// Rows of the test items, fold after fold.
  var test: [UInt32] { folds.flatMap(\.test) }

  /// What a study starts from, as a hash.
  ///
  /// - Throws: `FileError` if there is no split yet.
  static func inputHash(_ index: OpenIndex, _ model: ModelFolder) throws -> String {
    StepAccount.hash([try StepAccount.outcomeHash(of: "split", in: index), model.hash])
  }

  var seeds: [UInt64] {
    trainings.filter { $0.arm == StudyArm.raw.rawValue && $0.fold ?? 0 == 0 }.map(\.seed)
  }

  var items: TestItems {
    TestItems(
      truth: learner.truth(test), groups: folds.flatMap(\.testGroups), slices: slices,
      folds: folds.enumerated().flatMap { fold, design in design.test.map { _ in fold } })
  }

  /// How near each test record is to the raw training record of the highest cosine.
  var nearness: [NearnessMeasure: [Double]] {
    let nearest = folds.flatMap(\.nearest)
    func words(_ row: UInt32) -> Set<String> {
      let scalars = Array(design.table.texts[Int(row)].lowercased().unicodeScalars)
      return Set(
        WordSplitter.ranges(scalars).map { String(String.UnicodeScalarView(scalars[$0])) })
    }
    return [
      .cosine: nearest.map { Double($0.score) },
      .words: zip(test, nearest).map { row, nearest in
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

  /// A run by what it is one of.
  struct RunOfArm {
    var seed: UInt64
    var fold: Int?
    var id: String
  }

  /// What the models of an arm said.
  ///
  /// - Parameter runs: of each fold with the same seeds in the same order.
  /// - Returns: nil if one of them has not said anything of some test item.
  func answers(_ arm: StudyArm, runs: [RunOfArm], in catalog: Catalog) throws -> ArmPredictions? {
    let byFold = folds.indices.map { fold in runs.filter { $0.fold ?? 0 == fold } }
    let seeds = byFold[0].map(\.seed)
    guard !seeds.isEmpty, byFold.allSatisfy({ $0.map(\.seed) == seeds }) else { return nil }
    var parts: [ArmPredictions.Answers] = []
    for (design, runs) in zip(folds, byFold) {
      let models = try runs.compactMap {
        try Self.predictions(of: $0.id, on: design.test, in: catalog)
      }
      if models.count < runs.count { return nil }
      parts.append(try learner.answers(models, raw: design.raw))
    }
    return ArmPredictions(name: arm.rawValue, seeds: seeds, answers: .joined(parts))
  }
}
