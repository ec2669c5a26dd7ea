import Foundation
import Kernels
import Transformer

/// Any number of labels for each sequence, by sigmoid cross-entropy.
package struct MultiLabelTask: TrainingTask {
  let labels: Int
  private let crossEntropy: BinaryCrossEntropy
  private let startsFromShares: Bool

  /// - Parameter examples: labels of the training sequences, for balanced weights.
  package init(labels: Int, examples: [[Int]], options: TrainingOptions) {
    self.labels = labels
    startsFromShares = options.head == .linear
    let balanced =
      options.balancesClasses
      ? BinaryCrossEntropy.balancedWeights(labels: labels, of: examples) : nil
    crossEntropy = BinaryCrossEntropy(
      labels: labels, smoothing: options.labelSmoothing,
      positiveWeights: options.classWeights ?? balanced)
  }

  package func total(_ targets: [[Int]]) -> Double { Double(targets.count * labels) }

  package func loss(
    _ outputs: Pointer, _ targets: [[Int]], total: Double
  ) -> Float {
    crossEntropy.loss(outputs, targets: targets, dLogits: outputs, total: total)
  }

  /// Scores are those at the threshold that is best for micro F1, which is the one that is used later.
  package func judge(_ outputs: [[Float]], _ targets: [[Int]]) -> Judgment {
    let loss = BinaryCrossEntropy(labels: labels).loss(
      outputs.flatMap { $0 }, targets: targets, dLogits: nil)
    let threshold = Self.threshold(outputs, targets) ?? 0.5
    let report = MultiLabelReport(
      labels: (0..<labels).map(String.init), truth: targets.map(Set.init),
      predictions: outputs.map { Self.labels($0, atLeast: threshold) })
    return Judgment(
      loss: loss,
      scores: [
        .microF1: report.micro.f1, .macroF1: report.macro.f1, .accuracy: report.exactMatch,
      ])
  }

  /// The best threshold for rows of logits; nil where no label holds.
  static func threshold(_ logits: [[Float]], _ targets: [[Int]]) -> Double? {
    MultiLabelReport.bestThreshold(
      probabilities: logits.map(ClassificationProblem.multiLabel.probabilities),
      truth: targets.map(Set.init))?.threshold
  }

  /// The labels that hold, by a row of logits.
  package static func labels(_ logits: [Float], atLeast threshold: Double) -> Set<Int> {
    let probabilities = ClassificationProblem.multiLabel.probabilities(logits)
    return Set(probabilities.indices.filter { probabilities[$0] >= threshold })
  }

  package var metrics: [TrainingOptions.Metric] { [.microF1, .macroF1, .accuracy, .loss] }

  /// Every label begins as probable as it is frequent, so that rare ones need not first be unlearned (Lin
  /// et al., "Focal loss for dense object detection", 2017, section 3.3).
  package func prepare(_ network: TrainableNetwork, _ training: EncodedSet<[Int]>) {
    guard startsFromShares else { return }
    let counts = BinaryCrossEntropy.counts(labels: labels, of: training.targets)
    for (label, count) in counts.enumerated() {
      let share = (Float(count) + 0.5) / (Float(training.targets.count) + 1)
      network.classifier.bias[label] = log(share / (1 - share))
    }
  }

  package static func digits(_ target: [Int]) -> [Int] { [target.count] + target }
}
