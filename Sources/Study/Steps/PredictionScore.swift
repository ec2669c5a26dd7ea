import Corpus
import Training
import Transformer

/// Predictions beside the records' own labels, whatever these are.
struct PredictionScore {
  private let labels: [String]
  private let problem: ClassificationProblem
  private let otherLabel: String?
  private let numbers: [String: Int]
  private var truth: [Set<Int>] = []
  private var predicted: [Set<Int>] = []
  private var values: (truth: [Double], predicted: [Double]) = ([], [])
  /// Records with a label that the model does not know, or that is no number.
  private(set) var unknown = 0

  /// - Parameter otherLabel: of relations the label that is none; nil of all else.
  init(_ labels: [String], _ problem: ClassificationProblem, otherLabel: String? = nil) {
    self.otherLabel = otherLabel
    self.labels = labels
    self.problem = problem
    numbers = Dictionary(zip(labels, labels.indices), uniquingKeysWith: { first, _ in first })
  }

  /// Records that are scored.
  var count: Int { max(truth.count, values.truth.count) }

  mutating func add(_ prediction: RecordPrediction) {
    guard let label = prediction.record.label else { return }
    if let value = prediction.value {
      guard let number = LearningTargets.number(label) else {
        unknown += 1
        return
      }
      values.truth.append(number)
      values.predicted.append(value)
      return
    }
    let names = problem == .multiLabel ? LabelSet.names(of: label) : [label]
    let known = names.compactMap { numbers[$0] }
    guard known.count == names.count else {
      unknown += 1
      return
    }
    truth.append(Set(known))
    predicted.append(Set(prediction.labels.map { numbers[$0]! }))
  }

  /// The labels that occur, as a truth or a prediction, and the place of each among them.
  private var present: (labels: [String], places: [Int: Int]) {
    let present = Set((truth + predicted).joined()).sorted()
    return (
      present.map { labels[$0] }, Dictionary(uniqueKeysWithValues: zip(present, present.indices))
    )
  }

  var relations: RelationReport? {
    guard let otherLabel, problem == .singleLabel, !truth.isEmpty else { return nil }
    let (labels, places) = present
    return RelationReport(
      labels: labels, other: otherLabel, truth: truth.map { places[$0.first!]! },
      predictions: predicted.map { places[$0.first!]! })
  }

  /// Averages over the labels that occur; nil without a record.
  private var report: MultiLabelReport? {
    guard !truth.isEmpty else { return nil }
    let (present, compact) = present
    func compacted(_ sets: [Set<Int>]) -> [Set<Int>] { sets.map { Set($0.map { compact[$0]! }) } }
    return MultiLabelReport(
      labels: present, truth: compacted(truth),
      predictions: compacted(predicted))
  }

  var accuracy: Double? { report?.exactMatch }
  var macroF1: Double? { report?.macro.f1 }
  var microF1: Double? { problem == .multiLabel ? report?.micro.f1 : nil }

  var regression: RegressionReport? {
    values.truth.isEmpty
      ? nil : RegressionReport(truth: values.truth, predictions: values.predicted)
  }
}
