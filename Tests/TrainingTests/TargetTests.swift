import Files
import Foundation
import Kernels
import Testing
import Training
import Transformer

/// Several labels a text, and numbers, against PyTorch: `Golden/generate_targets.py`.
@Suite struct TargetTests {
  private struct Binary: Decodable {
    var logits: [[Float]]
    var truth: [[Int]]
    var smoothing: Float
    var weights: [Float]?
    var loss: Float
    var gradient: [[Float]]
  }
  private struct Squared: Decodable {
    var outputs: [Float]
    var targets: [Float]
    var loss: Float
    var gradient: [Float]
    var pearson: Double
    var spearman: Double
    var rootMeanSquaredError: Double
    var meanAbsoluteError: Double
    var determination: Double
  }
  private struct Binaries: Decodable {
    var truth: [Int]
    var probabilities: [Double]
    var precision: Double
    var recall: Double
    var f1: Double
    var averagePrecision: Double
    var spearman: Double
  }
  private struct Steps: Decodable {
    var sentences: [[Int32]]
    var weight: [[Float]]
    var bias: [Float]
    var loss: Float
    var logits: [[Float]]
    var gradients: [String: [Double]]
    var steps: [[Float]]
    var sets: [[Int]]?
    var scores: [Float]?
  }
  private struct Expected: Decodable {
    var binary: [Binary]
    var squared: Squared
    var binaryReports: [Binaries]
    var multiLabel: Steps
    var regression: Steps
  }

  private func expected() throws -> Expected {
    let data = try Data(contentsOf: Golden.folder.appendingPathComponent("targets.json"))
    return try JSONDecoder().decode(Expected.self, from: data)
  }

  @Test func binaryLossesAndTheirGradientsEqualPyTorch() throws {
    for golden in try expected().binary {
      let loss = BinaryCrossEntropy(
        labels: 3, smoothing: golden.smoothing, positiveWeights: golden.weights)
      var gradient = golden.logits.flatMap { $0 }
      let value = gradient.withUnsafeMutableBufferPointer {
        loss.loss($0.baseAddress!, targets: golden.truth, dLogits: $0.baseAddress!)
      }
      #expect(abs(value - golden.loss) < 2e-6 * golden.loss)
      #expect(distance(gradient, golden.gradient.flatMap { $0 }) < 1e-6)
    }
  }

  @Test func squaredErrorsAndTheirReportEqualPyTorchAndScikitLearn() throws {
    let golden = try expected().squared
    var gradient = [Float](repeating: 0, count: golden.outputs.count)
    let loss = SquaredError.loss(golden.outputs, targets: golden.targets, dOutputs: &gradient)
    #expect(abs(loss - golden.loss) < 1e-6)
    #expect(distance(gradient, golden.gradient) < 1e-6)
    let report = RegressionReport(
      truth: golden.targets.map(Double.init), predictions: golden.outputs.map(Double.init))
    for (ours, theirs) in [
      (report.pearson, golden.pearson), (report.spearman, golden.spearman),
      (report.rootMeanSquaredError, golden.rootMeanSquaredError),
      (report.meanAbsoluteError, golden.meanAbsoluteError),
      (report.determination, golden.determination),
    ] {
      #expect(abs(try #require(ours) - theirs) < 1e-9)
    }
  }

  @Test func binaryReportsEqualScikitLearn() throws {
    for golden in try expected().binaryReports {
      let truth = golden.truth.map { $0 == 1 }
      let report = BinaryReport(
        positive: "a", truth: truth, probabilities: golden.probabilities, threshold: 0.5)
      for (ours, theirs) in [
        (report.scores.precision, golden.precision), (report.scores.recall, golden.recall),
        (report.scores.f1, golden.f1), (report.averagePrecision, golden.averagePrecision),
        (try #require(report.spearman), golden.spearman),
      ] {
        #expect(abs(ours - theirs) < 1e-12)
      }
      let best = try #require(
        BinaryReport.bestThreshold(truth: truth, probabilities: golden.probabilities))
      let chosen = BinaryReport(
        positive: "a", truth: truth, probabilities: golden.probabilities, threshold: best)
      for threshold in golden.probabilities {
        let other = BinaryReport(
          positive: "a", truth: truth, probabilities: golden.probabilities, threshold: threshold)
        #expect(other.scores.f1 <= chosen.scores.f1)
      }
    }
    let none = BinaryReport(positive: "a", truth: [], probabilities: [], threshold: 0.5)
    #expect(none.averagePrecision == 0 && none.accuracy == 0 && none.spearman == nil)
  }

