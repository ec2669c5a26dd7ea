import Corpus
import Curation
import Foundation
import Store
import Training
import Transformer

/// What one training of a model for questions is made from; equal requests are the same run.
struct QuestionRequest {
  var arm: String
  var seed: UInt64
  var train: [ContextQuestion]
  var development: [ContextQuestion]
  var test: [ContextQuestion]
  /// Rows of the index of the test questions.
  var testRows: [Int]
  /// Of a window; longer contexts are several, which have `stride` tokens in common.
  var maximumTokens: Int
  var stride: Int
  var options: TrainingOptions

  /// The same for the same data, options and model.
  func id(modelHash: String) throws -> String {
    func lines(_ questions: [ContextQuestion]) -> String {
      questions.map { item in
        let answers = item.answers.map { "\($0.start) \($0.text)" }
        return ([item.question, item.context] + answers).joined(separator: "\t")
      }.joined(separator: "\n")
    }
    let hash = StepAccount.hash([
      modelHash, try StepAccount.json(options), "\(maximumTokens) \(stride)", lines(train),
      lines(development), lines(test),
    ])
    return "\(arm)-seed\(seed)-\(hash.prefix(10))"
  }

  /// A fresh, untrained model.
  func trainer(_ model: ModelFolder) throws -> AnswerTrainer {
    try AnswerTrainer(
      folder: model, adapters: options.adapters, seed: options.seed,
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
}

/// Right answers to a question as the table of predictions has them: a JSON array of texts.
enum StoredAnswers {
  static func text(_ answers: [String]) throws -> String { try StepAccount.json(answers) }

  /// Nil if that is no such array.
  static func answers(_ text: String) -> [String]? {
    try? JSONDecoder().decode([String].self, from: Data(text.utf8))
  }
}

extension RunRecorder {
  /// Trains a model for questions; as ``train(_:title:baselines:makeClassifier:keep:)``.
  func train(
    _ request: QuestionRequest, _ model: ModelFolder, title: String,
    keep: (AnswerTrainer, RunMetrics) throws -> Void = { _, _ in }
  ) throws -> Run {
    let id = try request.id(modelHash: modelHash)
    let run = try OngoingRun(index, id: id, monitor: monitor)
    let trainer = try request.trainer(model)
    let result = try run.train(title) {
      try request.train(trainer, checkpoint: $0, progress: $1, shouldStop: $2)
    }
    let found = zip(request.test, trainer.answers(request.test)).map { question, answers in
      answers.best(threshold: trainer.nullThreshold).map { question.text($0.range) } ?? ""
    }
    let right = request.test.map { $0.answers.map(\.text) }
    let metrics = RunMetrics(
      answers: QuestionScores(
        report: AnswerReport(predictions: found, answers: right),
        nullThreshold: trainer.nullThreshold),
      trainingRecords: request.train.count, developmentRecords: request.development.count,
      updates: result.history.count, bestStep: result.bestStep,
      stoppedEarly: result.stoppedEarly, seconds: Date().timeIntervalSince(run.startedAt),
      examplesPerSecond: result.examplesPerSecond, tokens: result.tokens,
      development: result.evaluations)
    try keep(trainer, metrics)
    let predictions = try found.indices.map { place in
      let label = try StoredAnswers.text(right[place])
      return Prediction(
        run: id, row: request.testRows[place], label: label, predicted: found[place],
        correct: label == found[place], probability: 1)
    }
    return try run.finish(
      result, metrics, arm: request.arm, answer: .text, seed: request.seed,
      options: request.options, predictions: predictions)
  }
}
