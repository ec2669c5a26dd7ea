import Corpus
import Curation
import Files
import Foundation
import Store
import Training
import Transformer

/// What tags were read from an index, for people.
public struct TagReading: Codable, Hashable, Sendable {
  public var scheme: TagScheme
  /// Tags that do not follow it, and how they were taken.
  public var irregularities: [TagIrregularity]
  /// Sentences that follow another scheme.
  public var strays: Int
}

/// How well a tagger does on test sentences.
public struct TagScores: Codable, Hashable, Sendable {
  /// Of each tag, word by word.
  public var tags: TagReport
  /// Of entities, exactly as they lie.
  public var entities: EntityReport
  /// Of those with surface forms that training had, and had not.
  public var bySurface: SeenEntityReport
}

/// Fine-tunes a tagger of words on the split's training part and scores it on its test part.
public struct TagFinetuneStep {
  private let index: OpenIndex
  private let model: ModelFolder
  private let options: FinetuneOptions
  private let tagNames: [String]?
  private let monitor: StepMonitor

  /// - Parameter tagNames: of tags that records give as numbers, from 0.
  public init(
    _ index: OpenIndex, model: ModelFolder, options: FinetuneOptions, tagNames: [String]? = nil,
    monitor: StepMonitor
  ) {
    self.index = index
    self.model = model
    self.options = options
    self.tagNames = tagNames
    self.monitor = monitor
  }

  /// Whether the first record has words with tags.
  public static func hasTags(_ index: OpenIndex) throws -> Bool {
    guard let first = try index.catalog.record(row: 0)?.record else { return false }
    let fields = Set(try first.originalFields().keys)
    guard fields.isSuperset(of: ["tokens", "tags"]) || fields.contains("entities") else {
      return false
    }
    // Fields of these names may mean something else. Tags by number want names, which is said later.
    var names = TagFields()
    names.tagNames = (0..<1000).map { $0 == 0 ? "O" : "B-\($0)" }
    return (try? first.taggedSentence(names)) != nil
  }

  /// - Parameters:
  ///   - output: where the model folder goes; `INDEX/runs/RUN_ID/model` if nil.
  ///   - replacing: another model at `output` may be replaced.
  /// - Throws: ``CurationError`` if the index has no tagged sentences to train and test on, or there is
  ///   something else at `output`; `FileError` naming a record without readable tags; ``Interrupted``
  ///   after a stop: the checkpoint stays for the next time.
  public func run(output: URL? = nil, replacing: Bool = false) throws -> FinetuneSummary {
    let request = try request()
    tell(request.sentences.reading)
    let id = try request.id(modelHash: model.hash)
    let target = output ?? FinetuneStep.modelFolder(index, run: id)
    if let known = try OngoingRun.finished(index, id: id, output: output, replacing: replacing) {
      return summary(known, id, target, nothingToDo: true)
    }
    var metrics: RunMetrics?
    _ = try RunRecorder(index: index, modelHash: model.hash, monitor: monitor).train(
      request, model, title: "fine-tuning",
      keep: { tagger, result in
        try tagger.save(to: target, run: id, accuracy: result.tagging?.entities.micro.f1)
        metrics = result
      })
    return summary(metrics!, id, target, nothingToDo: false)
  }

  /// How training goes, as it follows from the options, the model and the data.
  ///
  /// - Throws: as ``run(output:replacing:)`` for an index that cannot be learned from.
  public func trainingOptions() throws -> TrainingOptions { try request().options }

  /// The training without its test: no record of the test part is read.
  ///
  /// - Parameter stepShare: of the updates planned.
  /// - Throws: ``CurationError`` if there is no development part to judge it by, or `FileError` naming a
  ///   record without readable tags.
  public func trial(stepShare: Double) throws -> TrainingTrial {
    let parts = try TrainingParts(
      index, arm: options.arm, seed: options.seed, readsTest: false
    ) { _, _ in true }
    try parts.checkDevelopment(index)
    var request = self.request(
      parts, try TagSentences(index, rows: parts.rows, tagNames: tagNames))
    request.options.stepShare = stepShare < 1 ? stepShare : nil
    return TrainingTrial(
      id: StepAccount.hash([try request.id(modelHash: model.hash)]), options: request.options
    ) { [self, request] in
      try request.train(request.tagger(model), checkpoint: $0, progress: $1, shouldStop: $2)
    }
  }

  private func request() throws -> TagRequest {
    if let obstacle = try TagSentences.obstacle(index) { throw obstacle }
    let parts = try TrainingParts(index, arm: options.arm, seed: options.seed) { _, _ in true }
    let sentences = try TagSentences(index, tagNames: tagNames)
    guard sentences.typeCount > 0, !parts.train.isEmpty, !parts.test.isEmpty else {
      throw CurationError(
        place: index.folder.url.relativePath,
        expected: "sentences with entities to train on, and some to test on",
        found: "\(parts.train.count) to train on, \(parts.test.count) to test on, "
          + "\(sentences.typeCount) types of entities")
    }
    return request(parts, sentences)
  }

  private func request(_ parts: TrainingParts, _ sentences: TagSentences) -> TagRequest {
    TagRequest(
      arm: "finetune-tokens-" + options.arm.rawValue, seed: options.seed, sentences: sentences,
      train: parts.train, development: parts.development, test: parts.test,
      testRows: parts.test.map(parts.row), maximumTokens: options.maximumTokens,
      options: options.training.takeHome(
        model.configuration, records: parts.train.count, classes: sentences.labels.count,
        seed: options.seed))
  }

  private func tell(_ reading: TagReading) {
    for irregularity in reading.irregularities {
      monitor.remark(
        "\(irregularity.count) tags do not follow \(reading.scheme.rawValue): "
          + irregularity.kind.remedy)
    }
    if reading.strays > 0 {
      monitor.remark("\(reading.strays) sentences follow another scheme than the rest")
    }
  }

  private func summary(
    _ metrics: RunMetrics, _ id: String, _ target: URL, nothingToDo: Bool
  ) -> FinetuneSummary {
    FinetuneSummary(
      index: index.folder.url.relativePath, model: target.relativePath, run: id,
      arm: options.arm, metrics: metrics, nothingToDo: nothingToDo)
  }
}
