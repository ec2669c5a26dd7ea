import Kernels

extension TrainingOptions {
  /// - Throws: ``UntrainableOptions`` naming the first option that makes no sense for a model of
  ///   `layers` layers with `outputs` outputs, judged by one of `metrics`.
  func validate(outputs: Int, layers: Int, metrics: [Metric]) throws {
    try validateNumbers()
    try require(
      "accumulation", accumulation, (1...batchSize).contains(accumulation), "in 1...\(batchSize)")
    try require(
      "epochs", "neither epochs nor maximumSteps", epochs != nil || maximumSteps != nil,
      "a number of epochs or of steps")
    try require(
      "frozenLayers", frozenLayers, (0...layers).contains(frozenLayers), "in 0...\(layers)")
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

  private func validateNumbers() throws {
    try require("learningRate", learningRate, Limits.learningRate)
    try require("weightDecay", weightDecay, Limits.weightDecay)
    try require("warmupFraction", warmupFraction, Limits.warmUp)
    try require("beta1", beta1, .within(0..<1))
    try require("beta2", beta2, .within(0..<1))
    try require("epsilon", epsilon, .aboveZero)
    try require("layerDecay", layerDecay, Limits.layerDecay)
    try require("dropout", dropout, Limits.dropout)
    try require("gradientClipping", gradientClipping, Limits.gradientClipping)
    try require("labelSmoothing", labelSmoothing, Limits.labelSmoothing)
    try require("stepShare", stepShare, .partOrWhole)
    try require("epochs", epochs, Limits.epochs)
    try require("maximumSteps", maximumSteps, Limits.updates)
    for (name, count) in [
      ("batchSize", batchSize), ("batchTokens", batchTokens), ("patience", patience),
      ("evaluationInterval", evaluationInterval), ("checkpointInterval", checkpointInterval),
    ] {
      try require(name, count, Limits.count)
    }
  }

  private func require<Value>(_ name: String, _ value: Value?, _ limit: Limit<Value>) throws {
    guard let value else { return }
    try require(name, value, limit.allows(value), limit.text)
  }

  private func require(
    _ name: String, _ value: Any, _ isValid: Bool, _ expected: String
  ) throws {
    guard isValid else {
      throw UntrainableOptions(option: name, expected: expected, found: "\(value)")
    }
  }
}
