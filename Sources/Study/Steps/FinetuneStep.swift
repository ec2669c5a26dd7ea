import Corpus
import Curation
import Foundation
import Store
import Training
import Transformer

/// What to fine-tune on, and how.
public struct FinetuneOptions: Codable, Hashable, Sendable {
  public var arm: Arm
  /// Texts are cut to this many tokens, special tokens included.
  public var maximumTokens: Int
  public var training: TrainingOptions

  public init(
    arm: Arm = .deduped, maximumTokens: Int = 128, training: TrainingOptions = .takeHome
  ) {
    self.arm = arm
    self.maximumTokens = maximumTokens
    self.training = training
  }
}

extension TrainingOptions {
  /// A model to keep: several epochs, the best one by development macro-F1.
  public static var takeHome: TrainingOptions {
    var options = TrainingOptions()
    options.learningRate = 1e-4
    options.epochs = 4
    options.patience = 2
    return options
  }
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

/// Fine-tunes a sequence classifier on the split's training part and scores it on its test part.
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

  /// - Parameter output: where the model folder goes; `INDEX/runs/RUN_ID/model` if nil.
  public func run(output: URL? = nil) throws -> FinetuneSummary {
    let request = try self.request()
    let recorder = RunRecorder(index: index, modelHash: model.hash, monitor: monitor)
    let id = try request.id(modelHash: model.hash)
    let target = output ?? Self.modelFolder(index, run: id)
    let isThere = FileManager.default.fileExists(
      atPath: target.appendingPathComponent("config.json").path)
    if isThere, let run = try recorder.finished(request), let metrics = run.metrics {
      return FinetuneSummary(
        index: index.folder.url.relativePath, model: target.relativePath, run: id,
        arm: options.arm,
        metrics: try StoredJSON.decode(
          RunMetrics.self, from: Data(metrics.utf8), place: "table runs, metrics of \(id)"),
        nothingToDo: true)
    }
    var metrics: RunMetrics?
    _ = try recorder.train(
      request, title: "fine-tuning",
      makeClassifier: {
        try SequenceClassifier(
          folder: model, labels: request.labels, seed: request.seed,
          maximumTokens: min(options.maximumTokens, model.configuration.maximumPositions))
      },
      keep: { classifier, result, _ in
        try classifier.save(to: target)
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

  private func request() throws -> RunRequest {
    _ = try StepAccount.outcomeHash(of: "split", in: index)
    let table = try RecordTable(index.catalog)
    let split = try index.catalog.split().filter { table.labels[$0.row] != nil }
    guard table.labelNames.count >= 2 else {
      throw CurationError(
        place: index.folder.url.relativePath, expected: "records with at least two labels",
        found: table.labelNames.isEmpty ? "none labeled" : "one label",
        advice: "name the field of the labels with --label-field and build the index again")
    }
    func canonical(_ rows: [Int]) -> [Int] {
      rows.sorted { (table.textHashes[$0], table.ids[$0]) < (table.textHashes[$1], table.ids[$1]) }
    }
    func items(_ rows: [Int]) -> [LabeledText] {
      rows.map { LabeledText(text: table.texts[$0], label: Int(table.labelNumbers[$0])) }
    }
    let test = canonical(split.filter { $0.part == .test }.map(\.row))
    let development = canonical(split.filter { $0.part == .development }.map(\.row))
    let train = canonical(try trainingRows(split, table))
    return RunRequest(
      arm: "finetune-" + options.arm.rawValue, seed: options.training.seed, train: items(train),
      development: items(development), testRows: test.map { UInt32($0) }, test: items(test),
      labels: table.labelNames, options: options.training)
  }

  /// The arm's rows within the split: `raw` adds what was removed for a training record.
  private func trainingRows(_ split: [SplitAssignment], _ table: RecordTable) throws -> [Int] {
    let train = split.filter { $0.part == .train }
    switch options.arm {
    case .deduped: return train.map(\.row)
    case .balanced: return train.filter(\.selected).map(\.row)
    case .raw:
      let inTrain = Set(train.map(\.row))
      let removed = try index.catalog.removals().filter {
        inTrain.contains($0.witness) && table.labels[$0.row] != nil
      }
      return train.map(\.row) + removed.map(\.row)
    case .random:
      let seed = options.training.seed
      let keys = Dictionary(
        uniqueKeysWithValues: train.map {
          ($0.row, ContentHash("\(seed) \(table.ids[$0.row]) \(table.texts[$0.row])"))
        })
      return train.map(\.row).sorted { keys[$0]! < keys[$1]! }
        .prefix(train.count { $0.selected }).map { $0 }
    }
  }
}