  @Test func lossesAreFiniteAtAnyLogit() {
    var logits: [Float] = [1e30, -1e30, 1e30, -1e30]
    let loss = logits.withUnsafeMutableBufferPointer {
      BinaryCrossEntropy(labels: 2).loss(
        $0.baseAddress!, targets: [[0], [1]], dLogits: $0.baseAddress!)
    }
    #expect(loss.isFinite && loss > 1e28 && logits == [0, 0, 0.25, -0.25])
    let empty = RegressionReport(truth: [], predictions: [])
    #expect(empty.rootMeanSquaredError == 0 && empty.determination == nil && empty.pearson == nil)
  }

  @Test func weightsBalanceEachLabel() {
    let items = [[0], [0], [0, 1], [], [0]]
    #expect(BinaryCrossEntropy.balancedWeights(labels: 3, of: items) == [0.25, 4, 1])
  }

  private func network(_ golden: Steps) throws -> TrainableNetwork {
    let network = try TrainableNetwork(
      folder: ModelFolder(at: Golden.tiny), outputs: golden.bias.count, seed: 1)
    let (weight, bias) = network.classifier
    for (index, value) in golden.weight.flatMap({ $0 }).enumerated() { weight[index] = value }
    for (index, value) in golden.bias.enumerated() { bias[index] = value }
    return network
  }

  /// Loss, gradient of every parameter, and ten steps of AdamW.
  private func check<Task: TrainingTask>(
    _ golden: Steps, _ task: Task, _ targets: [Task.Target]
  ) throws {
    let network = try network(golden)
    let layout = GradientLayout(network, sentences: golden.sentences, trainable: .init())
    let arena = GradientArena(layout)
    network.dropout.step = 0
    let batch = PackedTokens(golden.sentences)
    let outputs = network.forward(batch, retains: true)
    let count = golden.logits.count * network.outputs
    #expect(
      distance(UnsafeBufferPointer(start: outputs, count: count), golden.logits.joined()) < 1e-5)
    let loss = task.loss(outputs, targets, total: task.total(targets))
    #expect(abs(loss - golden.loss) < 1e-5)
    network.backward(outputs, into: arena)
    let spread = Buffer<Float>(repeating: 0, count: network.parameters.values.count)
    for piece in layout.pieces() {
      (spread.pointer + piece.value).update(
        from: arena.values.pointer + piece.gradient, count: piece.count)
    }
    for entry in network.parameters.entries {
      guard let theirs = golden.gradients[entry.name] else { continue }
      let ours = FamilyModel.waves(
        UnsafeBufferPointer(start: spread.pointer + entry.offset, count: entry.count))
      for (ours, other) in zip(ours, theirs) {
        #expect(abs(ours - other) < 2e-4 * theirs[0] + 1e-6, "\(entry.name): \(ours), \(other)")
      }
    }
    var options = TrainingOptions()
    options.learningRate = 1e-3
    options.weightDecay = 0.1
    options.warmupFraction = 0.3
    options.dropout = 0
    options.batchSize = targets.count
    options.epochs = 10
    let summary = try Trainer(
      self.network(golden), task: task,
      training: EncodedSet(sentences: golden.sentences, targets: targets),
      development: EncodedSet(sentences: [], targets: []), options: options
    ).run()
    #expect(summary.history.count == 10)
    for (ours, theirs) in zip(summary.history, golden.steps) {
      #expect(abs(ours.loss - theirs[0]) < 2e-4 * theirs[0] + 1e-5, "step \(ours.step)")
      #expect(abs(ours.gradientNorm - theirs[1]) < 2e-3 * theirs[1], "step \(ours.step)")
    }
  }

  @Test func severalLabelsLearnAsInPyTorch() throws {
    let golden = try expected().multiLabel
    let sets = try #require(golden.sets)
    try check(golden, MultiLabelTask(labels: 3, examples: sets, options: .init()), sets)
  }

  @Test func numbersAreLearnedAsInPyTorch() throws {
    let golden = try expected().regression
    try check(golden, RegressionTask(), try #require(golden.scores))
  }
}

