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

  /// The sentences of an index by row, their words and tags in IOB2.
  private struct Sentences {
    var words: [[String]] = []
    var tags: [[Tag]] = []
    var entities: [[EntitySpan]] = []
    var labels: [String] = []
    var reading: TagReading

    /// - Parameter rows: all if nil.
    init(_ index: OpenIndex, rows: [Int]?, tagNames: [String]?) throws {
      var fields = TagFields()
      fields.tagNames = tagNames
      var (words, tags, ids): ([[String]], [[String]], [String]) = ([], [], [])
      func append(_ record: StoredRecord) throws {
        let sentence = try record.record.taggedSentence(fields)
        words.append(sentence.words)
        tags.append(sentence.tags)
        ids.append(record.id)
      }
      if let rows {
        for row in rows { try index.catalog.record(row: row).map(append) }
      } else {
        try index.catalog.forEachRecord(append)
      }
      let data = try TaggedData(tags) { "record '\(ids[$0])'" }
      self.words = words
      self.tags = data.tags(in: .iob2)
      entities = data.entities
      labels =
        [Tag.outside.name]
        + data.types.flatMap { type in
          [Tag.Role.begin, .inside].map { Tag(role: $0, type: type).name }
        }
      reading = TagReading(
        scheme: data.scheme, irregularities: data.irregularities, strays: data.strays.count)
    }

    func items(_ rows: [Int]) -> [TaggedText] {
      let numbers = Dictionary(uniqueKeysWithValues: zip(labels, labels.indices))
      return rows.map { row in
        TaggedText(words: words[row], tags: tags[row].map { numbers[$0.name]! })
      }
    }
  }

  /// - Parameters:
  ///   - output: where the model folder goes; `INDEX/runs/RUN_ID/model` if nil.
  ///   - replacing: another model at `output` may be replaced.
  /// - Throws: ``CurationError`` if the index has no tagged sentences to train and test on, or there is
  ///   something else at `output`; `FileError` naming a record without readable tags; ``Interrupted``
  ///   after a stop: the checkpoint stays for the next time.
  public func run(output: URL? = nil, replacing: Bool = false) throws -> FinetuneSummary {
    let (parts, sentences) = try data()
    tell(sentences.reading)
    let training = self.training(parts, sentences)
    let id = try identity(parts, sentences, training)
    let target = output ?? FinetuneStep.modelFolder(index, run: id)
    if let known = try OngoingRun.finished(index, id: id, output: output, replacing: replacing) {
      return summary(known, id, target, nothingToDo: true)
    }
    let metrics = try train(parts, sentences, training, id, target)
    return summary(metrics, id, target, nothingToDo: false)
  }

  /// How training goes, as it follows from the options, the model and the data.
  ///
  /// - Throws: as ``run(output:replacing:)`` for an index that cannot be learned from.
  public func trainingOptions() throws -> TrainingOptions {
    let (parts, sentences) = try data()
    return training(parts, sentences)
  }

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
    let sentences = try Sentences(index, rows: parts.rows, tagNames: tagNames)
    var training = self.training(parts, sentences)
    training.stepShare = stepShare < 1 ? stepShare : nil
    return TrainingTrial(
      id: StepAccount.hash([try identity(parts, sentences, training)]), options: training
    ) { [self, training] in
      try train(
        tagger(sentences, training), parts, sentences, training, checkpoint: $0, progress: $1,
        shouldStop: $2)
    }
  }

  private func train(
    _ tagger: TokenTagger, _ parts: TrainingParts, _ sentences: Sentences,
    _ training: TrainingOptions, checkpoint: URL, progress: (TrainingProgress) -> Void,
    shouldStop: () -> Bool
  ) throws -> TrainingSummary {
    try tagger.train(
      train: sentences.items(parts.train), development: sentences.items(parts.development),
      options: training, checkpoint: checkpoint, progress: progress, shouldStop: shouldStop)
  }

  private func data() throws -> (TrainingParts, Sentences) {
    let place = index.folder.url.relativePath
    guard try Self.hasTags(index) else {
      throw CurationError(
        place: place, expected: "sentences with a tag for each word, as --task tokens needs",
        found: "records without 'tokens' and 'tags', or 'entities'",
        advice: "index CoNLL files, or JSON lines with these fields")
    }
    let parts = try TrainingParts(index, arm: options.arm, seed: options.seed) { _, _ in true }
    let sentences = try Sentences(index, rows: nil, tagNames: tagNames)
    guard sentences.labels.count > 1, !parts.train.isEmpty, !parts.test.isEmpty else {
      throw CurationError(
        place: place, expected: "sentences with entities to train on, and some to test on",
        found: "\(parts.train.count) to train on, \(parts.test.count) to test on, "
          + "\((sentences.labels.count - 1) / 2) types of entities")
    }
    return (parts, sentences)
  }

  private func training(_ parts: TrainingParts, _ sentences: Sentences) -> TrainingOptions {
    options.training.takeHome(
      model.configuration, records: parts.train.count, classes: sentences.labels.count,
      seed: options.seed)
  }

  private func tagger(_ sentences: Sentences, _ training: TrainingOptions) throws -> TokenTagger {
    try TokenTagger(
      folder: model, labels: sentences.labels, adapters: training.adapters, seed: training.seed,
      maximumTokens: min(options.maximumTokens, model.configuration.maximumPositions))
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

  private func identity(
    _ parts: TrainingParts, _ sentences: Sentences, _ training: TrainingOptions
  ) throws -> String {
    func lines(_ rows: [Int]) -> String {
      rows.map { row in
        zip(sentences.words[row], sentences.tags[row]).map { "\($0) \($1.name)" }
          .joined(separator: "\t")
      }.joined(separator: "\n")
    }
    let hash = StepAccount.hash([
      model.hash, try StepAccount.json(training), "\(options.maximumTokens)",
      lines(parts.train), lines(parts.development), lines(parts.test),
    ])
    return "finetune-tokens-\(options.arm.rawValue)-seed\(options.seed)-\(hash.prefix(10))"
  }

  private func train(
    _ parts: TrainingParts, _ sentences: Sentences, _ training: TrainingOptions, _ id: String,
    _ target: URL
  ) throws -> RunMetrics {
    let run = try OngoingRun(index, id: id, monitor: monitor)
    let tagger = try self.tagger(sentences, training)
    let result = try run.train("fine-tuning") {
      try train(tagger, parts, sentences, training, checkpoint: $0, progress: $1, shouldStop: $2)
    }
    let metrics = try metrics(tagger, parts, sentences, result, since: run.startedAt)
    try tagger.save(to: target, run: id, accuracy: metrics.tagging?.entities.micro.f1)
    _ = try run.finish(
      result, metrics, arm: "finetune-tokens-" + options.arm.rawValue, seed: options.seed,
      options: training, predictions: [])
    return metrics
  }

  private func metrics(
    _ tagger: TokenTagger, _ parts: TrainingParts, _ sentences: Sentences,
    _ result: TrainingSummary, since startedAt: Date
  ) throws -> RunMetrics {
    let test = sentences.items(parts.test)
    let predicted = try tagger.tags(test.map(\.words))
    let tags = sentences.labels.compactMap { Tag($0) }
    let truth = parts.test.map { sentences.entities[$0] }
    let found = predicted.map { EntitySpan.entities(of: $0.map { tags[$0] }) }
    let scores = TagScores(
      tags: TagReport(
        labels: sentences.labels, truth: test.flatMap(\.tags), predictions: predicted.flatMap { $0 }
      ),
      entities: EntityReport(truth: truth, predictions: found),
      bySurface: SeenEntityReport(
        sentences: test.map(\.words), truth: truth, predictions: found,
        surfaces: SeenEntityReport.surfaces(
          of: parts.train.map { sentences.entities[$0] },
          in: parts.train.map { sentences.words[$0] })))
    return RunMetrics(
      report: ClassificationReport(
        labels: sentences.labels, truth: test.flatMap(\.tags),
        predictions: predicted.flatMap { $0 }),
      tagging: scores, trainingRecords: parts.train.count,
      developmentRecords: parts.development.count, updates: result.history.count,
      bestStep: result.bestStep, stoppedEarly: result.stoppedEarly,
      seconds: Date().timeIntervalSince(startedAt), examplesPerSecond: result.examplesPerSecond,
      tokens: result.tokens, development: result.evaluations)
  }

  private func summary(
    _ metrics: RunMetrics, _ id: String, _ target: URL, nothingToDo: Bool
  ) -> FinetuneSummary {
    FinetuneSummary(
      index: index.folder.url.relativePath, model: target.relativePath, run: id,
      arm: options.arm, metrics: metrics, nothingToDo: nothingToDo)
  }
}
