import Files
import Foundation
import Kernels
import Testing
import Training
import Transformer

struct TrainerTests {
  /// Random sentences whose class is what their second token says.
  private func data(_ count: Int, seed: UInt64) -> EncodedSet<Int> {
    var state = seed
    func next(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    var sentences: [[Int32]] = []
    var labels: [Int] = []
    for _ in 0..<count {
      let label = next(3)
      let rest = (0..<1 + next(18)).map { _ in Int32(10 + next(26)) }
      sentences.append([2, Int32(5 + label)] + rest + [3])
      labels.append(label)
    }
    return EncodedSet(sentences: sentences, targets: labels)
  }

  private func options(_ change: (inout TrainingOptions) -> Void = { _ in }) -> TrainingOptions {
    var options = TrainingOptions()
    options.learningRate = 3e-3
    options.batchSize = 8
    options.epochs = 3
    options.seed = 42
    change(&options)
    return options
  }

  @Test func tenStepsEqualPyTorch() throws {
    let golden = try Golden.load()
    let network = try Golden.network()
    let options = options {
      $0.learningRate = 5e-3
      $0.weightDecay = 0.1
      $0.warmupFraction = 0.3
      $0.dropout = 0
      $0.gradientClipping = 0.5
      $0.batchSize = 6
      $0.epochs = 10
    }
    let trainer = try Trainer(
      network, training: golden.set, development: EncodedSet(sentences: [], targets: []),
      options: options)
    let summary = try trainer.run()
    #expect(summary.history.count == 10)
    for (ours, theirs) in zip(summary.history, golden.steps) {
      #expect(abs(ours.loss - theirs.loss) < 1e-5 * theirs.loss, "step \(ours.step)")
      #expect(abs(ours.gradientNorm - theirs.norm) < 2e-5 * theirs.norm, "step \(ours.step)")
      #expect(abs(ours.learningRate - theirs.rate) < 1e-8)
    }
    network.dropout.step = 0
    let logits = UnsafeBufferPointer(
      start: network.forward(PackedTokens(golden.sentences)), count: 18)
    #expect(distance(logits, golden.logitsAfterSteps.flatMap { $0 }) < 2e-5)
  }

  @Test func overfitsThirtyTwoExamples() throws {
    let set = data(32, seed: 3)
    let trainer = try Trainer(
      Golden.network(), training: set, development: set, options: options { $0.epochs = 60 })
    let summary = try trainer.run()
    #expect(summary.evaluations.contains { $0.scores == [.accuracy: 1, .macroF1: 1] })
    #expect(summary.evaluations.last!.loss < summary.evaluations.first!.loss)
  }

  @Test func resultDoesNotDependOnThreads() throws {
    let old = Threads.count
    defer { Threads.configure(count: old) }
    var runs: [[Float]] = []
    for threads in [1, 2, 5] {
      Threads.configure(count: threads)
      let network = try Golden.network()
      _ = try Trainer(
        network, training: data(40, seed: 5), development: data(20, seed: 6), options: options()
      ).run()
      runs.append(Array(network.parameters.values.values))
    }
    #expect(runs[0] == runs[1])
    #expect(runs[0] == runs[2])
  }

  /// Divided into passes, an update has the same loss, gradient and tokens.
  @Test(arguments: [2, 3, 8])
  func accumulatedPassesAreOneUpdate(accumulation: Int) throws {
    func train(_ accumulation: Int) throws -> TrainingSummary {
      let options = options {
        $0.accumulation = accumulation
        $0.dropout = 0
        $0.classWeights = [0.5, 2, 1]
        $0.labelSmoothing = 0.1
      }
      return try Trainer(
        Golden.network(), training: data(29, seed: 5), development: data(9, seed: 6),
        options: options
      ).run()
    }
    let (whole, divided) = (try train(1), try train(accumulation))
    #expect(whole.tokens == divided.tokens && whole.history.count == 12)
    for (a, b) in zip(whole.history, divided.history) {
      #expect(abs(a.loss - b.loss) < 1e-4 * a.loss, "step \(a.step)")
      #expect(abs(a.gradientNorm - b.gradientNorm) < 1e-3 * a.gradientNorm, "step \(a.step)")
    }
  }

  /// Batches by tokens hold each sentence once an epoch, and no more tokens than asked but for one alone.
  @Test func batchesByTokensAreFilled() throws {
    let set = data(60, seed: 5)
    let lengths = set.sentences.map(\.count)
    var counts: [Int] = []
    let trainer = try Trainer(
      Golden.network(), training: set, development: data(9, seed: 6),
      options: options {
        $0.batchTokens = 50
        $0.epochs = 3
      })
    let summary = try trainer.run(progress: { counts.append($0.epoch) })
    #expect(summary.tokens == 3 * lengths.reduce(0, +))
    #expect(counts.count == summary.history.count && Set(counts) == [0, 1, 2])
    // Full batches: no two neighbors would have fit into one.
    #expect(counts.count < 3 * 2 * lengths.reduce(0, +) / 50 + 3)
    #expect(summary.evaluations.count == 3)
  }

  /// Before a batch is planned.
  @Test func countsHaveLimits() {
    for change: @Sendable (inout TrainingOptions) -> Void in [
      { $0.epochs = .max }, { $0.maximumSteps = .max }, { $0.batchSize = .max },
      { $0.batchTokens = .max }, { $0.patience = .max }, { $0.evaluationInterval = .max },
      { $0.checkpointInterval = .max }, { $0.epochs = 0 },
    ] {
      #expect(throws: UntrainableOptions.self) {
        try Trainer(
          Golden.network(), training: data(8, seed: 1), development: data(4, seed: 1),
          options: options(change))
      }
    }
  }

