import Corpus
import Curation
import Files
import Foundation
import Store
import Training
import Transformer

extension FinetuneStep {
  /// - Throws: ``CurationError`` if there is too little to train and to test on, or without the test part
  ///   none to judge by; `FileError` naming a record that lacks a field.
  func textRequest(readsTest: Bool) throws -> TextRequest {
    if readsTest, let obstacle = try tagObstacle() { throw obstacle }
    let data = try LearningData(index, options, readsTest: readsTest, memory)
    if readsTest {
      if let obstacle = data.obstacle { throw obstacle }
    } else {
      try data.parts.checkDevelopment(index)
      if let fault = data.noNumber { throw fault }
    }
    return request(data)
  }

  /// Why the labels or tags of the index cannot be learned, a record without readable ones among the reasons;
  /// nil if they can.
  public func obstacle() throws -> CurationError? {
    guard options.task == .tokens else {
      return try tagObstacle() ?? LearningData(index, options, memory).obstacle
    }
    do {
      _ = try tagRequest(readsTest: true)
      return nil
    } catch let fault as FileError {
      return fault
    }
  }

  /// Why questions and sentences with tags cannot be classified; nil if the index has labels.
  private func tagObstacle() throws -> CurationError? {
    if options.task != .pairs,
      let obstacle = try QuestionData.labelObstacle(index, task: options.task)
    {
      return obstacle
    }
    guard try index.catalog.labelCounts().keys.allSatisfy({ $0 == nil }),
      try index.hasTags()
    else { return nil }
    return CurationError(
      place: index.folder.url.relativePath,
      expected: "texts with a label each, as \(OptionName.task) \(options.task.rawValue) needs",
      found: "sentences with a tag for each word",
      advice: "train a tagger with \(OptionName.task) tokens, or index files with a label for "
        + "each text and "
        + "name its field with \(OptionName.labelField)")
  }

  private func training(_ data: LearningData) -> TrainingOptions {
    let count = data.parts.train.count
    guard let fewShot = options.fewShot else {
      return options.training.takeHome(
        model.configuration, records: count, classes: data.labels.count, seed: options.seed)
    }
    let each = fewShot.pairsPerText ?? FewShotChoice.pairsPerText
    var training = options.training.takeHome(
      model.configuration, records: 2 * each * count, classes: 0, seed: options.seed)
    if options.training.epochs == nil, options.training.steps == nil { training.epochs = 1 }
    training.head = nil
    training.pairsPerText = each
    var similarity = SimilarityOptions(loss: fewShot.loss ?? .cosine)
    if let margin = fewShot.margin { similarity.margin = margin }
    training.similarity = similarity
    return training
  }

  private func request(_ data: LearningData) -> TextRequest {
    let parts = data.parts
    let prefix =
      (data.problem == .regression ? "finetune-regress-" : "finetune-")
      + (data.pairFields == nil ? "" : "pairs-")
      + (options.task == .relations ? "relations-" : "")
    let training = self.training(data)
    let isOfVectors =
      options.fewShot != nil || (training.method == .head && data.hasSingleTexts(options.task))
    return TextRequest(
      step: .finetune, arm: prefix + options.arm.rawValue, seed: options.seed,
      train: data.items(parts.train), development: data.items(parts.development),
      testRows: parts.test.map { UInt32($0) }, test: data.items(parts.test),
      testLabels: parts.test.map { parts.table.labels[$0]! }, labels: data.labels,
      problem: data.problem,
      otherLabel: options.task == .relations ? options.otherLabel ?? RelationTask.other : nil,
      pairFields: data.pairFields, maximumTokens: options.maximumTokens, options: training,
      frozen: isOfVectors
        ? { try FrozenVectors(index, parts, model, maximumTokens: options.maximumTokens) } : nil,
      baselines: hasBaselines(data) ? { try baselines(parts) } : nil,
      remarks: data.unlearnedLabels.map { [$0] } ?? [])
  }

  /// Not where records have several labels or numbers, which frozen vectors do not predict, nor for pairs,
  /// whose vectors are those of both texts joined.
  private func hasBaselines(_ data: LearningData) -> Bool {
    data.problem == .singleLabel && data.pairFields == nil
      && (options.training.method != .head || options.fewShot != nil)
  }

  private func baselines(_ data: TrainingParts) throws -> [FrozenScore] {
    let table = data.table
    let predictions = try FrozenClassifiers(
      vectors: index.vectors.vectors, labels: table.labelNumbers,
      classCount: table.labelNames.count, monitor: monitor
    ).predictions(
      train: data.train.map { UInt32($0) }, test: data.test.map { UInt32($0) })
    return FrozenBaseline.allCases.map {
      let report = ClassificationReport(
        labels: table.labelNames, truth: data.test.map { Int(table.labelNumbers[$0]) },
        predictions: predictions[$0]!)
      return FrozenScore(baseline: $0, accuracy: report.accuracy, macroF1: report.macro.f1)
    }
  }
}
