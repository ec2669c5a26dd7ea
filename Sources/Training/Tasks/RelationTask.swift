import Kernels
import Transformer

/// The relation of two entities that a sequence marks, by softmax cross-entropy of the states at both.
///
/// Learned as one class for each sequence; judged as relations are.
package struct RelationTask: TrainingTask {
  /// Of the label that is no relation, where nobody says; SemEval's.
  package static let other = "Other"

  private let names: [String]
  private let other: String
  private let classification: ClassificationTask

  /// - Parameters:
  ///   - labels: names of the classes.
  ///   - other: the one that is no relation.
  ///   - examples: classes of the training sequences, for balanced weights.
  package init(labels: [String], other: String, examples: [Int], options: TrainingOptions) {
    names = labels
    self.other = other
    classification = ClassificationTask(
      labels: labels.count, examples: examples, options: options)
  }

  package func total(_ targets: [Int]) -> Double { classification.total(targets) }

  package func loss(_ outputs: Pointer, _ targets: [Int], total: Double) -> Float {
    classification.loss(outputs, targets, total: total)
  }

  /// Of macro F1 that of the relations.
  package func judge(_ outputs: [[Float]], _ targets: [Int]) -> Judgment {
    var judgment = classification.judge(outputs, targets)
    let predictions = outputs.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
    judgment.scores[.macroF1] =
      RelationReport(labels: names, other: other, truth: targets, predictions: predictions).macro.f1
    return judgment
  }

  package var metrics: [TrainingOptions.Metric] { classification.metrics }

  package func prepare(_ network: TrainableNetwork, _ training: EncodedSet<Int>) {
    classification.prepare(network, training)
  }

  package static func digits(_ target: Int) -> [Int] { [target] }
}