/// Classifiers of several labels, and models of numbers, from training to a folder and back.
@Suite struct TargetModelTests {
  private let animals = ["cat", "dog", "bird"]
  private let places = ["house", "river"]

  /// Which animals and places a text names tells its labels, and how many of them its number.
  private func texts(_ count: Int, seed: UInt64) -> [(words: [String], named: [Int])] {
    var generator = SplitMix64(state: seed)
    return (0..<count).map { _ in
      var words: [String] = []
      var named: Set<Int> = []
      for _ in 0..<4 {
        switch Int.random(in: 0..<4, using: &generator) {
        case 0:
          words.append(animals.randomElement(using: &generator)!)
          named.insert(0)
        case 1:
          words.append(places.randomElement(using: &generator)!)
          named.insert(1)
        default: words.append(["the", "sees", "runs"].randomElement(using: &generator)!)
        }
      }
      return (words, named.sorted())
    }
  }

  private func options(_ change: (inout TrainingOptions) -> Void = { _ in }) -> TrainingOptions {
    var options = TrainingOptions()
    options.learningRate = 5e-3
    options.batchSize = 8
    options.epochs = 15
    options.head = .linear
    change(&options)
    return options
  }

  private func model(_ problem: ClassificationProblem, _ labels: [String]) throws
    -> SequenceClassifier
  {
    try SequenceClassifier(
      folder: ModelFolder(at: Golden.tiny), labels: labels, problem: problem, seed: 1,
      maximumTokens: 24)
  }

  private func sets(_ count: Int, seed: UInt64) -> [LabeledText] {
    texts(count, seed: seed).map {
      LabeledText(text: $0.words.joined(separator: " "), target: .labels($0.named))
    }
  }

  /// In units far from those that a fresh network gives.
  private func numbers(_ count: Int, seed: UInt64) -> [LabeledText] {
    texts(count, seed: seed).map { item in
      let animals = item.words.count { self.animals.contains($0) }
      return LabeledText(
        text: item.words.joined(separator: " "), target: .score(4000 + 250 * Double(animals)))
    }
  }

  @Test func severalLabelsAreLearnedSavedAndDecided() throws {
    let scratch = try ScratchFolder()
    let classifier = try model(.multiLabel, ["animal", "place"])
    let (training, held) = (sets(120, seed: 3), sets(40, seed: 4))
    let summary = try classifier.train(train: training, development: held, options: options())
    #expect(summary.evaluations.last!.scores[.microF1]! > 0.85)
    let threshold = try #require(classifier.threshold)
    let url = scratch.url.appendingPathComponent("model")
    try classifier.save(to: url)
    let json = try JSONSerialization.jsonObject(
      with: Data(contentsOf: url.appendingPathComponent("config.json")))
    let type = (json as? [String: Any])?["problem_type"] as? String
    #expect(type == "multi_label_classification")
    let packed = try TextClassifier(savedAt: url, precision: .float32)
    #expect(packed.problem == .multiLabel && packed.threshold == threshold)
    let logits = try packed.logits(held.map(\.text))
    #expect(distance(logits.joined(), try classifier.logits(held.map(\.text)).joined()) < 1e-4)
    let report = MultiLabelReport(
      labels: packed.labels, truth: held.map { Set($0.labels!) },
      predictions: logits.map { MultiLabelTask.labels($0, atLeast: packed.threshold) })
    let best = summary.evaluations.first { $0.step == summary.bestStep }
    #expect(abs(report.micro.f1 - best!.scores[.microF1]!) < 1e-12)
    // Without a record of the training half decides.
    try FileManager.default.removeItem(at: url.appendingPathComponent("training.json"))
    #expect(try TextClassifier(savedAt: url).threshold == 0.5)
  }

  @Test func balancedLabelsAndSmoothingChangeWhatIsLearned() throws {
    let training = sets(60, seed: 5)
    var found: [[[Float]]] = []
    for change in [
      { _ in }, { $0.balancesClasses = true }, { $0.labelSmoothing = 0.2 },
      { $0.classWeights = [5, 1] },
    ] as [(inout TrainingOptions) -> Void] {
      let classifier = try model(.multiLabel, ["animal", "place"])
      try classifier.train(
        train: training, development: [],
        options: options {
          $0.epochs = 2
          change(&$0)
        })
      #expect(classifier.threshold == nil)
      found.append(try classifier.logits(training.prefix(4).map(\.text)))
    }
    #expect(Set(found).count == 4)
  }

