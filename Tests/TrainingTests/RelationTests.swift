import Files
import Foundation
import Kernels
import Testing
import Training
import Transformer

/// Relations against PyTorch and against scores written from the task's description:
/// `Golden/generate_relations.py`.
@Suite struct RelationTests {
  private static let names = ["tiny-bert", "distilbert", "roberta"]

  private struct Expected: Decodable {
    struct Model: Decodable {
      var sentences: [[Int32]]
      var labels: [Int]
      var logits: [[Float]]
      var loss: Float
      var gradients: [String: [Double]]
      var steps: [[Float]]
    }
    struct Scores: Decodable {
      var labels: [String]
      var truth: [Int]
      var predictions: [Int]
      var accuracy: Double
      var relations: [String: [Double]]
      var macro: [Double]
    }
    var models: [String: Model]
    var scores: [Scores]

    static func load() throws -> Expected {
      let data = try Data(contentsOf: Golden.folder.appendingPathComponent("relations.json"))
      return try JSONDecoder().decode(Expected.self, from: data)
    }
  }

  @Test func scoresEqualTheTasks() throws {
    for expected in try Expected.load().scores {
      let report = RelationReport(
        labels: expected.labels, other: "Other", truth: expected.truth,
        predictions: expected.predictions)
      #expect(report.relations == expected.relations.keys.sorted() && report.other == "Other")
      for (name, scores) in zip(report.relations, report.scores) {
        let theirs = expected.relations[name]!
        #expect(abs(scores.precision - theirs[0]) < 1e-12 && abs(scores.recall - theirs[1]) < 1e-12)
        #expect(abs(scores.f1 - theirs[2]) < 1e-12 && scores.support == Int(theirs[3]))
      }
      #expect(abs(report.macro.precision - expected.macro[0]) < 1e-12)
      #expect(abs(report.macro.recall - expected.macro[1]) < 1e-12)
      #expect(abs(report.macro.f1 - expected.macro[2]) < 1e-12)
      #expect(abs(report.accuracy - expected.accuracy) < 1e-12)
    }
  }

  /// By hand: of three causes one is right, one has the wrong direction, one is missed; of two topics one
  /// is right, and one of what is none is taken for a topic.
  @Test func scoresByHand() {
    let labels = ["Cause(e1,e2)", "Cause(e2,e1)", "Other", "Topic(e1,e2)", "Topic(e2,e1)"]
    let truth = [0, 0, 1, 3, 4, 2, 2]
    let predictions = [0, 1, 2, 3, 2, 3, 2]
    let report = RelationReport(
      labels: labels, other: "Other", truth: truth, predictions: predictions)
    #expect(report.relations == ["Cause", "Topic"])
    #expect(report.scores[0].precision == 1.0 / 2 && report.scores[0].recall == 1.0 / 3)
    #expect(report.scores[1].precision == 1.0 / 2 && report.scores[1].recall == 1.0 / 2)
    #expect(abs(report.scores[0].f1 - 0.4) < 1e-15 && report.scores[1].f1 == 0.5)
    #expect(abs(report.macro.f1 - 0.45) < 1e-15 && report.accuracy == 3.0 / 7)
    #expect(abs(report.micro.f1 - 4.0 / 9) < 1e-15 && report.macro.support == 5)
    // Without a label of that name every label is a relation.
    let all = RelationReport(
      labels: labels, other: "no_relation", truth: truth, predictions: predictions)
    #expect(all.relations == ["Cause", "Other", "Topic"] && all.other == nil)
  }

  /// A network whose head reads the states at tokens 5 and 6, its parameters waves.
  private func network(_ name: String, _ scratch: ScratchFolder) throws -> TrainableNetwork {
    let network = try TrainableNetwork(
      folder: ModelFolder(at: try FamilyModel.copy(name, scratch)),
      head: .entities(starts: [5, 6]), outputs: 3, seed: 0)
    for entry in network.parameters.entries where entry.name.hasPrefix("classifier") {
      for index in 0..<entry.count {
        network.parameters.values.pointer[entry.offset + index] =
          Float(sin(Double(index + 1) * 0.7) * 0.3)
      }
    }
    return network
  }

