import Curation
import Store
import Training
import Transformer

/// Vectors of records of two text fields or more, scored by their cosines.
struct SimilarityLearner: StudyLearner {
  private let bench: StudyBench
  private let table: RecordTable
  private let records: SimilarityRecords

  init(_ bench: StudyBench, _ table: RecordTable, _ population: Population) throws {
    self.bench = bench
    self.table = table
    var choice = SimilarityChoice()
    choice.loss = bench.options.similarityLoss
    let fields = try bench.index.textFields()
    let places = (population.raw + population.test).map { Int($0) }
    records = try SimilarityRecords(bench.index, choice, fields, table, places: places) {
      try bench.index.texts(of: fields, at: places, row: { $0 })
    }
  }

  /// Of pairs with a score its correlation with their cosine; else how near the right text is.
  var metrics: [Metric] {
    switch records.options.loss {
    case let loss where loss.usesScores: Metric.ofNumbers
    case .triplet: [.accuracy]
    default: [.meanReciprocalRank]
    }
  }

  func truth(_ rows: [UInt32]) -> TestItems.Truth {
    records.source == .scores
      ? .numbers(rows.map { LearningTargets.number(table.labels[Int($0)]!)! })
      : .counted(items: rows.count)
  }

  func training(_ model: StudyModel) throws -> StudyTraining {
    let request = SimilarityRequest(
      step: .compare, arm: model.arm.rawValue, seed: model.seed, fold: model.fold,
      source: records.source, train: records.examples(model.train.map { Int($0) }),
      development: [], test: records.examples(model.test.map { Int($0) }),
      testRows: model.test.map { Int($0) }, testLabels: model.test.map { table.labels[Int($0)] },
      maximumTokens: bench.options.maximumTokens,
      options: bench.training(records: model.records, classes: nil, seed: model.seed)
        .ofVectors(records.options))
    return try bench.training(request, labels: [])
  }

  func answers(_ models: [[Prediction]], raw: [UInt32]) throws -> ArmPredictions.Answers {
    let numbers = try models.map { model in
      try model.map {
        guard let number = LearningTargets.number($0.predicted) else {
          throw bench.damaged("a number", row: $0.row)
        }
        return number
      }
    }
    return records.source == .scores ? .numbers(numbers) : .scores(numbers)
  }
}
