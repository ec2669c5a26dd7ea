import Curation
import Store
import Training
import Transformer

/// Tags of the words of sentences, scored by entities.
struct TagLearner: StudyLearner {
  let bench: StudyBench
  private let sentences: TagSentences

  let metrics = Metric.ofEntities

  init(_ bench: StudyBench) throws {
    self.bench = bench
    sentences = try TagSentences(bench.index, tagNames: bench.options.tagNames)
    guard sentences.typeCount > 0 else {
      throw CurationError(
        place: bench.index.folder.url.relativePath, expected: "sentences with entities",
        found: "tags that mark none")
    }
  }

  func truth(_ rows: [UInt32]) -> TestItems.Truth { .counted(items: rows.count) }

  func classes(_ rows: [UInt32]) -> [Int] {
    sentences.items(rows.map { Int($0) }).flatMap(\.tags)
  }

  func request(_ model: StudyModel) throws -> any TrainingRequest {
    TagRequest(
      step: .compare, arm: model.name, seed: model.seed, fold: model.fold, sentences: sentences,
      train: model.train.map { Int($0) }, development: model.development.map { Int($0) },
      test: model.test.map { Int($0) }, testRows: model.test.map { Int($0) },
      maximumTokens: bench.options.maximumTokens, options: bench.training(model, classes: nil))
  }

  /// A surface form counts as seen if an entity of the raw training records has it, in every arm alike:
  /// else the arms would be scored on different entities.
  func answers(_ models: [[Prediction]], raw: [UInt32]) throws -> ArmPredictions.Answers {
    let surfaces = sentences.surfaces(raw.map { Int($0) })
    return .surfaces(
      try models.map { model in
        try model.map { prediction in
          guard let truth = StoredTags.tags(prediction.label),
            let predicted = StoredTags.tags(prediction.predicted)
          else { throw bench.damaged("tags", row: prediction.row) }
          let words = sentences.words[prediction.row]
          guard truth.count == words.count, predicted.count == words.count else {
            throw bench.damaged("\(words.count) tags", row: prediction.row)
          }
          return SurfaceCounts(
            truth: EntitySpan.entities(of: truth), predicted: EntitySpan.entities(of: predicted)
          ) { surfaces.contains($0.surface(in: words)) }
        }
      })
  }
}

extension SurfaceCounts {
  init(truth: [EntitySpan], predicted: [EntitySpan], isSeen: (EntitySpan) -> Bool) {
    func counts(_ wanted: (EntitySpan) -> Bool) -> EntityCounts {
      let counts = EntityReport.counts(
        truth: truth.filter(wanted), predictions: predicted.filter(wanted))
      return EntityCounts(
        right: Double(counts.correct), predicted: Double(counts.predicted),
        gold: Double(counts.support))
    }
    self.init(seen: counts(isSeen), unseen: counts { !isSeen($0) })
  }
}
