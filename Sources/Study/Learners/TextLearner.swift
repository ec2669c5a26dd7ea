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

  init(
    _ bench: StudyBench, _ table: RecordTable, _ task: LearningTask, _ population: Population
  ) throws {
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

  func training(
    _ arm: StudyArm, seed: UInt64, train: [UInt32], test: [UInt32], records: Int
  ) throws -> StudyTraining {
    try training(named: arm.rawValue, seed: seed, train: train, test: test, records: records)
  }

  /// - Parameter added: further texts to train on, each with the row whose label it has.
  func training(
    named arm: String, seed: UInt64, train: [UInt32],
    adding added: [(row: UInt32, text: String)] = [], test: [UInt32], records: Int
  ) throws -> StudyTraining {
    let options = bench.training(
      records: records,
      classes: targets.problem == .singleLabel ? targets.labels.count : nil, seed: seed)
    let request = RunRequest(
      arm: arm, seed: seed,
      train: targets.items(train.map { Int($0) })
        + added.map { row, text in
          var item = targets.items([Int(row)])[0]
          item.text = text
          return item
        }, development: [],
      testRows: test, test: targets.items(test.map { Int($0) }),
      testLabels: test.map { targets.table.labels[Int($0)]! }, labels: targets.labels,
      problem: targets.problem, otherLabel: otherLabel, options: options)
    let bench = bench
    func classifier(_ request: RunRequest) throws -> SequenceClassifier {
      try SequenceClassifier(
        folder: bench.model, labels: request.labels, problem: request.problem,
        otherLabel: request.otherLabel, adapters: options.adapters, seed: seed,
        maximumTokens: min(
          bench.options.maximumTokens, bench.model.configuration.maximumPositions))
    }
    return StudyTraining(
      arm: arm, seed: seed, id: try request.id(modelHash: bench.model.hash),
      updates: options.maximumSteps ?? 0, labels: request.train.compactMap(\.label)
    ) { title in
      try bench.recorder.train(
        request, title: title, makeClassifier: { try classifier(request) })
    } pace: { updates in
      let classifier = try classifier(request)
      return try TrainingPace(updates: updates) { progress, shouldStop in
        try classifier.train(
          train: request.train, development: [], options: options, progress: progress,
          shouldStop: shouldStop)
      }
    }
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
