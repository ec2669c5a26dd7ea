import Curation
import Files

extension FinetuneStep {
  /// - Throws: ``CurationError`` if the index has too little of what the loss needs; `FileError` naming a
  ///   record that lacks a field.
  func similarityRequest(readsTest: Bool) throws -> SimilarityRequest {
    let data = try SimilarityData(index, options, readsTest: readsTest, memory)
    let place = index.folder.url.relativePath
    if readsTest, data.train.isEmpty || data.test.isEmpty {
      throw CurationError(
        place: place, expected: "pairs of texts that are alike, to train on and to test on",
        found: "\(data.train.count) to train on, \(data.test.count) to test on",
        advice:
          "index pairs (\(OptionName.textField) a \(OptionName.textField) b) with or without a "
          + "score, or give records "
          + "labels or paraphrases (simcurate cluster)")
    }
    if !readsTest, data.train.isEmpty || data.development.isEmpty {
      throw CurationError(
        place: place, expected: "pairs of texts that are alike, to train on and to choose by",
        found: "\(data.train.count) to train on, \(data.development.count) in the development part")
    }
    return SimilarityRequest(
      step: .finetune, arm: "finetune-similarity-" + options.arm.rawValue, seed: options.seed,
      source: data.source, train: data.train, development: data.development, test: data.test,
      testRows: data.testRows, testLabels: data.testLabels, maximumTokens: options.maximumTokens,
      options: options.training.takeHome(
        model.configuration, records: data.train.count, classes: 0, seed: options.seed
      ).ofVectors(data.options))
  }
}
