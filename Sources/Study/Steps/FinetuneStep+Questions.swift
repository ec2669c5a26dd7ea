import Curation
import Training
import Transformer

extension FinetuneStep {
  /// - Throws: ``CurationError`` if there are no questions to train and to test on, or without the test
  ///   part none to judge by; `FileError` naming a record with answers that are not in its context.
  func questionRequest(readsTest: Bool) throws -> QuestionRequest {
    let data = try memory.recall(options, readsTest: readsTest) {
      try QuestionData(index, options, readsTest: readsTest)
    }
    if !readsTest { try data.parts.checkDevelopment(index) }
    let answered = data.train.count { !$0.answers.isEmpty }
    if readsTest, answered == 0 || data.test.isEmpty {
      throw CurationError(
        place: index.folder.url.relativePath,
        expected: "questions with answers to train on, and some to test on",
        found: "\(answered) to train on, \(data.test.count) to test on")
    }
    var training = options.training.takeHome(
      model.configuration, records: data.train.count, classes: 2, seed: options.seed)
    training.head = nil
    return QuestionRequest(
      step: .finetune, arm: "finetune-questions-" + options.arm.rawValue, seed: options.seed,
      train: data.train, development: data.development, test: data.test,
      testRows: data.parts.test.map(data.parts.row), maximumTokens: options.maximumTokens,
      stride: options.stride ?? AnswerFinder.standardStride, fields: data.fields,
      options: training)
  }
}