  @Test(arguments: names)
  func lossAndGradientsEqualPyTorch(name: String) throws {
    let scratch = try ScratchFolder()
    let expected = try #require(try Expected.load().models[name])
    let network = try network(name, scratch)
    #expect(network.featureSize == 2 * network.configuration.hiddenSize)
    let problem = GradientProblem(
      network, sentences: expected.sentences, labels: expected.labels, dropout: 0)
    let outputs = UnsafeBufferPointer(
      start: network.forward(problem.batch), count: expected.labels.count * 3)
    #expect(distance(outputs, expected.logits.flatMap { $0 }) < 2e-5)
    #expect(abs(problem.loss() - expected.loss) < 2e-5 * expected.loss)
    problem.gradient()
    problem.gradient()
    let gradient = problem.spreadGradient()
    var seen: Set<String> = []
    for entry in network.parameters.entries {
      let ours = FamilyModel.waves(
        UnsafeBufferPointer(start: gradient.pointer + entry.offset, count: entry.count))
      seen.insert(entry.name)
      let theirs = expected.gradients[entry.name] ?? [0]
      for (ours, other) in zip(ours, theirs) {
        #expect(abs(ours - other) < 2e-4 * theirs[0] + 1e-6, "\(entry.name): \(ours), \(other)")
      }
    }
    #expect(seen.isSuperset(of: expected.gradients.keys) && seen.contains("classifier.weight"))
  }

  @Test(arguments: names)
  func tenStepsEqualPyTorch(name: String) throws {
    let scratch = try ScratchFolder()
    let expected = try #require(try Expected.load().models[name])
    var options = TrainingOptions()
    options.learningRate = 1e-3
    options.weightDecay = 0.1
    options.warmupFraction = 0.3
    options.dropout = 0
    options.batchSize = expected.labels.count
    options.epochs = 10
    let summary = try Trainer(
      network(name, scratch),
      training: EncodedSet(sentences: expected.sentences, targets: expected.labels),
      development: EncodedSet(sentences: [], targets: []), options: options
    ).run()
    for (ours, theirs) in zip(summary.history, expected.steps) {
      #expect(abs(ours.loss - theirs[0]) < 2e-4 * theirs[0] + 1e-5, "step \(ours.step)")
      #expect(abs(ours.gradientNorm - theirs[1]) < 2e-3 * theirs[1], "step \(ours.step)")
    }
    #expect(summary.history.count == 10)
  }

  /// Dropout included, element by element.
  @Test func gradientsEqualFiniteDifferences() throws {
    let scratch = try ScratchFolder()
    let expected = try #require(try Expected.load().models["tiny-bert"])
    let problem = GradientProblem(
      try network("tiny-bert", scratch), sentences: Array(expected.sentences.prefix(4)),
      labels: Array(expected.labels.prefix(4)), dropout: 0.1)
    #expect(problem.worstDifference(stride: 41, width: 2e-3) < 0.05)
  }

  // MARK: The classifier

  private static let labels = ["Above(e1,e2)", "Above(e2,e1)", "Other"]

  /// Which of the marked animals is the cat: told by the word at a marker and by nothing else.
  private func texts(_ count: Int, seed: UInt64) -> [LabeledText] {
    var generator = SplitMix64(state: seed)
    return (0..<count).map { _ in
      var words = ["the", "cat", "sees", "the", "dog", "and", "the", "bird"]
      let label = Int.random(in: 0..<3, using: &generator)
      let (first, second) = [(1, 4), (4, 1), (7, 4)][label]
      if Bool.random(using: &generator) { words.append("swimming") }
      words[first] = "<e1>\(words[first])</e1>"
      words[second] = "<e2>\(words[second])</e2>"
      return LabeledText(text: words.joined(separator: " "), label: label)
    }
  }

  private func classifier(
    _ folder: URL = Golden.tiny, maximumTokens: Int = 24, adapters: AdapterOptions? = nil
  ) throws -> SequenceClassifier {
    try SequenceClassifier(
      folder: ModelFolder(at: folder), labels: Self.labels, otherLabel: "Other",
      adapters: adapters, seed: 1, maximumTokens: maximumTokens)
  }

  private var options: TrainingOptions {
    var options = TrainingOptions()
    options.learningRate = 5e-3
    options.batchSize = 8
    options.epochs = 10
    return options
  }

