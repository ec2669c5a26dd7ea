import Kernels
import Transformer

/// One class for each sequence, by softmax cross-entropy.
package struct ClassificationTask: TrainingTask {
  let labels: Int
  private let crossEntropy: CrossEntropy
  private let head: TrainingOptions.Head

  /// - Parameter examples: classes of the training sequences, for balanced weights.
  package init(labels: Int, examples: [Int], options: TrainingOptions) {
    self.labels = labels
    head = options.head ?? .random
    let balanced =
      options.balancesClasses ? CrossEntropy.balancedWeights(labels: labels, of: examples) : nil
    crossEntropy = CrossEntropy(
      labels: labels, smoothing: options.labelSmoothing, weights: options.classWeights ?? balanced)
  }

  package func total(_ targets: [Int]) -> Double { crossEntropy.total(targets) }

  package func loss(_ outputs: Pointer, _ targets: [Int], total: Double) -> Float {
    crossEntropy.loss(outputs, targets: targets, dLogits: outputs, total: total)
  }

  package func judge(_ outputs: [[Float]], _ targets: [Int]) -> Judgment {
    let predictions = outputs.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
    let report = ClassificationReport(
      labels: (0..<labels).map(String.init), truth: targets, predictions: predictions)
    let loss = CrossEntropy(labels: labels).loss(
      outputs.flatMap { $0 }, targets: targets, dLogits: nil)
    return Judgment(loss: loss, scores: [.accuracy: report.accuracy, .macroF1: report.macro.f1])
  }

  package var metrics: [TrainingOptions.Metric] { [.macroF1, .accuracy, .loss] }

  package func prepare(_ network: TrainableNetwork, _ training: EncodedSet<Int>) {
    if head == .linear { network.fitClassifier(to: training, limit: max(2048, 32 * labels)) }
  }

  package static func digits(_ target: Int) -> [Int] { [target] }
}
