import Corpus
import Curation
import Foundation
import Training
import Transformer

/// What a model says of one record.
public struct RecordPrediction: Sendable {
  /// A label and its probability.
  public struct Class: Codable, Hashable, Sendable {
    /// Of the record, if it has one.
    public var label: String
    /// Of the label, from 0 to 1.
    public var probability: Double
  }

  /// The record.
  public var record: Record
  /// The most probable label, or all that are probable enough where a text may have several; none of a
  /// number.
  public var labels: [String]
  /// Whether there may be several labels or none.
  public var isSet: Bool
  /// Where the model predicts a number.
  public var value: Double?
  /// The most probable classes, best first; as many as were asked for.
  public var top: [Class]
}

/// What classifying a file came to.
public struct PredictSummary: Codable, Sendable {
  /// The model, as it was named.
  public var model: String
  /// The share of what was found that is right.
  public var precision: String
  /// Texts are cut to so many tokens, special tokens included.
  public var maximumTokens: Int
  /// How many records there are.
  public var records: Int
  /// Texts that were cut.
  public var longTexts: Int
  /// Records that have a label of their own which the model knows, all of it where it is a set.
  public var scored: Int
  /// Records with a label that the model does not know, which are not scored.
  public var unknownLabels: Int
  /// Of the scored records; nil without any. Sets are right as a whole or not.
  public var accuracy: Double?
  /// The mean F1 of the labels.
  public var macroF1: Double?
  /// Of relations, by those that occur, as a truth or a prediction.
  public var relations: RelationReport?
  /// Where a text may have several labels.
  public var microF1: Double?
  /// Of the scored records' numbers.
  public var regression: RegressionReport?
  /// That the step took.
  public var seconds: Double
}

/// Classifies the records of a file, some thousand at a time, whatever its length.
public struct PredictStep: RecordPredictor {
  private let classifier: TextClassifier
  private let pairFields: [String]?
  private let otherLabel: String?
  /// Classes listed for a record.
  private let top: Int
  private let monitor: StepMonitor

  /// - Parameters:
  ///   - pairFields: names of the two fields that records' pairs of texts stand in; nil if texts are single.
  ///   - otherLabel: of a model for relations the label that is none.
  ///   - top: classes listed for a record.
  public init(
    _ classifier: TextClassifier, pairFields: [String]? = nil, otherLabel: String? = nil,
    top: Int = 1, monitor: StepMonitor
  ) {
    self.otherLabel = otherLabel ?? (classifier.readsEntities ? RelationTask.other : nil)
    self.classifier = classifier
    self.pairFields = pairFields
    self.top = top
    self.monitor = monitor
  }

  /// - Parameters:
  ///   - model: how the summary names the model.
  ///   - use: given the predictions in the file's order.
  /// - Throws: `FileError`, what `use` throws, or ``Interrupted``.
  public func run(
    _ file: URL, reading: ReadingOptions, model: String,
    _ use: (RecordPrediction) throws -> Void
  ) throws -> PredictSummary {
    var score = PredictionScore(classifier.labels, classifier.problem, otherLabel: otherLabel)
    let (records, seconds) = try predict(
      file, reading, window: 4096, phase: "classifying", monitor
    ) {
      score.add($0)
      try use($0)
    }
    return PredictSummary(
      model: model, precision: classifier.precision.rawValue,
      maximumTokens: classifier.maximumTokens, records: records,
      longTexts: classifier.longTextCount,
      scored: score.count, unknownLabels: score.unknown, accuracy: score.accuracy,
      macroF1: score.macroF1, relations: score.relations, microF1: score.microF1,
      regression: score.regression, seconds: seconds)
  }

  private func logits(_ records: [Record]) throws -> [[Float]] {
    if classifier.readsEntities { for record in records { try record.relationText() } }
    guard let pairFields else { return try classifier.logits(records.map(\.text)) }
    return try classifier.logits(
      records.map { record in
        let texts = try record.texts(of: pairFields)
        return (first: texts[0], second: texts[1])
      })
  }

  /// In the order given.
  public func predictions(_ records: [Record]) throws -> [RecordPrediction] {
    let labels = classifier.labels
    return zip(records, try logits(records)).map { record, logits in
      let probabilities = classifier.problem.probabilities(logits)
      // Equal probabilities go by the order of the labels.
      let order = labels.indices.sorted {
        (-probabilities[$0], $0) < (-probabilities[$1], $1)
      }
      let chosen =
        switch classifier.problem {
        case .singleLabel: Array(order.prefix(1))
        case .multiLabel: order.filter { probabilities[$0] >= classifier.threshold }.sorted()
        case .regression: [Int]()
        }
      let isRegression = classifier.problem == .regression
      return RecordPrediction(
        record: record, labels: chosen.map { labels[$0] },
        isSet: classifier.problem == .multiLabel, value: isRegression ? probabilities[0] : nil,
        top: isRegression
          ? []
          : order.prefix(top).map { .init(label: labels[$0], probability: probabilities[$0]) })
    }
  }
}