  /// Products of half the digits train as well, and to the same bits on any number of threads.
  @Test func bfloat16TrainsAlike() throws {
    guard BFloat16Products.areSupported else {
      #expect(throws: UntrainableOptions.self) {
        try Trainer(
          Golden.network(), training: data(8, seed: 1), development: data(4, seed: 1),
          options: options { $0.precision = .bfloat16 })
      }
      return
    }
    func train(_ precision: TrainingOptions.Precision) throws -> ([Float], [Float]) {
      let network = try Golden.network()
      let summary = try Trainer(
        network, training: data(40, seed: 5), development: data(20, seed: 6),
        options: options {
          $0.precision = precision
          $0.dropout = 0
        }
      ).run()
      return (summary.history.map(\.loss), Array(network.parameters.values.values))
    }
    let (wide, narrow) = (try train(.float32), try train(.bfloat16))
    #expect(wide.0 != narrow.0)
    for (a, b) in zip(wide.0, narrow.0) { #expect(abs(a - b) < 0.05 * a) }
    let old = Threads.count
    defer { Threads.configure(count: old) }
    Threads.configure(count: 3)
    #expect(try train(.bfloat16).1 == narrow.1)
  }

  /// AdamW's first update moves every weight by the learning rate of its layer, whatever the gradient.
  @Test func lowerLayersLearnMoreSlowly() throws {
    let (before, after) = (try Golden.network(), try Golden.network())
    let options = options {
      $0.layerDecay = 0.5
      $0.maximumSteps = 1
      $0.warmupFraction = 0
      $0.weightDecay = 0
      $0.gradientClipping = 0
      $0.epsilon = 1e-30
    }
    _ = try Trainer(
      after, training: data(8, seed: 5), development: EncodedSet(sentences: [], targets: []),
      options: options
    ).run()
    for entry in after.parameters.entries {
      let range = entry.offset..<entry.offset + entry.count
      let moved = range.map {
        abs(after.parameters.values.pointer[$0] - before.parameters.values.pointer[$0])
      }.max()!
      let name = entry.name
      let depth: Float =
        name.contains("layer.1.")
        ? 1
        : name.contains("layer.0.")
          ? 2
          : name.contains("embeddings") ? 3 : 0
      let expected = 3e-3 * powf(0.5, depth)
      #expect(abs(moved - expected) < 0.01 * expected, "\(name): \(moved)")
    }
  }

  /// As transformers' schedules of these names.
  @Test(arguments: TrainingOptions.Schedule.allCases)
  func schedulesFollowTheirFormulas(schedule: TrainingOptions.Schedule) throws {
    let options = options {
      $0.schedule = schedule
      $0.warmupFraction = 0.25
      $0.maximumSteps = 12
      $0.epochs = nil
    }
    let summary = try Trainer(
      Golden.network(), training: data(16, seed: 5),
      development: EncodedSet(sentences: [], targets: []), options: options
    ).run()
    for (done, step) in summary.history.enumerated() {
      let progress = max(0, Float(done - 3) / 9)
      let factor: Float =
        switch schedule {
        case _ where done < 3: Float(done) / 3
        case .linear: 1 - progress
        case .cosine: 0.5 * (1 + cosf(.pi * progress))
        case .constant: 1
        }
      #expect(abs(step.learningRate - 3e-3 * factor) < 1e-8, "\(schedule), \(done)")
    }
  }

  /// A class of one example counts as much as one of many.
  @Test func balancedClassesCountTheSame() throws {
    let all = data(60, seed: 5)
    let rare = all.targets.firstIndex(of: 2)!
    let kept = all.targets.indices.filter { all.targets[$0] != 2 || $0 == rare }
    let set = EncodedSet(
      sentences: kept.map { all.sentences[$0] }, targets: kept.map { all.targets[$0] })
    let counts = (0..<3).map { label in set.targets.count { $0 == label } }
    func train(_ change: @escaping (inout TrainingOptions) -> Void) throws -> [Float] {
      let options = options {
        $0.maximumSteps = 6
        change(&$0)
      }
      return try Trainer(
        Golden.network(), training: set, development: EncodedSet(sentences: [], targets: []),
        options: options
      ).run().history.map(\.loss)
    }
    let weights = counts.map { Float(set.targets.count) / Float(3 * $0) }
    let balanced = try train { $0.balancesClasses = true }
    let weighted = try train { $0.classWeights = weights }
    let plain = try train { _ in }
    #expect(counts[2] == 1 && balanced == weighted && balanced != plain)
  }

