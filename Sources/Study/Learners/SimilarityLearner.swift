import Curation
import Store
import Training
import Transformer

/// Vectors of records of two text fields or more, scored by their cosines.
struct SimilarityLearner: StudyLearner {
  let bench: StudyBench
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

  func request(_ model: StudyModel) throws -> any TrainingRequest {
    SimilarityRequest(
      step: .compare, arm: model.name, seed: model.seed, fold: model.fold,
      source: records.source, train: records.examples(model.train.map { Int($0) }),
      development: records.examples(model.development.map { Int($0) }),
      test: records.examples(model.test.map { Int($0) }),
      testRows: model.test.map { Int($0) }, testLabels: model.test.map { table.labels[Int($0)] },
      maximumTokens: bench.options.maximumTokens,
      options: bench.training(model, classes: nil).ofVectors(records.options))
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
