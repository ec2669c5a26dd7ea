import Corpus
import Curation
import Store
import Training
import Transformer

/// Labels, sets of labels or numbers of texts, or of pairs of texts.
struct TextLearner: StudyLearner {
  private let bench: StudyBench
  private let targets: LearningTargets
  /// Of relations the label that is none.
  private let otherLabel: String?

  init(_ bench: StudyBench, _ table: RecordTable, _ population: Population) throws {
    let task = bench.options.task
    self.bench = bench
    targets = try LearningTargets(bench.index, task, table)
    otherLabel = task == .relations ? RelationTask.other : nil
    let places = (population.raw + population.test).map { Int($0) }
    let place = bench.index.folder.url.relativePath
    if let fault = targets.noNumber(among: places, of: place) { throw fault }
  }

  var metrics: [Metric] {
    switch targets.problem {
    case .singleLabel: otherLabel == nil ? Metric.ofClasses : Metric.ofRelations
    case .multiLabel: Metric.ofSets
    case .regression: Metric.ofNumbers
    }
  }

  func truth(_ rows: [UInt32]) -> TestItems.Truth {
    let places = rows.map { Int($0) }
    switch targets.problem {
    case .singleLabel:
      let labels = places.map { Int(targets.table.labelNumbers[$0]) }
      guard let otherLabel else { return .classes(labels, count: targets.labels.count) }
      return .relations(
        labels, ofClass: RelationReport.relations(of: targets.labels, other: otherLabel).ofLabel)
    case .multiLabel: return .sets(places.map(targets.numbers(at:)), count: targets.labels.count)
    case .regression:
      return .numbers(places.map { LearningTargets.number(targets.table.labels[$0]!)! })
    }
  }

  func training(_ model: StudyModel) throws -> StudyTraining {
    var request = request(
      .compare, model.arm.rawValue, seed: model.seed, train: model.train, test: model.test,
      records: model.records)
    request.fold = model.fold
    return try training(request)
  }

  /// A model whose training has copies of test items.
  ///
  /// - Parameter copies: further texts to train on, each with the row whose label it has.
  func training(
    seed: UInt64, train: [UInt32], copies: [(row: UInt32, text: String)], test: [UInt32],
    records: Int
  ) throws -> StudyTraining {
    var request = request(
      .inject, "injected", seed: seed, train: train, test: test, records: records)
    request.train += copies.map { row, text in
      var item = targets.items([Int(row)])[0]
      item.text = text
      return item
    }
    return try training(request)
  }

  private func training(_ request: TextRequest) throws -> StudyTraining {
    try bench.training(request, labels: request.train.compactMap(\.label))
  }

  private func request(
    _ step: Run.Step, _ arm: String, seed: UInt64, train: [UInt32], test: [UInt32], records: Int
  ) -> TextRequest {
    TextRequest(
      step: step, arm: arm, seed: seed, train: targets.items(train.map { Int($0) }),
      development: [], testRows: test, test: targets.items(test.map { Int($0) }),
      testLabels: test.map { targets.table.labels[Int($0)]! }, labels: targets.labels,
      problem: targets.problem, otherLabel: otherLabel, pairFields: targets.pairFields,
      maximumTokens: bench.options.maximumTokens,
      options: bench.training(
        records: records,
        classes: targets.problem == .singleLabel ? targets.labels.count : nil, seed: seed))
  }

  func answers(_ models: [[Prediction]], raw: [UInt32]) throws -> ArmPredictions.Answers {
    func each<Answer>(_ what: String, _ answer: (Prediction) -> Answer?) throws -> [[Answer]] {
      try models.map { model in
        try model.map {
          guard let answer = answer($0) else { throw bench.damaged(what, row: $0.row) }
          return answer
        }
      }
    }
    switch targets.problem {
    case .singleLabel:
      return .classes(try each("a known label") { targets.numbers(of: $0.predicted)?.first })
    case .multiLabel:
      return .sets(try each("known labels") { targets.numbers(of: $0.predicted) })
    case .regression:
      return .numbers(try each("a number") { LearningTargets.number($0.predicted) })
    }
  }

  /// Vectors of pairs are those of both texts joined, which says little of how they go together.
  var frozenClasses: (labels: [Int32], count: Int)? {
    guard targets.problem == .singleLabel, targets.pairFields == nil else { return nil }
    return (targets.table.labelNumbers, targets.labels.count)
  }
}