  @Test func learnsAndPredictsTheSamePacked() throws {
    let scratch = try ScratchFolder()
    let classifier = try classifier()
    let (training, test) = (texts(90, seed: 3), texts(30, seed: 4))
    let summary = try classifier.train(train: training, development: test, options: options)
    #expect(summary.evaluations.last!.scores[.macroF1]! > 0.95)
    let url = scratch.url.appendingPathComponent("model")
    try classifier.save(to: url)
    let folder = try ModelFolder(at: url)
    let before = try ModelFolder(at: Golden.tiny)
    #expect(folder.configuration.classNames == ["BertModel"])
    #expect(folder.configuration.entityMarkers == ["<e1>", "</e1>", "<e2>", "</e2>"])
    let tokenizer = try Tokenizer(folder: url, maximumTokens: 24)
    let first = try #require(tokenizer.id(of: "<e1>"))
    #expect(try Int(first) == Tokenizer(folder: Golden.tiny, maximumTokens: 24).vocabularySize)
    #expect(tokenizer.vocabularySize == Int(first) + 4)
    #expect(
      folder.configuration.vocabularySize
        == max(before.configuration.vocabularySize, tokenizer.vocabularySize))
    #expect(folder.tensors["classifier.weight"]?.shape == [3, 2 * folder.configuration.hiddenSize])
    let packed = try TextClassifier(savedAt: url, precision: .float32)
    #expect(packed.labels == Self.labels && packed.readsEntities)
    let expected = try classifier.logits(test).flatMap { $0 }
    let found = try packed.logits(test.map(\.text))
    #expect(distance(found.flatMap { $0 }, expected) < 2e-5)
    #expect(try test.map { try packed.logits([$0.text])[0] } == found)
    #expect(throws: FileError.self) { try packed.logits(["no entities"]) }
    // What was saved is trained on: it has the tokens, and the head.
    let again = try self.classifier(url)
    #expect(distance(try again.logits(test).flatMap { $0 }, expected) < 2e-5)
    // As another model it knows of no entities.
    let other = scratch.url.appendingPathComponent("other")
    try SequenceClassifier(folder: folder, labels: ["a", "b"], seed: 1, maximumTokens: 24)
      .save(to: other)
    #expect(try ModelFolder(at: other).configuration.entityMarkers.isEmpty)
    #expect(try !TextClassifier(savedAt: other).readsEntities)
  }

  @Test func resumesToTheSameBits() throws {
    let scratch = try ScratchFolder()
    let file = scratch.url.appendingPathComponent("state")
    let (training, test) = (texts(40, seed: 7), texts(10, seed: 8))
    let whole = try classifier().train(train: training, development: test, options: options)
    var steps = 0
    let part = try classifier().train(
      train: training, development: test, options: options, checkpoint: file,
      shouldStop: {
        steps += 1
        return steps == 6
      })
    #expect(part.interrupted)
    let rest = try classifier().train(
      train: training, development: test, options: options, checkpoint: file)
    #expect(rest.history == whole.history)
  }

  /// Adapters are merged; beside a base without the tokens they would be of no use.
  @Test func adaptersAreMerged() throws {
    let scratch = try ScratchFolder()
    var options = options
    options.method = .lowRank
    options.learningRate = 2e-2
    options.epochs = 20
    let classifier = try classifier(adapters: AdapterOptions())
    try classifier.train(train: texts(60, seed: 3), development: [], options: options)
    let url = scratch.url.appendingPathComponent("model")
    try classifier.save(to: url)
    #expect(
      !FileManager.default.fileExists(atPath: url.appendingPathComponent("adapter").path))
    let test = texts(20, seed: 5)
    let packed = try TextClassifier(savedAt: url, precision: .float32)
    #expect(
      distance(
        try packed.logits(test.map(\.text)).flatMap { $0 },
        try classifier.logits(test).flatMap { $0 }) < 2e-5)
  }

  // MARK: Long texts

  @Test func windowsKeepEveryMarker() throws {
    let folder = try ModelFolder(at: Golden.tiny).adding(tokens: EntityWindows.markers, seed: 0)
    let tokenizer = try folder.tokenizer(maximumTokens: 24)
    let windows = try EntityWindows(tokenizer, markers: EntityWindows.markers, place: "model")
    let ids = EntityWindows.markers.map { tokenizer.id(of: $0)! }
    var generator = SplitMix64(state: 5)
    for count in [4, 20, 22, 23, 40, 90] {
      for _ in 0..<40 {
        var words = (0..<count).map { _ in "cat" }
        let places = (0..<count).shuffled(using: &generator).prefix(2)
        words[places[0]] = "<e1>dog</e1>"
        words[places[1]] = "<e2>dog</e2>"
        let text = words.joined(separator: " ")
        let window = try windows.window(text)
        #expect(window.ids.count <= 24 && ids.allSatisfy(window.ids.contains))
        let all = tokenizer.encodeContent(text, limit: .max)
        #expect(window.isCut == (all.count > 22))
        #expect(window.ids.count == min(24, all.count + 2))
        // What is kept is in order, and whole between near entities.
        let inner = Array(window.ids.dropFirst().dropLast())
        #expect(inner.filter(ids.contains) == all.filter(ids.contains))
        let spread = all.indices.filter { ids.contains(all[$0]) }
        if spread.last! - spread[0] < 22 {
          #expect(all.indices.contains { all[$0...].starts(with: inner) })
        }
      }
    }
    #expect(throws: FileError.self) {
      try EntityWindows(
        folder.tokenizer(maximumTokens: 5), markers: EntityWindows.markers, place: "model")
    }
    #expect(throws: FileError.self) {
      try EntityWindows(
        Tokenizer(folder: Golden.tiny, maximumTokens: 24), markers: EntityWindows.markers,
        place: "model")
    }
  }
}
