import Corpus
import Curation
import Foundation
import Training
import Transformer

/// What a classifier says of one record.
public struct RecordPrediction: Sendable {
  public struct Class: Codable, Hashable, Sendable {
    public var label: String
    public var probability: Double
  }

  public var record: Record
  /// The most probable label, or all of at least one half where a text may have several.
  public var labels: [String]
  /// The most probable classes, best first; as many as were asked for.
  public var top: [Class]
}

/// What classifying a file came to.
public struct PredictSummary: Codable, Sendable {
  public var model: String
  public var precision: String
  public var maximumTokens: Int
  public var records: Int
  /// Texts that were cut.
  public var longTexts: Int
  /// Records that have a label of their own which the model knows; none where a text may have several
  /// labels.
  public var scored: Int
  /// Records with a label that the model does not know, which are not scored.
  public var unknownLabels: Int
  /// Of the scored records; nil without any.
  public var accuracy: Double?
  public var macroF1: Double?
  public var seconds: Double
}

/// Classifies the records of a file, some thousand at a time, whatever its length.
public struct PredictStep {
  /// Records in memory at once.
  private static let window = 4096

  private let classifier: TextClassifier
  /// Classes listed for a record.
  private let top: Int
  private let monitor: StepMonitor

  public init(_ classifier: TextClassifier, top: Int = 1, monitor: StepMonitor) {
    self.classifier = classifier
    self.top = top
    self.monitor = monitor
  }

  /// - Parameters:
  ///   - model: how the summary names the model.
  ///   - use: given the predictions in the file's order.
  /// - Throws: `FileError`, `ModelError`, what `use` throws, or ``Interrupted``.
  public func run(
    _ file: URL, reading: ReadingOptions, model: String,
    _ use: (RecordPrediction) throws -> Void
  ) throws -> PredictSummary {
    let startedAt = Date()
    var score = Score(classifier.labels)
    var records: [Record] = []
    var done = 0
    func flush() throws {
      try monitor.checkpoint()
      let predictions = try predictions(records)
      for prediction in predictions {
        if classifier.problem == .singleLabel { score.add(prediction) }
        try use(prediction)
      }
      done += records.count
      records.removeAll(keepingCapacity: true)
      monitor.progress(
        StepProgress(phase: "classifying", completed: done, total: nil, unit: "texts"))
    }
    try CorpusReader(options: reading).read(file) { record in
      records.append(record)
      if records.count == Self.window { try flush() }
    }
    try flush()
    let report = score.report
    return PredictSummary(
      model: model, precision: classifier.precision.rawValue,
      maximumTokens: classifier.maximumTokens, records: done, longTexts: classifier.longTextCount,
      scored: score.truth.count, unknownLabels: score.unknown, accuracy: report?.accuracy,
      macroF1: report?.macro.f1, seconds: Date().timeIntervalSince(startedAt))
  }

  /// In the order given.
  public func predictions(_ records: [Record]) throws -> [RecordPrediction] {
    let labels = classifier.labels
    return zip(records, try classifier.logits(records.map(\.text))).map { record, logits in
      let probabilities = classifier.problem.probabilities(logits)
      // Equal probabilities go by the order of the labels.
      let order = labels.indices.sorted {
        (-probabilities[$0], $0) < (-probabilities[$1], $1)
      }
      let chosen =
        switch classifier.problem {
        case .singleLabel: Array(order.prefix(1))
        case .multiLabel: order.filter { probabilities[$0] >= 0.5 }.sorted()
        }
      return RecordPrediction(
        record: record, labels: chosen.map { labels[$0] },
        top: order.prefix(top).map { .init(label: labels[$0], probability: probabilities[$0]) })
    }
  }
}

/// Predictions of one label a text beside the records' own.
private struct Score {
  private let labels: [String]
  private let numbers: [String: Int]
  private(set) var truth: [Int] = []
  private var predicted: [Int] = []
  private(set) var unknown = 0

  init(_ labels: [String]) {
    self.labels = labels
    numbers = Dictionary(zip(labels, labels.indices), uniquingKeysWith: { first, _ in first })
  }

  mutating func add(_ prediction: RecordPrediction) {
    guard let label = prediction.record.label, let first = prediction.labels.first else { return }
    guard let number = numbers[label] else {
      unknown += 1
      return
    }
    truth.append(number)
    predicted.append(numbers[first]!)
  }

  /// Averages over the classes that occur, as a truth or a prediction; nil without a record.
  var report: ClassificationReport? {
    guard !truth.isEmpty else { return nil }
    let present = Set(truth + predicted).sorted()
    let compact = Dictionary(uniqueKeysWithValues: zip(present, present.indices))
    return ClassificationReport(
      labels: present.map { labels[$0] }, truth: truth.map { compact[$0]! },
      predictions: predicted.map { compact[$0]! })
  }
}
