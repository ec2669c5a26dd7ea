import Corpus
import Curation
import Foundation
import Store
import Training
import Transformer

/// What to fine-tune on, and how.
public struct FinetuneOptions: Codable, Hashable, Sendable {
  public var task: LearningTask
  /// Of relations the label that is none, and is left out of their scores; nil for SemEval's `Other`.
  public var otherLabel: String?
  public var arm: Arm
  /// Texts are cut to this many tokens, special tokens included.
  public var maximumTokens: Int
  /// Training records of each label; all if nil.
  public var shots: Int?
  /// Classes from few examples: how sentence vectors learn them before logistic regression does; nil where a
  /// classifier's own head does.
  public var fewShot: FewShotChoice?
  public var training: TrainingChoice
  public var seed: UInt64

  public init(
    task: LearningTask = .classify, arm: Arm = .deduped, maximumTokens: Int = 128,
    training: TrainingChoice = TrainingChoice(), seed: UInt64 = 0
  ) {
    self.task = task
    self.arm = arm
    self.maximumTokens = maximumTokens
    self.training = training
    self.seed = seed
  }
}

/// How pairs of texts teach sentence vectors which are of the same label.
public struct FewShotChoice: Codable, Hashable, Sendable {
  /// Of the same label for each text, and as many of different labels.
  public var pairsPerText: Int?
  /// Of pairs scored 1 and 0: cosine or contrastive; the former if nil.
  public var loss: SimilarityLoss?
  public var margin: Float?

  public init() {}

  static let pairsPerText = 20
}

/// What the step `finetune` made.
public struct FinetuneSummary: Codable, Sendable {
  public var index: String
  /// The model folder, in Hugging Face layout.
  public var model: String
  public var run: String
  public var arm: Arm
  public var metrics: RunMetrics
  public var nothingToDo: Bool
}

/// Fine-tunes a model for one label, several or a number a text on the split's training part and scores it
/// on its test part.
public struct FinetuneStep {
  private let index: OpenIndex
  private let model: ModelFolder
  private let options: FinetuneOptions
  private let monitor: StepMonitor

  public init(
    _ index: OpenIndex, model: ModelFolder, options: FinetuneOptions, monitor: StepMonitor
  ) {
    self.index = index
    self.model = model
    self.options = options
    self.monitor = monitor
  }

  /// - Parameters:
  ///   - output: where the model folder goes; `INDEX/runs/RUN_ID/model` if nil.
  ///   - replacing: another model at `output` may be replaced.
  /// - Throws: ``CurationError`` if there is something else at `output`.
  public func run(output: URL? = nil, replacing: Bool = false) throws -> FinetuneSummary {
    if let obstacle = try tagObstacle() { throw obstacle }
    let data = try LearningData(index, options)
    if let obstacle = data.obstacle { throw obstacle }
    if let remark = data.unlearnedLabels { monitor.remark(remark) }
    let request = self.request(data)
    let recorder = RunRecorder(index: index, modelHash: model.hash, monitor: monitor)
    let id = try request.id(modelHash: model.hash)
    let target = output ?? Self.modelFolder(index, run: id)
    if let known = try OngoingRun.finished(index, id: id, output: output, replacing: replacing) {
      return FinetuneSummary(
        index: index.folder.url.relativePath, model: target.relativePath, run: id,
        arm: options.arm, metrics: known, nothingToDo: true)
    }
    var metrics: RunMetrics?
    _ = try recorder.train(
      request, title: "fine-tuning", baselines: try baselines(data),
      makeClassifier: { try classifier(request, data) },
      keep: { classifier, result, _ in
        try classifier.save(
          to: target, run: id, accuracy: result.report?.accuracy ?? result.multiLabel?.exactMatch,
          pairFields: data.pairFields)
        metrics = result
      })
    return FinetuneSummary(
      index: index.folder.url.relativePath, model: target.relativePath, run: id,
      arm: options.arm, metrics: metrics!, nothingToDo: false)
  }

