import Curation
import Foundation
import Store
import Training
import Transformer

/// What one training of sentence vectors is made from; equal requests are the same run.
struct SimilarityRequest {
  var arm: String
  var seed: UInt64
  var source: SimilarityData.Source
  var train: [SimilarityExample]
  var development: [SimilarityExample]
  var test: [SimilarityExample]
  /// Rows of the index of the test examples and their labels; empty where an example is more than a record.
  var testRows: [Int]
  var testLabels: [String?]
  var maximumTokens: Int
  /// Those of sentence vectors among them.
  var options: TrainingOptions

  /// The same for the same data, options and model.
  func id(modelHash: String) throws -> String {
    func lines(_ examples: [SimilarityExample]) -> String {
      examples.map { "\($0.score ?? -1)\t\($0.group ?? -1)\t" + $0.texts.joined(separator: "\t") }
        .joined(separator: "\n")
    }
    let hash = StepAccount.hash([
      modelHash, try StepAccount.json(options), "\(maximumTokens)", lines(train),
      lines(development), lines(test),
    ])
    return "\(arm)-seed\(seed)-\(hash.prefix(10))"
  }

  /// A fresh, untrained encoder.
  func trainer(_ model: ModelFolder) throws -> SimilarityTrainer {
    try SimilarityTrainer(
      folder: model, options: options,
      maximumTokens: min(maximumTokens, model.configuration.maximumPositions))
  }

  /// What the vectors say of each test record: a cosine beside its score, or how well they do.
  fileprivate func predictions(_ report: SimilarityReport, run: String) -> [Prediction] {
    zip(testRows, zip(testLabels, report.byExample)).map { row, answer in
      let label = source == .scores ? answer.0 ?? "" : ""
      return Prediction(
        run: run, row: row, label: label, predicted: "\(answer.1)",
        correct: label == "\(answer.1)", probability: 1)
    }
  }
}

extension RunRecorder {
  /// Trains sentence vectors; as ``train(_:title:baselines:makeClassifier:keep:)``.
  func train(
    _ request: SimilarityRequest, _ model: ModelFolder, title: String,
    keep: (SimilarityTrainer, RunMetrics) throws -> Void = { _, _ in }
  ) throws -> Run {
    let id = try request.id(modelHash: modelHash)
    let run = try OngoingRun(index, id: id, monitor: monitor)
    let trainer = try request.trainer(model)
    monitor.progress(
      StepProgress(phase: "scoring the model as it is", completed: 0, total: 1, unit: "models"))
    let before = try trainer.report(request.test)
    let result = try run.train(title) { checkpoint, progress, shouldStop in
      try trainer.train(
        train: request.train, development: request.development, checkpoint: checkpoint,
        progress: progress, shouldStop: shouldStop)
    }
    let after = try trainer.report(request.test)
    let scores = SimilarityScores(
      loss: request.options.similarity!.loss, source: request.source.rawValue, before: before,
      after: after, gain: SimilarityGain(from: before, to: after))
    let metrics = RunMetrics(
      similarity: scores, trainingRecords: request.train.count,
      developmentRecords: request.development.count, updates: result.history.count,
      bestStep: result.bestStep, stoppedEarly: result.stoppedEarly,
      seconds: Date().timeIntervalSince(run.startedAt),
      examplesPerSecond: result.examplesPerSecond, tokens: result.tokens,
      development: result.evaluations)
    try keep(trainer, metrics)
    return try run.finish(
      result, metrics, arm: request.arm, answer: request.source == .scores ? .number : .score,
      seed: request.seed, options: request.options,
      predictions: request.predictions(after, run: id))
  }
}
