import Files
import Foundation
import Kernels
import Transformer

/// One training of a network: update steps, development evaluations, early stopping, checkpoints.
///
/// Everything but the arrays follows from options, data and the steps made so far, which is why a
/// checkpoint of arrays and summary resumes to the same bits.
package final class Trainer<Task: TrainingTask> {
  let network: TrainableNetwork
  let options: TrainingOptions
  private let task: Task
  private let training: EncodedSet<Task.Target>
  private let development: EncodedSet<Task.Target>
  let optimizer: AdamW
  let totalSteps: Int
  var summary = TrainingSummary()
  /// Trained parameters of the best step, laid out as gradients.
  let best: Buffer<Float>?
  var bestDormantScale = 1.0
  private let gradient: GradientArena
  private let schedule: LearningRateSchedule
  private let plan: EvaluationPlan
  private var batches: BatchPlan
  private let metric: TrainingOptions.Metric
  private var batch = PackedTokens()
  private var targets: [Task.Target] = []
  /// The sum of a step's passes, where it has more than one.
  private let accumulated: Buffer<Float>?

  /// - Parameters:
  ///   - training: not empty; every sentence has 1 to `maximumPositions` tokens of the vocabulary.
  ///   - development: decides which step's weights stay; may be empty, then the last step's do.
  package init(
    _ network: TrainableNetwork, task: Task, training: EncodedSet<Task.Target>,
    development: EncodedSet<Task.Target>, options: TrainingOptions
  ) throws {
    try options.validate(
      outputs: network.outputs, layers: network.configuration.layers, metrics: task.metrics)
    self.network = network
    self.task = task
    self.training = training
    self.development = development
    self.options = options
    metric = options.metric ?? task.metrics[0]
    batches = BatchPlan(training.targets.indices.map(training.tokens), options)
    totalSteps = batches.totalSteps
    schedule = LearningRateSchedule(options, totalSteps: totalSteps)
    let layout = GradientLayout(
      network, sentences: training.sentences + development.sentences,
      types: max(training.typeCount, development.typeCount), trainable: options.trainable)
    gradient = GradientArena(layout)
    accumulated = options.accumulation > 1 ? Buffer(repeating: 0, count: layout.count) : nil
    optimizer = AdamW(layout, options: options)
    plan = EvaluationPlan(development.sentences, tokens: 512)
    best = development.count == 0 ? nil : Buffer(repeating: 0, count: layout.count)
    task.prepare(network, training)
    network.configureDropout(options)
    network.multipliesBFloat16 = options.precision == .bfloat16
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
    summary.metric = metric
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
      throw UntrainableOptions(
        FileError(
          place: "training step \(number)", expected: "a finite loss and gradient",
          found: "loss \(value), gradient norm \(norm)", advice: "lower the learning rate"))
    }
    let rate = schedule.rate(number)
    optimizer.update(
      network.parameters.values.pointer, gradient: pointer, norm: norm, learningRate: rate,
      step: number)
    summary.history.append(
      TrainingSummary.Step(
        step: number, epoch: Double(batches.examples(inFirst: number)) / Double(training.count),
        loss: value, learningRate: rate, gradientNorm: norm))
  }

  /// The loss of a step, its gradient in ``accumulated`` or, of a single pass, in ``gradient``.
  private func passes(_ number: Int) -> Float {
    let examples = batches.examples(of: number)
    let total = task.total(examples.map { training.targets[$0] })
    let size = (examples.count + options.accumulation - 1) / options.accumulation
    accumulated?.pointer.update(repeating: 0, count: gradient.layout.count)
    let passes = stride(from: examples.startIndex, to: examples.endIndex, by: size).map {
      examples[$0..<min(examples.endIndex, $0 + size)]
    }
    if passes.count > 1, task.couplesExamples { return coupled(passes, number, total) }
    var sum: Float = 0
    for (pass, examples) in passes.enumerated() {
      let outputs = forward(examples, number, pass)
      sum += task.loss(outputs, targets, total: total)
      goBack(from: outputs)
    }
    return sum
  }

  /// Passes whose loss sees all of their outputs: these are collected first, and each pass is made again,
  /// with the same masks, to go back from its part of the gradient (Gao et al., arXiv 2101.06983). Memory
  /// is a pass's, the gradient the whole step's.
  private func coupled(
    _ passes: [ArraySlice<Int>], _ number: Int, _ total: Double
  ) -> Float {
    let outputs = Buffer<Float>(
      count: passes.reduce(0) { $0 + $1.count } * training.width * network.outputs)
    var starts = [0]
    for (pass, examples) in passes.enumerated() {
      let part = forward(examples, number, pass)
      let count = batch.sentences.count * network.outputs
      (outputs.pointer + starts.last!).update(from: part, count: count)
      starts.append(starts.last! + count)
    }
    let loss = task.loss(
      outputs.pointer, passes.joined().map { training.targets[$0] }, total: total)
    for (pass, examples) in passes.enumerated() {
      let part = forward(examples, number, pass)
      part.update(from: outputs.pointer + starts[pass], count: starts[pass + 1] - starts[pass])
      goBack(from: part)
    }
    return loss
  }

  /// The outputs of some examples of a step.
  private func forward(
    _ examples: ArraySlice<Int>, _ number: Int, _ pass: Int
  ) -> UnsafeMutablePointer<Float> {
    batch.removeAll()
    targets.removeAll(keepingCapacity: true)
    for example in examples {
      for sequence in training.sequences(example) { training.append(sequence, to: &batch) }
      targets.append(training.targets[example])
    }
    network.dropout.seed = options.seed
    // Each pass has masks of its own.
    network.dropout.step = (number - 1) * options.accumulation + pass + 1
    return network.forward(batch, retains: true)
  }

  private func goBack(from gradientOfOutputs: UnsafeMutablePointer<Float>) {
    network.backward(gradientOfOutputs, into: gradient)
    if let accumulated {
      optimizer.add(gradient.values.pointer, to: accumulated.pointer)
    }
    summary.tokens += batch.tokens
  }

  private var isEvaluationDue: Bool {
    guard development.count > 0 else { return false }
    return step == totalSteps
      || options.evaluationInterval.map { step % $0 == 0 } ?? batches.endsEpoch(step)
  }

  private func evaluate() -> DevelopmentResult {
    let judgment = task.judge(
      network.outputs(development, plan), development.targets)
    let result = DevelopmentResult(step: step, loss: judgment.loss, scores: judgment.scores)
    if summary.evaluations.allSatisfy({ metric.prefers(result, to: $0) }), let best {
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
    Double(batches.examples(inFirst: step) - batches.examples(inFirst: first))
  }

  private func report(
    _ evaluation: DevelopmentResult?, examplesPerSecond: Double
  ) -> TrainingProgress {
    let last = summary.history[step - 1]
    return TrainingProgress(
      step: step, totalSteps: totalSteps, epoch: batches.epoch(of: step), loss: last.loss,
      learningRate: last.learningRate, gradientNorm: last.gradientNorm,
      examplesPerSecond: examplesPerSecond, development: evaluation)
  }
}

extension TrainingOptions.Metric {
  /// Of equal scores the one with the lower loss: in the first epochs no entity may be right yet.
  func prefers(_ new: DevelopmentResult, to old: DevelopmentResult) -> Bool {
    if self == .loss { return new.loss < old.loss }
    let (score, other) = (new.scores[self, default: 0], old.scores[self, default: 0])
    return (score, -new.loss) > (other, -old.loss)
  }
}

extension Trainer where Task == ClassificationTask {
  /// A training for one class of each sequence.
  package convenience init(
    _ network: TrainableNetwork, training: EncodedSet<Int>, development: EncodedSet<Int>,
    options: TrainingOptions
  ) throws {
    try self.init(
      network,
      task: ClassificationTask(
        labels: network.outputs, examples: training.targets, options: options),
      training: training, development: development, options: options)
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
