import Kernels
import Transformer

/// What a network is trained for: how its outputs are judged. The trainer itself knows no labels.
package protocol TrainingTask: Sendable {
  /// What is to be learned of one example: a sequence, or some that belong together.
  associatedtype Target: Sendable
  typealias Pointer = UnsafeMutablePointer<Float>

  /// What a mean loss of `targets` is divided by: the sum of their weights.
  func total(_ targets: [Target]) -> Double

  /// The loss of `outputs`, the rows of the targets' sequences one after the other, divided by `total`,
  /// of all targets of the mean, where these are some of them; its gradient replaces the outputs.
  func loss(_ outputs: Pointer, _ targets: [Target], total: Double) -> Float

  /// Whether the loss of an example depends on others of its step, so that it has to see all of them at
  /// once; false by itself.
  var couplesExamples: Bool { get }

  /// How the outputs of sequences (each its rows, one after the other) compare with their targets.
  func judge(_ outputs: [[Float]], _ targets: [Target]) -> Judgment

  /// What may decide which step's weights stay; the first does where nobody says.
  var metrics: [TrainingOptions.Metric] { get }

  /// Chooses weights of the head before the first update; does nothing by itself.
  func prepare(_ network: TrainableNetwork, _ training: EncodedSet<Target>)

  /// The numbers that tell one target from another.
  static func digits(_ target: Target) -> [Int]
}

extension TrainingTask {
  package var couplesExamples: Bool { false }

  package func prepare(_ network: TrainableNetwork, _ training: EncodedSet<Target>) {}
}

/// How a model does on some data.
package struct Judgment {
  /// Mean loss, without smoothing or weights.
  package var loss: Float
  package var scores: [TrainingOptions.Metric: Double]

  package init(loss: Float, scores: [TrainingOptions.Metric: Double]) {
    self.loss = loss
    self.scores = scores
  }
}
