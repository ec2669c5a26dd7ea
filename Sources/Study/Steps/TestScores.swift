import Corpus
import Foundation
import Store
import Training
import Transformer

/// What a trained model says of test records, and how right it is.
struct TestScores {
  struct Answer {
    /// As a label of the index: of several the set, of a number its shortest form.
    var predicted: String
    /// Of the label, or of exactly this set; 1 for a number.
    var probability: Double
    /// Natural logarithm of the true label's probability, where a text has one label.
    var logProbability: Double?
  }

  private(set) var answers: [Answer] = []
  private(set) var report: ClassificationReport?
  private(set) var multiLabel: MultiLabelReport?
  private(set) var regression: RegressionReport?

  /// - Parameters:
  ///   - logits: `[items, outputs]`.
  ///   - threshold: from which probability on a label holds, where a text may have several.
  init(
    _ items: [LabeledText], _ logits: [[Float]], problem: ClassificationProblem, labels: [String],
    threshold: Double
  ) {
    switch problem {
    case .singleLabel: classify(items, logits, labels)
    case .multiLabel: decide(items, logits, labels, threshold)
    case .regression: measure(items, logits)
    }
  }

  private mutating func classify(
    _ items: [LabeledText], _ logits: [[Float]], _ labels: [String]
  ) {
    let truth = items.map { $0.label! }
    let predicted = logits.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
    report = ClassificationReport(labels: labels, truth: truth, predictions: predicted)
    answers = items.indices.map { item in
      let probabilities = ClassificationProblem.singleLabel.probabilities(logits[item])
      return Answer(
        predicted: labels[predicted[item]], probability: probabilities[predicted[item]],
        logProbability: Self.logProbability(of: truth[item], logits[item]))
    }
  }

  /// Natural logarithm of a class's probability; from the logits, so that it does not end where a
  /// probability is too small for its type.
  private static func logProbability(of label: Int, _ logits: [Float]) -> Double {
    let largest = Double(logits.max() ?? 0)
    let sum = logits.reduce(0) { $0 + exp(Double($1) - largest) }
    return min(0, Double(logits[label]) - largest - log(sum))
  }

  private mutating func decide(
    _ items: [LabeledText], _ logits: [[Float]], _ labels: [String], _ threshold: Double
  ) {
    let truth = items.map { Set($0.labels!) }
    let rows = logits.map(ClassificationProblem.multiLabel.probabilities)
    let predicted = rows.map { row in Set(row.indices.filter { row[$0] >= threshold }) }
    multiLabel = MultiLabelReport(labels: labels, truth: truth, predictions: predicted)
    answers = items.indices.map { item in
      Answer(
        predicted: LabelSet(predicted[item].map { labels[$0] }).label,
        probability: rows[item].enumerated().reduce(1) { product, row in
          product * (predicted[item].contains(row.offset) ? row.element : 1 - row.element)
        })
    }
  }

  /// Of pairs with one of two labels how the second is told from the first, at the threshold that gives the
  /// best F1 on the development part (0.5 without one); nil for all else.
  ///
  /// - Parameter logits: of the request's test items.
  static func binary(
    _ request: TextRequest, _ logits: [[Float]], by classifier: any TrainableClassifier
  ) throws -> BinaryReport? {
    guard request.pairFields != nil, request.problem == .singleLabel, request.labels.count == 2
    else {
      return nil
    }
    func probabilities(_ logits: [[Float]]) -> [Double] {
      logits.map { ClassificationProblem.singleLabel.probabilities($0)[1] }
    }
    let threshold = BinaryReport.bestThreshold(
      truth: request.development.map { $0.label == 1 },
      probabilities: probabilities(try classifier.logits(request.development)))
    return BinaryReport(
      positive: request.labels[1], truth: request.test.map { $0.label == 1 },
      probabilities: probabilities(logits), threshold: threshold ?? 0.5)
  }

  /// Of relations; nil for all else.
  ///
  /// - Parameter logits: of the request's test items.
  static func relations(_ request: TextRequest, _ logits: [[Float]]) -> RelationReport? {
    request.otherLabel.map { other in
      RelationReport(
        labels: request.labels, other: other, truth: request.test.map { $0.label! },
        predictions: logits.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 })
    }
  }

  private mutating func measure(_ items: [LabeledText], _ logits: [[Float]]) {
    let truth = items.map { $0.score! }
    let predicted = logits.map { Double($0[0]) }
    regression = RegressionReport(truth: truth, predictions: predicted)
    answers = predicted.map { Answer(predicted: "\($0)", probability: 1) }
  }
}