  @Test func resumedEqualsUninterrupted() throws {
    let folder = try ScratchFolder()
    let (training, development) = (data(41, seed: 7), data(20, seed: 8))
    let options = options {
      $0.evaluationInterval = 4
      $0.checkpointInterval = 1000
    }
    let whole = try Golden.network()
    let expected = try Trainer(
      whole, training: training, development: development, options: options
    ).run()
    let checkpoint = TrainingCheckpoint(
      url: folder.url.appendingPathComponent("state.safetensors"), identity: "a")
    for stop in [5, 9, 0] {
      let network = try Golden.network()
      let trainer = try Trainer(
        network, training: training, development: development, options: options)
      var step = 0
      let summary = try trainer.run(
        checkpoint: checkpoint, progress: { step = $0.step }, shouldStop: { step == stop })
      #expect(summary.interrupted == (stop > 0))
      if stop > 0 { continue }
      #expect(Array(network.parameters.values.values) == Array(whole.parameters.values.values))
      #expect(summary.history == expected.history)
      #expect(summary.evaluations == expected.evaluations)
      #expect(summary.bestStep == expected.bestStep)
      #expect(summary.tokens == expected.tokens)
    }
    let other = TrainingCheckpoint(url: checkpoint.url, identity: "b")
    #expect(throws: FileError.self) {
      try Trainer(
        Golden.network(), training: training, development: development, options: options
      ).run(checkpoint: other)
    }
  }

  @Test func damagedCheckpointThrows() throws {
    let folder = try ScratchFolder()
    let url = folder.url.appendingPathComponent("state.safetensors")
    let trainer = try Trainer(
      Golden.network(), training: data(20, seed: 1), development: data(5, seed: 2),
      options: options())
    let checkpoint = TrainingCheckpoint(url: url, identity: "a")
    _ = try trainer.run(checkpoint: checkpoint, shouldStop: { true })
    let bytes = try Data(contentsOf: url)
    for length in [0, 7, 100, bytes.count / 2, bytes.count - 1] {
      try bytes.prefix(length).write(to: url)
      #expect(throws: (any Error).self) { try trainer.run(checkpoint: checkpoint) }
    }
    try FileManager.default.removeItem(at: url)
    try FileManager.default.copyItem(
      at: Golden.tiny.appendingPathComponent("model.safetensors"), to: url)
    #expect(throws: FileError.self) { try trainer.run(checkpoint: checkpoint) }
  }

  @Test func stopsEarlyAndKeepsTheBestWeights() throws {
    let network = try Golden.network()
    let development = data(30, seed: 10)
    let trainer = try Trainer(
      network, training: data(24, seed: 9), development: development,
      options: options {
        $0.epochs = 200
        $0.patience = 3
        $0.metric = .loss
      })
    let summary = try trainer.run()
    #expect(summary.stoppedEarly)
    #expect(summary.history.count == summary.bestStep + 9)
    let best = try #require(summary.evaluations.min { $0.loss < $1.loss })
    #expect(best.step == summary.bestStep)
    network.dropout.step = 0
    let loss = CrossEntropy(labels: 3).loss(
      network.forward(PackedTokens(development.sentences)), targets: development.targets,
      dLogits: nil)
    #expect(abs(loss - best.loss) < 1e-5)
  }

  @Test func rejectsOptionsThatMakeNoSense() throws {
    let changes: [(inout TrainingOptions) -> Void] = [
      { $0.learningRate = 0 }, { $0.learningRate = .nan }, { $0.batchSize = 0 },
      { $0.epochs = nil }, { $0.epochs = 0 }, { $0.dropout = 1 }, { $0.frozenLayers = 3 },
      { $0.classWeights = [1, 2] }, { $0.classWeights = [1, 0, 1] }, { $0.patience = 0 },
      { $0.warmupFraction = 2 }, { $0.labelSmoothing = 1 }, { $0.evaluationInterval = 0 },
      { $0.layerDecay = 0 }, { $0.layerDecay = 1.1 }, { $0.accumulation = 0 },
      { $0.accumulation = 9 }, { $0.batchTokens = 0 }, { $0.metric = .entityF1 },
    ]
    for change in changes {
      #expect(throws: UntrainableOptions.self) {
        try Trainer(
          Golden.network(), training: data(8, seed: 1), development: data(4, seed: 1),
          options: options(change))
      }
    }
  }

  @Test func aDivergedTrainingThrows() throws {
    let network = try Golden.network()
    network.parameters.values.pointer[
      network.parameters.entries.first { $0.name.contains("layer.0") }!.offset] = .nan
    let trainer = try Trainer(
      network, training: data(8, seed: 1), development: data(4, seed: 1), options: options())
    #expect(throws: UntrainableOptions.self) { try trainer.run() }
  }
}
