import Corpus
import Curation
import Foundation
import Store
import Training
import Transformer

/// How well a model answers test questions.
public struct QuestionScores: Codable, Hashable, Sendable {
  public var report: AnswerReport
  /// By how much "no answer" has to be better than the best span to be the answer, chosen on the development
  /// part; nil if there always is one.
  public var nullThreshold: Double?
}

/// Fine-tunes a model that finds answers in texts on the split's training part and scores it on its test
/// part.
public struct QuestionFinetuneStep {
  private let index: OpenIndex
  private let model: ModelFolder
  private let options: FinetuneOptions
  private let stride: Int
  private let monitor: StepMonitor

  /// - Parameter stride: tokens that neighboring windows of a context have in common.
  public init(
    _ index: OpenIndex, model: ModelFolder, options: FinetuneOptions,
    stride: Int = AnswerFinder.standardStride, monitor: StepMonitor
  ) {
    self.index = index
    self.model = model
    self.options = options
    self.stride = stride
    self.monitor = monitor
  }

  /// - Parameters:
  ///   - output: where the model folder goes; `INDEX/runs/RUN_ID/model` if nil.
  ///   - replacing: another model at `output` may be replaced.
  /// - Throws: ``CurationError`` if the index has no questions to train and test on, or there is something
  ///   else at `output`; `FileError` naming a record with answers that are not in its context;
  ///   ``Interrupted`` after a stop: the checkpoint stays for the next time.
  public func run(output: URL? = nil, replacing: Bool = false) throws -> FinetuneSummary {
    let data = try data()
    let training = self.training(data)
    let id = try identity(data, training)
    let target = output ?? FinetuneStep.modelFolder(index, run: id)
    if let known = try OngoingRun.finished(index, id: id, output: output, replacing: replacing) {
      return summary(known, id, target, nothingToDo: true)
    }
    return summary(try train(data, training, id, target), id, target, nothingToDo: false)
  }

  /// How training goes, as it follows from the options, the model and the data.
  ///
  /// - Throws: as ``run(output:replacing:)`` for an index that cannot be learned from.
  public func trainingOptions() throws -> TrainingOptions { training(try data()) }

  /// The training without its test: no record of the test part is read.
  ///
  /// - Parameter stepShare: of the updates planned.
  /// - Throws: ``CurationError`` if there is no development part to judge it by, or `FileError` naming a
  ///   record with answers that are not in its context.
  public func trial(stepShare: Double) throws -> TrainingTrial {
    let data = try QuestionData(index, options, readsTest: false)
    try data.parts.checkDevelopment(index)
    var training = self.training(data)
    training.stepShare = stepShare < 1 ? stepShare : nil
    return TrainingTrial(id: try identity(data, training), options: training) {
      [self, training] checkpoint, progress, shouldStop in
      try trainer(training).train(
        train: data.train, development: data.development, options: training,
        checkpoint: checkpoint, progress: progress, shouldStop: shouldStop)
    }
  }

  private func data() throws -> QuestionData {
    let data = try QuestionData(index, options)
    guard data.train.contains(where: { !$0.answers.isEmpty }), !data.test.isEmpty else {
      throw CurationError(
        place: index.folder.url.relativePath,
        expected: "questions with answers to train on, and some to test on",
        found:
          "\(data.train.count { !$0.answers.isEmpty }) to train on, \(data.test.count) to test on")
    }
    return data
  }

  private func training(_ data: QuestionData) -> TrainingOptions {
    var training = options.training.takeHome(
      model.configuration, records: data.train.count, classes: 2, seed: options.seed)
    training.head = nil
    return training
  }

  private func trainer(_ training: TrainingOptions) throws -> AnswerTrainer {
    try AnswerTrainer(
      folder: model, adapters: training.adapters, seed: training.seed,
      maximumTokens: min(options.maximumTokens, model.configuration.maximumPositions),
      stride: stride)
  }

  private func identity(_ data: QuestionData, _ training: TrainingOptions) throws -> String {
    func lines(_ questions: [QuestionText]) -> String {
      questions.map { item in
        let answers = item.answers.map { "\($0.start) \($0.text)" }
        return ([item.question, item.context] + answers).joined(separator: "\t")
      }.joined(separator: "\n")
    }
    let hash = StepAccount.hash([
      model.hash, try StepAccount.json(training), "\(options.maximumTokens) \(stride)",
      lines(data.train), lines(data.development), lines(data.test),
    ])
    return "finetune-questions-\(options.arm.rawValue)-seed\(options.seed)-\(hash.prefix(10))"
  }

  private func train(
    _ data: QuestionData, _ training: TrainingOptions, _ id: String, _ target: URL
  ) throws -> RunMetrics {
    let run = try OngoingRun(index, id: id, monitor: monitor)
    let trainer = try self.trainer(training)
    let result = try run.train("fine-tuning") { checkpoint, progress, shouldStop in
      try trainer.train(
        train: data.train, development: data.development, options: training,
        checkpoint: checkpoint, progress: progress, shouldStop: shouldStop)
    }
    let answers = trainer.answers(data.test)
    let report = AnswerReport(
      predictions: zip(data.test, answers).map { question, answers in
        answers.best(threshold: trainer.nullThreshold).map { question.text($0.range) } ?? ""
      }, answers: data.test.map { $0.answers.map(\.text) })
    let metrics = RunMetrics(
      answers: QuestionScores(report: report, nullThreshold: trainer.nullThreshold),
      trainingRecords: data.train.count, developmentRecords: data.development.count,
      updates: result.history.count, bestStep: result.bestStep, stoppedEarly: result.stoppedEarly,
      seconds: Date().timeIntervalSince(run.startedAt),
      examplesPerSecond: result.examplesPerSecond, tokens: result.tokens,
      development: result.evaluations)
    try trainer.save(
      to: target, run: id, accuracy: report.exactMatch, pairFields: data.fields.texts)
    _ = try run.finish(
      result, metrics, arm: "finetune-questions-" + options.arm.rawValue, seed: options.seed,
      options: training, predictions: [])
    return metrics
  }

  private func summary(
    _ metrics: RunMetrics, _ id: String, _ target: URL, nothingToDo: Bool
  ) -> FinetuneSummary {
    FinetuneSummary(
      index: index.folder.url.relativePath, model: target.relativePath, run: id,
      arm: options.arm, metrics: metrics, nothingToDo: nothingToDo)
  }
}
