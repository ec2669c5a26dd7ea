import Curation
import Foundation
import Store
import Training
import Transformer

/// How well a tagger does on test sentences.
public struct TagScores: Codable, Hashable, Sendable {
  /// Of each tag, word by word.
  public var tags: TagReport
  /// Of entities, exactly as they lie.
  public var entities: EntityReport
  /// Of those with surface forms that training had, and had not.
  public var bySurface: SeenEntityReport
}

/// A training of tags of the words of sentences.
struct TagRequest: TrainingRequest {
  var step: Run.Step
  var arm: String
  var seed: UInt64
  var fold: Int?
  var sentences: TagSentences
  /// Places among the sentences.
  var train: [Int]
  var development: [Int]
  var test: [Int]
  /// Rows of the index of the test sentences.
  var testRows: [Int]
  var maximumTokens: Int
  var options: TrainingOptions

  var counts: (train: Int, development: Int) { (train.count, development.count) }

  let answer = Run.Answer.tags

  var content: [String] {
    [train, development, test].map { places in
      places.map { place in
        zip(sentences.words[place], sentences.tags[place]).map { "\($0) \($1.name)" }
          .joined(separator: "\t")
      }.joined(separator: "\n")
    }
  }

  var remarks: [String] {
    let reading = sentences.reading
    return reading.irregularities.map {
      "\($0.count) tags do not follow \(reading.scheme.rawValue): " + $0.kind.remedy
    }
      + (reading.strays > 0
        ? ["\(reading.strays) sentences follow another scheme than the rest"] : [])
  }

  func learner(_ model: ModelFolder) throws -> TokenTagger {
    try TokenTagger(
      folder: model, labels: sentences.labels, adapters: options.adapters, seed: seed,
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

  func score(_ tagger: TokenTagger, _: Void, run: String, _ metrics: inout RunMetrics) throws
    -> [Prediction]
  {
    let predicted = try tagger.tags(test.map { sentences.words[$0] })
    let tags = sentences.labels.compactMap { Tag($0) }
    let truth = test.map { sentences.entities[$0] }
    let found = predicted.map { EntitySpan.entities(of: $0.map { tags[$0] }) }
    let (trueTags, foundTags) = (sentences.items(test).flatMap(\.tags), predicted.flatMap { $0 })
    metrics.report = ClassificationReport(
      labels: sentences.labels, truth: trueTags, predictions: foundTags)
    metrics.tagging = TagScores(
      tags: TagReport(labels: sentences.labels, truth: trueTags, predictions: foundTags),
      entities: EntityReport(truth: truth, predictions: found),
      bySurface: SeenEntityReport(
        sentences: test.map { sentences.words[$0] }, truth: truth, predictions: found,
        surfaces: sentences.surfaces(train)))
    return test.indices.map { place in
      let label = StoredTags.text(sentences.tags[test[place]])
      let found = StoredTags.text(predicted[place].map { tags[$0] })
      return Prediction(
        run: run, row: testRows[place], label: label, predicted: found, correct: label == found,
        probability: 1)
    }
  }

  func save(_ tagger: TokenTagger, _ metrics: RunMetrics, to folder: URL, run: String) throws {
    try tagger.save(to: folder, run: run, accuracy: metrics.tagging?.entities.micro.f1)
  }
}
