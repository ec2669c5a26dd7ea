import Corpus
import Curation
import Store
import Training
import Transformer

/// Answers to questions in their contexts, scored by the words they share with a right one.
struct QuestionLearner: StudyLearner {
  let bench: StudyBench
  /// By row of the index.
  private let questions: [ContextQuestion]
  private let fields: QuestionFields

  let metrics = Metric.ofAnswers

  /// - Throws: `FileError` naming a record with answers that are not in its context.
  init(_ bench: StudyBench) throws {
    self.bench = bench
    let fields = QuestionFields(texts: try bench.index.textFields())
    var questions: [ContextQuestion] = []
    try bench.index.catalog.forEachRecord { record in
      questions.append(try record.record.judgedQuestion(fields))
    }
    self.questions = questions
    self.fields = fields
  }

  func truth(_ rows: [UInt32]) -> TestItems.Truth { .counted(items: rows.count) }

  func request(_ model: StudyModel) throws -> any TrainingRequest {
    var options = bench.training(model, classes: nil)
    options.head = nil
    return QuestionRequest(
      step: .compare, arm: model.name, seed: model.seed, fold: model.fold,
      train: model.train.map { questions[Int($0)] },
      development: model.development.map { questions[Int($0)] },
      test: model.test.map { questions[Int($0)] }, testRows: model.test.map { Int($0) },
      maximumTokens: AnswerFinder.standardTokens, stride: AnswerFinder.standardStride,
      fields: fields, options: options)
  }

  func answers(_ models: [[Prediction]], raw: [UInt32]) throws -> ArmPredictions.Answers {
    .texts(
      try models.map { model in
        try model.map { prediction in
          guard let right = StoredJSON.strings(prediction.label) else {
            throw bench.damaged("right answers", row: prediction.row)
          }
          let scores = AnswerScores(prediction: prediction.predicted, answers: right)
          return AnswerScore(isExact: scores.isExact, f1: scores.f1)
        }
      })
  }
}
