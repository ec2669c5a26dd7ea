import Foundation
import Kernels
import Transformer

/// One training of a network: update steps, development evaluations, early stopping, checkpoints.
///
/// Everything but the arrays follows from options, data and the steps made so far, which is why a
/// checkpoint of arrays and summary resumes to the same bits.
package final class Trainer {
  let network: TrainableNetwork
  let options: TrainingOptions
  let training: EncodedSet
  let development: EncodedSet
  let optimizer: AdamW
  let totalSteps: Int
  var summary = TrainingSummary()
  /// Trained parameters of the best step, laid out as gradients.
  let best: Buffer<Float>?
  var bestDormantScale = 1.0
  private let gradient: GradientArena
  private let schedule: LearningRateSchedule
  private let loss: CrossEntropy
  private let plan: EvaluationPlan
  private let stepsPerEpoch: Int
  private var order: (epoch: Int, indices: [Int]) = (-1, [])
  private var batch = PackedTokens()
  private var targets: [Int] = []
  /// The sum of a step's passes, where it has more than one.
  private let accumulated: Buffer<Float>?

  /// - Parameters:
  ///   - training: not empty; every sentence has 1 to `maximumPositions` tokens of the vocabulary.
  ///   - development: decides which step's weights stay; may be empty, then the last step's do.
  package init(
    _ network: TrainableNetwork, training: EncodedSet, development: EncodedSet,
    options: TrainingOptions
  ) throws {
    try options.validate(labels: network.outputs, layers: network.configuration.layers)
    self.network = network
    self.training = training
    self.development = development
    self.options = options
    stepsPerEpoch = (training.count + options.batchSize - 1) / options.batchSize
    let (epochs, perEpoch) = (options.epochs, stepsPerEpoch)
    let epochSteps = epochs.map { $0 * perEpoch } ?? .max
    totalSteps = min(epochSteps, options.maximumSteps ?? .max)
    schedule = LearningRateSchedule(options, totalSteps: totalSteps)
    let balanced =
      options.balancesClasses
      ? CrossEntropy.balancedWeights(labels: network.outputs, of: training.labels) : nil
    loss = CrossEntropy(
      labels: network.outputs, smoothing: options.labelSmoothing,
      weights: options.classWeights ?? balanced)
    let layout = GradientLayout(
      network, sentences: training.sentences + development.sentences, trainable: options.trainable)
    gradient = GradientArena(layout)
    accumulated = options.accumulation > 1 ? Buffer(repeating: 0, count: layout.count) : nil
    optimizer = AdamW(layout, options: options)
    plan = EvaluationPlan(development.sentences, tokens: 512)
    best = development.count == 0 ? nil : Buffer(repeating: 0, count: layout.count)
    if options.head == .linear {
      network.fitClassifier(to: training, limit: max(2048, 32 * network.outputs))
    }
    network.configureDropout(options)
  }

  private var step: Int { summary.history.count }

  /// Trains to the end, to an early stop, or until `shouldStop` says so after a step; leaves the
  /// best step's weights in the network.
  package func run(
    checkpoint: TrainingCheckpoint? = nil, progress: (TrainingProgress) -> Void = { _ in },
    shouldStop: () -> Bool = { false }
  ) throws -> TrainingSummary {
    try checkpoint?.restore(self)
    summary.interrupted = false
    let start = ContinuousClock.now
    let firstStep = step
    var evaluating = Duration.zero
    while step < totalSteps && !hasStalled {
      try makeStep()
      let beforeEvaluation = ContinuousClock.now
      let evaluation = isEvaluationDue ? evaluate() : nil
      evaluating += ContinuousClock.now - beforeEvaluation
      let elapsed = ContinuousClock.now - start
      progress(report(evaluation, examplesPerSecond: examples(since: firstStep) / elapsed.seconds))
      summary.interrupted = shouldStop()
      let isDue = step % options.checkpointInterval == 0 && step < totalSteps
      if isDue || summary.interrupted { try checkpoint?.save(self) }
      if summary.interrupted { break }
    }
    let elapsed = ContinuousClock.now - start
    summary.seconds = elapsed.seconds
    summary.examplesPerSecond =
      examples(since: firstStep) / max(1e-9, (elapsed - evaluating).seconds)
    summary.stoppedEarly = hasStalled && step < totalSteps
    finish()
    return summary
  }

  /// Leaves the best step's weights (the last one's without evaluations) in the network.
  private func finish() {
    let values = network.parameters.values.pointer
    if let best, summary.bestStep > 0 {
      optimizer.restore(values, from: best.pointer)
      optimizer.settle(values, by: bestDormantScale)
    } else {
      summary.bestStep = step
      optimizer.settle(values, by: optimizer.dormantScale)
    }
  }

  private func makeStep() throws {
    let number = step + 1
    let value = passes(number)
    let pointer = UnsafePointer(accumulated?.pointer ?? gradient.values.pointer)
    let norm = optimizer.norm(pointer)
    guard value.isFinite, norm.isFinite else {
      throw TrainingError(
        place: "training step \(number)", expected: "a finite loss and gradient",
        found: "loss \(value), gradient norm \(norm)", advice: "lower the learning rate")
    }
    let rate = schedule.rate(number)
    optimizer.update(
      network.parameters.values.pointer, gradient: pointer, norm: norm, learningRate: rate,
      step: number)
    summary.history.append(
      TrainingSummary.Step(step: number, loss: value, learningRate: rate, gradientNorm: norm))
  }

  /// The loss of a step, its gradient in ``accumulated`` or, of a single pass, in ``gradient``.
  private func passes(_ number: Int) -> Float {
    let examples = examples(of: number)
    let total = loss.total(examples.map { training.labels[$0] })
    let size = (examples.count + options.accumulation - 1) / options.accumulation
    accumulated?.pointer.update(repeating: 0, count: gradient.layout.count)
    var sum: Float = 0
    for (pass, start) in stride(from: 0, to: examples.count, by: size).enumerated() {
      fill(examples[start..<min(examples.count, start + size)])
      network.dropout.seed = options.seed
      // Each pass has masks of its own.
      network.dropout.step = (number - 1) * options.accumulation + pass + 1
      let outputs = network.forward(batch, retains: true)
      // The gradient replaces the outputs it is that of.
      sum += loss.loss(outputs, targets: targets, dLogits: outputs, total: total)
      network.backward(outputs, into: gradient)
      if let accumulated {
        optimizer.add(gradient.values.pointer, to: accumulated.pointer)
      }
      summary.tokens += batch.tokens
    }
    return sum
  }

  private func fill(_ examples: ArraySlice<Int>) {
    batch.removeAll()
    targets.removeAll(keepingCapacity: true)
    for index in examples {
      batch.append(training.sentences[index])
      targets.append(training.labels[index])
    }
  }

  /// The examples of a step: the next run of the epoch's permutation.
  private func examples(of number: Int) -> [Int] {
    let epoch = (number - 1) / stepsPerEpoch
    if order.epoch != epoch {
      var generator = SplitMix64(state: options.seed &* 0x2545_F491_4F6C_DD1D &+ UInt64(epoch))
      order = (epoch, generator.permutation(training.count))
    }
    let first = (number - 1) % stepsPerEpoch * options.batchSize
    return Array(order.indices[first..<min(training.count, first + options.batchSize)])
  }

  private var isEvaluationDue: Bool {
    guard development.count > 0 else { return false }
    return step == totalSteps || step % (options.evaluationInterval ?? stepsPerEpoch) == 0
  }

  private func evaluate() -> DevelopmentResult {
    let logits = network.outputs(development.sentences, plan)
    let labels = network.outputs
    let predictions = development.labels.indices.map { index in
      (0..<labels).max { logits[index * labels + $0] < logits[index * labels + $1] } ?? 0
    }
    let report = ClassificationReport(
      labels: (0..<labels).map(String.init), truth: development.labels, predictions: predictions)
    let loss = CrossEntropy(labels: labels).loss(
      logits, targets: development.labels, dLogits: nil)
    let result = DevelopmentResult(
      step: step, loss: loss, accuracy: report.accuracy, macroF1: report.macro.f1)
    if summary.evaluations.allSatisfy({ options.metric.prefers(result, to: $0) }), let best {
      summary.bestStep = step
      bestDormantScale = optimizer.dormantScale
      optimizer.copy(network.parameters.values.pointer, to: best.pointer)
    }
    summary.evaluations.append(result)
    return result
  }

  /// Whether the last `patience` evaluations brought nothing.
  private var hasStalled: Bool {
    guard let patience = options.patience else { return false }
    return summary.evaluations.count { $0.step > summary.bestStep } >= patience
  }

  private func examples(since first: Int) -> Double {
    let perEpoch = training.count
    func total(_ steps: Int) -> Int {
      steps / stepsPerEpoch * perEpoch + steps % stepsPerEpoch * options.batchSize
    }
    return Double(total(step) - total(first))
  }

  private func report(
    _ evaluation: DevelopmentResult?, examplesPerSecond: Double
  ) -> TrainingProgress {
    let last = summary.history[step - 1]
    return TrainingProgress(
      step: step, totalSteps: totalSteps, epoch: (step - 1) / stepsPerEpoch, loss: last.loss,
      learningRate: last.learningRate, gradientNorm: last.gradientNorm,
      examplesPerSecond: examplesPerSecond, development: evaluation)
  }
}

extension TrainingOptions.Metric {
  func prefers(_ new: DevelopmentResult, to old: DevelopmentResult) -> Bool {
    switch self {
    case .macroF1: new.macroF1 > old.macroF1
    case .accuracy: new.accuracy > old.accuracy
    case .loss: new.loss < old.loss
    }
  }
}

extension TrainableNetwork {
  fileprivate func configureDropout(_ options: TrainingOptions) {
    dropout = configuredDropout
    dropout.adapter = adapters?.dropout ?? 0
    guard let probability = options.dropout else { return }
    dropout.hidden = probability
    dropout.attention = probability
    dropout.classifier = probability
  }
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
