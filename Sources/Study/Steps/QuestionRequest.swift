import Corpus
import Curation
import Foundation
import Store
import Training
import Transformer

/// How well a model answers test questions.
public struct QuestionScores: Codable, Hashable, Sendable {
  /// What came of it.
  public var report: AnswerReport
  /// By how much "no answer" has to be better than the best span to be the answer, chosen on the development
  /// part; nil if there always is one.
  public var nullThreshold: Double?
}

/// A training of a model that finds answers in texts.
struct QuestionRequest: TrainingRequest {
  var step: Run.Step
  var arm: String
  var seed: UInt64
  var fold: Int?
  var train: [ContextQuestion]
  var development: [ContextQuestion]
  var test: [ContextQuestion]
  /// Rows of the index of the test questions.
  var testRows: [Int]
  /// Of a window; longer contexts are several, which have `stride` tokens in common.
  var maximumTokens: Int
  var stride: Int
  /// Names of the fields that questions and contexts stand in, for the model's record.
  var fields: QuestionFields
  var options: TrainingOptions

  var counts: (train: Int, development: Int) { (train.count, development.count) }

  let answer = Run.Answer.text

  var content: [String] {
    func lines(_ questions: [ContextQuestion]) -> String {
      questions.map { item in
        let answers = item.answers.map { "\($0.start) \($0.text)" }
        return ([item.question, item.context] + answers).joined(separator: "\t")
      }.joined(separator: "\n")
    }
    return ["\(stride)", lines(train), lines(development), lines(test)]
  }

  func learner(_ model: ModelFolder) throws -> AnswerTrainer {
    try AnswerTrainer(
      folder: model, adapters: options.adapters, seed: seed,
      maximumTokens: min(maximumTokens, model.configuration.maximumPositions), stride: stride)
  }

  func train(
    _ trainer: AnswerTrainer, checkpoint: URL?, progress: (TrainingProgress) -> Void,
    shouldStop: () -> Bool
  ) throws -> TrainingSummary {
    try trainer.train(
      train: train, development: development, options: options, checkpoint: checkpoint,
      progress: progress, shouldStop: shouldStop)
  }

  func score(_ trainer: AnswerTrainer, _: Void, run: String, _ metrics: inout RunMetrics) throws
    -> [Prediction]
  {
    let found = zip(test, trainer.answers(test)).map { question, answers in
      answers.best(threshold: trainer.nullThreshold).map { question.text($0.range) } ?? ""
    }
    let right = test.map { $0.answers.map(\.text) }
    metrics.answers = QuestionScores(
      report: AnswerReport(predictions: found, answers: right),
      nullThreshold: trainer.nullThreshold)
    return found.indices.map { place in
      let label = StoredJSON.text(right[place])
      return Prediction(
        run: run, row: testRows[place], label: label, predicted: found[place],
        correct: label == found[place], probability: 1)
    }
  }

  func save(_ trainer: AnswerTrainer, _ metrics: RunMetrics, to folder: URL, run: String) throws {
    try trainer.save(
      to: folder, run: run, accuracy: metrics.answers?.report.exactMatch, pairFields: fields.texts)
  }
}
