import Files
import Kernels
import Transformer

/// A number for each sequence, by squared error.
package struct RegressionTask: TrainingTask {
  package init() {}

  package func total(_ targets: [Float]) -> Double { Double(targets.count) }

  package func loss(
    _ outputs: Pointer, _ targets: [Float], total: Double
  ) -> Float {
    SquaredError.loss(outputs, targets: targets, dOutputs: outputs, total: total)
  }

  package func judge(_ outputs: [[Float]], _ targets: [Float]) -> Judgment {
    let values = outputs.map { $0[0] }
    let loss = SquaredError.loss(values, targets: targets, dOutputs: nil)
    let report = RegressionReport(
      truth: targets.map(Double.init), predictions: values.map(Double.init))
    var scores: [TrainingOptions.Metric: Double] = [:]
    scores[.pearson] = report.pearson
    scores[.spearman] = report.spearman
    return Judgment(loss: loss, scores: scores)
  }

  package var metrics: [TrainingOptions.Metric] { [.loss, .pearson, .spearman] }

  package static func digits(_ target: Float) -> [Int] { [Int(target.bitPattern)] }
}

/// Numbers with mean 0 and deviation 1 in place of others: a network learns them at the same pace whatever
/// the units.
struct TargetScale: Hashable {
  let center: Double
  let deviation: Double

  /// - Throws: `FileError` for numbers that are all the same, or one that is not finite.
  init(_ targets: [Double]) throws {
    guard targets.allSatisfy(\.isFinite) else {
      throw FileError(
        place: "training set", expected: "finite numbers", found: "one that is not")
    }
    let count = Double(targets.count)
    let center = targets.reduce(0) { $0 + $1 / count }
    let deviation = targets.reduce(0) { $0 + ($1 - center) * ($1 - center) / count }.squareRoot()
    guard deviation > 0, deviation.isFinite, Float(deviation).isNormal, Float(center).isFinite
    else {
      throw FileError(
        place: "training set", expected: "numbers that differ",
        found: "\(targets.count) of mean \(center) and deviation \(deviation)")
    }
    self.center = center
    self.deviation = deviation
  }

  func standard(_ target: Double) -> Float { Float((target - center) / deviation) }

  /// Makes the one output of a network that gives standard numbers give those of the data.
  func unfold(_ network: TrainableNetwork) {
    let (weight, bias) = network.classifier
    for index in 0..<network.configuration.hiddenSize { weight[index] *= Float(deviation) }
    bias[0] = Float(Double(bias[0]) * deviation + center)
  }

  /// The other way.
  func fold(_ network: TrainableNetwork) {
    let (weight, bias) = network.classifier
    for index in 0..<network.configuration.hiddenSize { weight[index] /= Float(deviation) }
    bias[0] = Float((Double(bias[0]) - center) / deviation)
  }
}
