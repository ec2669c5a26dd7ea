import Curation
import Foundation
import Store
import Training
import Transformer

/// What one training of a tagger is made from; equal requests are the same run.
struct TagRequest {
  var arm: String
  var seed: UInt64
  var sentences: TagSentences
  /// Places among the sentences.
  var train: [Int]
  var development: [Int]
  var test: [Int]
  /// Rows of the index of the test sentences.
  var testRows: [Int]
  var maximumTokens: Int
  var options: TrainingOptions

  /// The same for the same data, options and model.
  func id(modelHash: String) throws -> String {
    func lines(_ places: [Int]) -> String {
      places.map { place in
        zip(sentences.words[place], sentences.tags[place]).map { "\($0) \($1.name)" }
          .joined(separator: "\t")
      }.joined(separator: "\n")
    }
    let hash = StepAccount.hash([
      modelHash, try StepAccount.json(options), "\(maximumTokens)", lines(train),
      lines(development), lines(test),
    ])
    return "\(arm)-seed\(seed)-\(hash.prefix(10))"
  }

  /// A fresh, untrained tagger.
  func tagger(_ model: ModelFolder) throws -> TokenTagger {
    try TokenTagger(
      folder: model, labels: sentences.labels, adapters: options.adapters, seed: options.seed,
      maximumTokens: min(maximumTokens, model.configuration.maximumPositions))
  }

  func train(
    _ tagger: TokenTagger, checkpoint: URL?, progress: (TrainingProgress) -> Void,
    shouldStop: () -> Bool
  ) throws -> TrainingSummary {
    try tagger.train(
      train: sentences.items(train), development: sentences.items(development), options: options,
      checkpoint: checkpoint, progress: progress, shouldStop: shouldStop)
  }

  /// - Parameter predicted: tags of the test sentences.
  fileprivate func metrics(
    _ predicted: [[Int]], _ result: TrainingSummary, since startedAt: Date
  ) -> RunMetrics {
    let tags = sentences.labels.compactMap { Tag($0) }
    let truth = test.map { sentences.entities[$0] }
    let found = predicted.map { EntitySpan.entities(of: $0.map { tags[$0] }) }
    let trueTags = sentences.items(test).flatMap(\.tags)
    let scores = TagScores(
      tags: TagReport(
        labels: sentences.labels, truth: trueTags, predictions: predicted.flatMap { $0 }),
      entities: EntityReport(truth: truth, predictions: found),
      bySurface: SeenEntityReport(
        sentences: test.map { sentences.words[$0] }, truth: truth, predictions: found,
        surfaces: sentences.surfaces(train)))
    return RunMetrics(
      report: ClassificationReport(
        labels: sentences.labels, truth: trueTags, predictions: predicted.flatMap { $0 }),
      tagging: scores, trainingRecords: train.count, developmentRecords: development.count,
      updates: result.history.count, bestStep: result.bestStep,
      stoppedEarly: result.stoppedEarly, seconds: Date().timeIntervalSince(startedAt),
      examplesPerSecond: result.examplesPerSecond, tokens: result.tokens,
      development: result.evaluations)
  }
}

extension RunRecorder {
  /// Trains a tagger; as ``train(_:title:baselines:makeClassifier:keep:)``.
  func train(
    _ request: TagRequest, _ model: ModelFolder, title: String,
    keep: (TokenTagger, RunMetrics) throws -> Void = { _, _ in }
  ) throws -> Run {
    let id = try request.id(modelHash: modelHash)
    let run = try OngoingRun(index, id: id, monitor: monitor)
    let tagger = try request.tagger(model)
    let result = try run.train(title) {
      try request.train(tagger, checkpoint: $0, progress: $1, shouldStop: $2)
    }
    let predicted = try tagger.tags(request.test.map { request.sentences.words[$0] })
    let metrics = request.metrics(predicted, result, since: run.startedAt)
    try keep(tagger, metrics)
    let tags = request.sentences.labels.compactMap { Tag($0) }
    let predictions = try request.test.indices.map { place in
      let label = try StoredTags.text(request.sentences.tags[request.test[place]])
      let found = try StoredTags.text(predicted[place].map { tags[$0] })
      return Prediction(
        run: id, row: request.testRows[place], label: label, predicted: found,
        correct: label == found, probability: 1)
    }
    return try run.finish(
      result, metrics, arm: request.arm, answer: .tags, seed: request.seed,
      options: request.options, predictions: predictions)
  }
}