  /// Where a run of an index keeps its model.
  public static func modelFolder(_ index: OpenIndex, run: String) -> URL {
    index.folder.run(id: run).appendingPathComponent("model")
  }

  /// Why the index cannot be learned from; nil if it can.
  public func obstacle() throws -> CurationError? {
    try tagObstacle() ?? LearningData(index, options).obstacle
  }

  /// Why questions and sentences with tags cannot be classified; nil if the index has labels.
  private func tagObstacle() throws -> CurationError? {
    if options.task != .pairs,
      let obstacle = try QuestionData.labelObstacle(index, task: options.task)
    {
      return obstacle
    }
    guard try index.catalog.labelCounts().keys.allSatisfy({ $0 == nil }),
      try TagFinetuneStep.hasTags(index)
    else { return nil }
    return CurationError(
      place: index.folder.url.relativePath,
      expected: "texts with a label each, as --task \(options.task.rawValue) needs",
      found: "sentences with a tag for each word",
      advice: "train a tagger with --task tokens, or index files with a label for each text and "
        + "name its field with --label-field")
  }

  /// How training goes, as it follows from the options, the model and the data.
  ///
  /// - Throws: ``CurationError`` if the index cannot be learned from.
  public func trainingOptions() throws -> TrainingOptions {
    if let obstacle = try obstacle() { throw obstacle }
    return request(try LearningData(index, options)).options
  }

  /// The training without its test: no record of the test part is read.
  ///
  /// - Parameter stepShare: of the updates planned.
  /// - Throws: ``CurationError`` if there is no development part to judge it by.
  public func trial(stepShare: Double) throws -> TrainingTrial {
    let data = try LearningData(index, options, readsTest: false)
    try data.parts.checkDevelopment(index)
    if let fault = data.noNumber { throw fault }
    var request = self.request(data)
    request.options.stepShare = stepShare < 1 ? stepShare : nil
    let id = try request.id(modelHash: model.hash)
    return TrainingTrial(
      id: StepAccount.hash([id, "\(options.maximumTokens)"]), options: request.options
    ) { [self, request] checkpoint, progress, shouldStop in
      try classifier(request, data).train(
        train: request.train, development: request.development, options: request.options,
        checkpoint: checkpoint, progress: progress, shouldStop: shouldStop)
    }
  }

  private func classifier(_ request: RunRequest, _ data: LearningData) throws
    -> any TrainableClassifier
  {
    let isHeadAlone = request.options.method == .head && data.hasSingleTexts(options.task)
    if isHeadAlone || options.fewShot != nil {
      return try FrozenVectors(index, data.parts, model, maximumTokens: options.maximumTokens)
        .classifier(labels: request.labels)
    }
    return try SequenceClassifier(
      folder: model, labels: request.labels, problem: request.problem,
      otherLabel: request.otherLabel, adapters: request.options.adapters, seed: request.seed,
      maximumTokens: min(options.maximumTokens, model.configuration.maximumPositions))
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

  private func request(_ data: LearningData) -> RunRequest {
    let parts = data.parts
    let prefix =
      (data.problem == .regression ? "finetune-regress-" : "finetune-")
      + (data.pairFields == nil ? "" : "pairs-")
      + (options.task == .relations ? "relations-" : "")
    return RunRequest(
      arm: prefix + options.arm.rawValue, seed: options.seed, train: data.items(parts.train),
      development: data.items(parts.development), testRows: parts.test.map { UInt32($0) },
      test: data.items(parts.test), testLabels: parts.test.map { parts.table.labels[$0]! },
      labels: data.labels, problem: data.problem,
      otherLabel: options.task == .relations ? options.otherLabel ?? RelationTask.other : nil,
      options: training(data))
  }

  /// - Returns: nil where records have several labels or numbers, which they do not predict, and for pairs,
  ///   whose vectors are those of both texts joined.
  private func baselines(_ data: LearningData) throws -> [FrozenScore]? {
    guard data.problem == .singleLabel, data.pairFields == nil,
      options.training.method != .head || options.fewShot != nil
    else { return nil }
    let (table, data) = (data.parts.table, data.parts)
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
