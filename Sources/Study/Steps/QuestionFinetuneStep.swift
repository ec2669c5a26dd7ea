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
    let request = self.request(data)
    let id = try request.id(modelHash: model.hash)
    let target = output ?? FinetuneStep.modelFolder(index, run: id)
    if let known = try OngoingRun.finished(index, id: id, output: output, replacing: replacing) {
      return summary(known, id, target, nothingToDo: true)
    }
    var metrics: RunMetrics?
    _ = try RunRecorder(index: index, modelHash: model.hash, monitor: monitor).train(
      request, model, title: "fine-tuning",
      keep: { trainer, result in
        try trainer.save(
          to: target, run: id, accuracy: result.answers?.report.exactMatch,
          pairFields: data.fields.texts)
        metrics = result
      })
    return summary(metrics!, id, target, nothingToDo: false)
  }

  /// How training goes, as it follows from the options, the model and the data.
  ///
  /// - Throws: as ``run(output:replacing:)`` for an index that cannot be learned from.
  public func trainingOptions() throws -> TrainingOptions { request(try data()).options }

  /// The training without its test: no record of the test part is read.
  ///
  /// - Parameter stepShare: of the updates planned.
  /// - Throws: ``CurationError`` if there is no development part to judge it by, or `FileError` naming a
  ///   record with answers that are not in its context.
  public func trial(stepShare: Double) throws -> TrainingTrial {
    let data = try QuestionData(index, options, readsTest: false)
    try data.parts.checkDevelopment(index)
    var request = self.request(data)
    request.options.stepShare = stepShare < 1 ? stepShare : nil
    return TrainingTrial(
      id: try request.id(modelHash: model.hash), options: request.options
    ) { [self, request] in
      try request.train(request.trainer(model), checkpoint: $0, progress: $1, shouldStop: $2)
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

  private func request(_ data: QuestionData) -> QuestionRequest {
    var training = options.training.takeHome(
      model.configuration, records: data.train.count, classes: 2, seed: options.seed)
    training.head = nil
    return QuestionRequest(
      arm: "finetune-questions-" + options.arm.rawValue, seed: options.seed, train: data.train,
      development: data.development, test: data.test, testRows: data.parts.test.map(data.parts.row),
      maximumTokens: options.maximumTokens, stride: stride, options: training)
  }

  private func summary(
    _ metrics: RunMetrics, _ id: String, _ target: URL, nothingToDo: Bool
  ) -> FinetuneSummary {
    FinetuneSummary(
      index: index.folder.url.relativePath, model: target.relativePath, run: id,
      arm: options.arm, metrics: metrics, nothingToDo: nothingToDo)
  }
}
