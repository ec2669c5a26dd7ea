import Curation
import Foundation
import Store
import Training
import Transformer

/// How well sentence vectors say what is alike in test examples, before and after training.
public struct SimilarityScores: Codable, Hashable, Sendable {
  public var loss: SimilarityLoss
  /// Where the pairs came from: scores, fields, labels or clusters.
  public var source: String
  public var before: SimilarityReport
  public var after: SimilarityReport
  /// Of the main score; nil with fewer than two test items.
  public var gain: SimilarityGain?
}

/// Fine-tunes an encoder's sentence vectors on the split's training part and compares them with those from
/// before on its test part.
public struct SimilarityFinetuneStep {
  private let index: OpenIndex
  private let model: ModelFolder
  private let options: FinetuneOptions
  private let choice: SimilarityChoice
  private let monitor: StepMonitor

  public init(
    _ index: OpenIndex, model: ModelFolder, options: FinetuneOptions,
    similarity: SimilarityChoice = SimilarityChoice(), monitor: StepMonitor
  ) {
    self.index = index
    self.model = model
    self.options = options
    choice = similarity
    self.monitor = monitor
  }

  /// - Parameters:
  ///   - output: where the model folder goes; `INDEX/runs/RUN_ID/model` if nil.
  ///   - replacing: another model at `output` may be replaced.
  /// - Throws: ``CurationError`` if the index has too little of what the loss needs, or there is something
  ///   else at `output`; `FileError` naming a record that lacks a field; ``Interrupted`` after a stop: the
  ///   checkpoint stays for the next time.
  public func run(output: URL? = nil, replacing: Bool = false) throws -> FinetuneSummary {
    let data = try SimilarityData(index, choice, arm: options.arm, seed: options.seed)
    guard !data.train.isEmpty, !data.test.isEmpty else {
      throw CurationError(
        place: index.folder.url.relativePath,
        expected: "pairs of texts that are alike, to train on and to test on",
        found: "\(data.train.count) to train on, \(data.test.count) to test on",
        advice:
          "index pairs (--text-field a --text-field b) with or without a score, or give records "
          + "labels or paraphrases (simcurate cluster)")
    }
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
        try trainer.save(to: target, run: id)
        metrics = result
      })
    return summary(metrics!, id, target, nothingToDo: false)
  }

  /// How training goes, as it follows from the options, the model and the data.
  ///
  /// - Throws: as ``run(output:replacing:)`` for an index that cannot be learned from.
  public func trainingOptions() throws -> TrainingOptions {
    request(try SimilarityData(index, choice, arm: options.arm, seed: options.seed)).options
  }

  /// The training without its test: no record of the test part is read.
  ///
  /// - Parameter stepShare: of the updates planned.
  /// - Throws: as ``run(output:replacing:)``; ``CurationError`` too if there is no development part to judge
  ///   it by.
  public func trial(stepShare: Double) throws -> TrainingTrial {
    let data = try SimilarityData(
      index, choice, arm: options.arm, seed: options.seed, readsTest: false)
    guard !data.train.isEmpty, !data.development.isEmpty else {
      throw CurationError(
        place: index.folder.url.relativePath,
        expected: "pairs of texts that are alike, to train on and to choose by",
        found: "\(data.train.count) to train on, \(data.development.count) in the development part")
    }
    var request = self.request(data)
    request.options.stepShare = stepShare < 1 ? stepShare : nil
    return TrainingTrial(
      id: try request.id(modelHash: model.hash), options: request.options
    ) { [self, request] checkpoint, progress, shouldStop in
      try request.trainer(model).train(
        train: request.train, development: request.development, checkpoint: checkpoint,
        progress: progress, shouldStop: shouldStop)
    }
  }

  private func request(_ data: SimilarityData) -> SimilarityRequest {
    SimilarityRequest(
      arm: "finetune-similarity-" + options.arm.rawValue, seed: options.seed, source: data.source,
      train: data.train, development: data.development, test: data.test, testRows: data.testRows,
      testLabels: data.testLabels, maximumTokens: options.maximumTokens,
      options: options.training.takeHome(
        model.configuration, records: data.train.count, classes: 0, seed: options.seed
      ).ofVectors(data.options))
  }

  private func summary(
    _ metrics: RunMetrics, _ id: String, _ target: URL, nothingToDo: Bool
  ) -> FinetuneSummary {
    FinetuneSummary(
      index: index.folder.url.relativePath, model: target.relativePath, run: id,
      arm: options.arm, metrics: metrics, nothingToDo: nothingToDo)
  }
}
