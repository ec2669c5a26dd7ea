import Curation

extension FinetuneStep {
  /// - Throws: ``CurationError`` if there are no tagged sentences to train and to test on, or without
  ///   the test part none to judge by; `FileError` naming a record without readable tags.
  func tagRequest(readsTest: Bool) throws -> TagRequest {
    if let obstacle = try TagSentences.obstacle(index) { throw obstacle }
    let parts = try memory.recall(options, readsTest: readsTest) {
      try TrainingParts(
        index, arm: options.arm, seed: options.seed, readsTest: readsTest
      ) { _, _ in true }
    }
    if !readsTest { try parts.checkDevelopment(index) }
    let sentences = try memory.recall(options, readsTest: readsTest) {
      try TagSentences(index, rows: parts.rows, tagNames: options.tagNames)
    }
    if readsTest, sentences.typeCount == 0 || parts.train.isEmpty || parts.test.isEmpty {
      throw CurationError(
        place: index.folder.url.relativePath,
        expected: "sentences with entities to train on, and some to test on",
        found: "\(parts.train.count) to train on, \(parts.test.count) to test on, "
          + "\(sentences.typeCount) types of entities")
    }
    return TagRequest(
      step: .finetune, arm: "finetune-tokens-" + options.arm.rawValue, seed: options.seed,
      sentences: sentences, train: parts.train, development: parts.development, test: parts.test,
      testRows: parts.test.map(parts.row), maximumTokens: options.maximumTokens,
      options: options.training.takeHome(
        model.configuration, records: parts.train.count, classes: sentences.labels.count,
        seed: options.seed))
  }
}
