import Corpus
import Curation
import Store
import Training
import Transformer

/// Labels, sets of labels or numbers of texts, or of pairs of texts.
struct TextLearner: StudyLearner {
  let bench: StudyBench
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

  func classes(_ rows: [UInt32]) -> [Int] { items(rows).compactMap(\.label) }

  func request(_ model: StudyModel) throws -> any TrainingRequest {
    request(.compare, model.name, model)
  }

  /// A model whose training has copies of test items.
  ///
  /// - Parameter copies: further texts to train on, each with the row whose label it has.
  func training(_ model: StudyModel, copies: [(row: UInt32, text: String)]) throws -> StudyTraining
  {
    var request = request(.inject, "injected", model)
    request.train += copies.map { row, text in
      var item = items([row])[0]
      item.text = text
      return item
    }
    return try bench.training(request, labels: request.train.compactMap(\.label))
  }

  private func items(_ rows: [UInt32]) -> [LabeledText] { targets.items(rows.map { Int($0) }) }

  private func request(_ step: Run.Step, _ name: String, _ model: StudyModel) -> TextRequest {
    TextRequest(
      step: step, arm: name, seed: model.seed, fold: model.fold, train: items(model.train),
      development: items(model.development), testRows: model.test, test: items(model.test),
      testLabels: model.test.map { targets.table.labels[Int($0)]! }, labels: targets.labels,
      problem: targets.problem, otherLabel: otherLabel, pairFields: targets.pairFields,
      maximumTokens: bench.options.maximumTokens,
      options: bench.training(
        model, classes: targets.problem == .singleLabel ? targets.labels.count : nil))
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
