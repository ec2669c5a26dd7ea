import Kernels

extension TrainingOptions {
  /// - Throws: ``TrainingError`` naming the first option that makes no sense for a model of
  ///   `layers` layers with `outputs` outputs, judged by one of `metrics`.
  func validate(outputs: Int, layers: Int, metrics: [Metric]) throws {
    try require("learningRate", learningRate, learningRate.isFinite && learningRate > 0, "above 0")
    try require("weightDecay", weightDecay, (0...1).contains(weightDecay), "in 0...1")
    try require("warmupFraction", warmupFraction, (0...1).contains(warmupFraction), "in 0...1")
    try require("beta1", beta1, (0..<1).contains(beta1), "in 0..<1")
    try require("beta2", beta2, (0..<1).contains(beta2), "in 0..<1")
    try require("epsilon", epsilon, epsilon > 0, "above 0")
    try require("batchSize", batchSize, batchSize >= 1, "at least 1")
    try require("layerDecay", layerDecay, layerDecay > 0 && layerDecay <= 1, "above 0, at most 1")
    try require(
      "accumulation", accumulation, (1...batchSize).contains(accumulation), "in 1...\(batchSize)")
    try require("epochs", epochs ?? 1, (epochs ?? 1) >= 1, "at least 1")
    try require("maximumSteps", maximumSteps ?? 1, (maximumSteps ?? 1) >= 1, "at least 1")
    try require(
      "epochs", "neither epochs nor maximumSteps", epochs != nil || maximumSteps != nil,
      "a number of epochs or of steps")
    try require("dropout", dropout ?? 0, (0..<1).contains(dropout ?? 0), "in 0..<1")
    try require(
      "gradientClipping", gradientClipping, gradientClipping >= 0, "0 (off) or a norm above 0")
    try require("labelSmoothing", labelSmoothing, (0..<1).contains(labelSmoothing), "in 0..<1")
    try require("patience", patience ?? 1, (patience ?? 1) >= 1, "at least 1")
    try require(
      "evaluationInterval", evaluationInterval ?? 1, (evaluationInterval ?? 1) >= 1, "at least 1")
    try require("checkpointInterval", checkpointInterval, checkpointInterval >= 1, "at least 1")
    try require(
      "frozenLayers", frozenLayers, (0...layers).contains(frozenLayers), "in 0...\(layers)")
    try require("batchTokens", batchTokens ?? 1, (batchTokens ?? 1) >= 1, "at least 1")
    if let metric {
      let known = metrics.map(\.rawValue).joined(separator: ", ")
      try require("metric", metric.rawValue, metrics.contains(metric), "one of \(known)")
    }
    try require(
      "precision", precision.rawValue,
      precision == .float32 || BFloat16Products.areSupported,
      "f32, for this processor (\(Processor.kind)) has no bfloat16 products")
    guard let classWeights else { return }
    try require(
      "classWeights", classWeights, classWeights.count == outputs,
      "one weight for each of \(outputs)"
    )
    try require(
      "classWeights", classWeights, classWeights.allSatisfy { $0 > 0 && $0.isFinite }, "above 0")
  }

  private func require(
    _ name: String, _ value: Any, _ isValid: Bool, _ expected: String
  ) throws {
    guard isValid else {
      throw TrainingError(place: "option \(name)", expected: expected, found: "\(value)")
    }
  }
}