  @Test func numbersHaveTheUnitsOfTheData() throws {
    let scratch = try ScratchFolder()
    let classifier = try model(.regression, ["score"])
    let held = numbers(40, seed: 4)
    let summary = try classifier.train(
      train: numbers(120, seed: 3), development: held, options: options())
    #expect(Set(summary.evaluations[0].scores.keys).isSubset(of: [.pearson, .spearman]))
    let url = scratch.url.appendingPathComponent("model")
    try classifier.save(to: url)
    let packed = try TextClassifier(savedAt: url, precision: .float32)
    #expect(packed.problem == .regression && packed.labels == ["score"])
    let values = try packed.logits(held.map(\.text)).map { Double($0[0]) }
    let report = RegressionReport(truth: held.map { $0.score! }, predictions: values)
    #expect(report.rootMeanSquaredError < 80 && report.pearson! > 0.9)
    // A model that gives numbers of the data goes on from there.
    let again = try SequenceClassifier(
      folder: ModelFolder(at: url), labels: ["score"], problem: .regression, seed: 1,
      maximumTokens: 24)
    try again.train(
      train: numbers(120, seed: 3), development: [],
      options: options {
        $0.epochs = nil
        $0.maximumSteps = 1
        $0.learningRate = 1e-9
      })
    for (old, new) in zip(values, try again.logits(held.map(\.text))) {
      #expect(abs(old - Double(new[0])) < 0.05)
    }
  }

  @Test func resumedNumbersAreThoseWithoutInterruption() throws {
    let scratch = try ScratchFolder()
    let file = scratch.url.appendingPathComponent("state.safetensors")
    let (training, held) = (numbers(40, seed: 3), numbers(10, seed: 4))
    let short = options { $0.epochs = 2 }
    let whole = try model(.regression, ["score"])
    try whole.train(train: training, development: held, options: short)
    for stop in [true, false] {
      let part = try model(.regression, ["score"])
      var steps = 0
      let summary = try part.train(
        train: training, development: held, options: short, checkpoint: file,
        progress: { _ in steps += 1 }, shouldStop: { stop && steps == 4 })
      #expect(summary.interrupted == stop)
      if !stop { #expect(try part.logits(held.map(\.text)) == whole.logits(held.map(\.text))) }
    }
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    let folder = try ModelFolder(at: Golden.tiny)
    for (problem, labels) in [
      (ClassificationProblem.multiLabel, []), (.multiLabel, ["a", "a"]), (.regression, []),
      (.regression, ["a", "b"]),
    ] {
      #expect(throws: FileError.self) {
        try SequenceClassifier(
          folder: folder, labels: labels, problem: problem, seed: 0, maximumTokens: 24)
      }
    }
    let one = LabeledText(text: "a", label: 0)
    let (set, number) = (
      LabeledText(text: "a", target: .labels([0, 1])), LabeledText(text: "b", target: .score(1))
    )
    let other = LabeledText(text: "c", target: .score(2))
    for (problem, labels, texts) in [
      (ClassificationProblem.singleLabel, ["a", "b"], [set]), (.multiLabel, ["a", "b"], [one]),
      (.multiLabel, ["a"], [set]), (.regression, ["a"], [one]), (.regression, ["a"], [number]),
      (.multiLabel, ["a", "b"], [LabeledText(text: "a", target: .labels([1, 1]))]),
      (.regression, ["a"], [number, LabeledText(text: "c", target: .score(.nan))]),
      (.regression, ["a"], [number, LabeledText(text: "c", target: .score(1e300))]),
    ] {
      let model = try model(problem, labels)
      #expect(throws: FileError.self, "\(problem) \(texts)") {
        try model.train(train: texts, development: [], options: options())
      }
    }
    for change in [
      { $0.labelSmoothing = 0.1 }, { $0.balancesClasses = true }, { $0.classWeights = [1] },
      { $0.metric = .accuracy },
    ] as [(inout TrainingOptions) -> Void] {
      let model = try model(.regression, ["a"])
      #expect(throws: UntrainableOptions.self) {
        try model.train(train: [number, other], development: [], options: options(change))
      }
    }
  }
}
