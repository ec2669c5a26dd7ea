import Foundation
import Kernels
import Testing
import Training
import Transformer

/// Every family against PyTorch: `Golden/generate_families.py` took losses, gradients and training steps
/// from transformers' class for sequences.
@Suite struct FamilyTests {
  private static let names = [
    "tiny-bert", "distilbert", "roberta", "xlm-roberta", "mpnet", "modernbert", "modernbert-biased",
    "nomic-bert",
  ]

  private struct Expected: Decodable {
    var sentences: [[Int32]]
    var labels: [Int]
    var loss: Float
    var logits: [[Float]]
    /// Norm and three sums with waves.
    var gradients: [String: [Double]]
    /// Loss and gradient's norm.
    var steps: [[Float]]
    var tokens: Tokens

    struct Tokens: Decodable {
      var loss: Float
      var gradients: [String: [Double]]
    }
  }

  private static func expected(_ name: String) throws -> Expected {
    let data = try Data(contentsOf: Golden.folder.appendingPathComponent("families.json"))
    return try JSONDecoder().decode([String: Expected].self, from: data)[name]!
  }

  @Test(arguments: names)
  func lossAndGradientsEqualPyTorch(name: String) throws {
    let scratch = try ScratchFolder()
    let expected = try Self.expected(name)
    let problem = GradientProblem(
      try FamilyModel.network(name, scratch), sentences: expected.sentences,
      labels: expected.labels,
      dropout: 0)
    #expect(abs(problem.loss() - expected.loss) < 2e-5 * expected.loss)
    problem.gradient()
    problem.gradient()
    Self.compare(problem.spreadGradient(), problem.network, expected.gradients)
  }

  private static func compare(
    _ gradient: Buffer<Float>, _ network: TrainableNetwork, _ expected: [String: [Double]]
  ) {
    var seen: Set<String> = []
    for entry in network.parameters.entries {
      let ours = FamilyModel.waves(
        UnsafeBufferPointer(start: gradient.pointer + entry.offset, count: entry.count))
      seen.insert(entry.name)
      guard let theirs = expected[entry.name] else {
        #expect(ours[0] == 0, "\(entry.name) has no gradient in PyTorch")
        continue
      }
      for (ours, other) in zip(ours, theirs) {
        #expect(abs(ours - other) < 2e-4 * theirs[0] + 1e-6, "\(entry.name): \(ours), \(other)")
      }
    }
    #expect(seen.isSuperset(of: expected.keys))
  }

  /// The class for tokens, its head's parameters waves, no target for every third token.
  @Test(arguments: names)
  func lossAndGradientsOfTokensEqualPyTorch(name: String) throws {
    let scratch = try ScratchFolder()
    let expected = try Self.expected(name)
    let network = try TrainableNetwork(
      folder: ModelFolder(at: try FamilyModel.copy(name, scratch)), head: .tokens, outputs: 3,
      seed: 0)
    for entry in network.parameters.entries
    where entry.name.hasPrefix("classifier") || entry.name.hasPrefix("head.") {
      let isNormWeight = entry.name.contains("norm") && entry.name.hasSuffix("weight")
      for index in 0..<entry.count {
        network.parameters.values.pointer[entry.offset + index] =
          Float(sin(Double(index + 1) * 0.7) * 0.3 + (isNormWeight ? 1 : 0))
      }
    }
    let task = try TokenTask(labels: ["O", "B-X", "I-X"], examples: [], options: TrainingOptions())
    let targets = expected.sentences.enumerated().map { row, sentence in
      TokenTarget(
        sentence: row, words: sentence.indices.map { $0 % 3 == 2 ? -1 : Int32($0) },
        tags: sentence.indices.map { (row + $0 * $0) % 3 })
    }
    let layout = GradientLayout(network, sentences: expected.sentences, trainable: .init())
    let arena = GradientArena(layout)
    network.dropout.step = 0
    let outputs = network.forward(PackedTokens(expected.sentences), retains: true)
    let loss = task.loss(outputs, targets, total: task.total(targets))
    network.backward(outputs, into: arena)
    #expect(abs(loss - expected.tokens.loss) < 2e-5 * expected.tokens.loss)
    Self.compare(arena.spread(over: network), network, expected.tokens.gradients)
  }

  @Test(arguments: names)
  func tenStepsEqualPyTorch(name: String) throws {
    let scratch = try ScratchFolder()
    let expected = try Self.expected(name)
    var options = TrainingOptions()
    options.learningRate = 1e-3
    options.weightDecay = 0.1
    options.warmupFraction = 0.3
    options.dropout = 0
    options.batchSize = expected.labels.count
    options.epochs = 10
    let summary = try Trainer(
      FamilyModel.network(name, scratch),
      training: EncodedSet(sentences: expected.sentences, targets: expected.labels),
      development: EncodedSet(sentences: [], targets: []), options: options
    ).run()
    #expect(summary.history.count == 10)
    for (ours, theirs) in zip(summary.history, expected.steps) {
      #expect(abs(ours.loss - theirs[0]) < 2e-4 * theirs[0] + 1e-5, "step \(ours.step)")
      #expect(abs(ours.gradientNorm - theirs[1]) < 2e-3 * theirs[1], "step \(ours.step)")
    }
  }

  /// What was trained is saved under the class and the names that transformers has, and the packed encoder
  /// reads it.
  @Test(arguments: names)
  func savedModelsPredictAsTheyTrained(name: String) throws {
    let scratch = try ScratchFolder()
    let copy = try FamilyModel.copy(name, scratch)
    let vocabulary = Golden.tiny.appendingPathComponent("tokenizer.json")
    let target = copy.appendingPathComponent("tokenizer.json")
    if !FileManager.default.fileExists(atPath: target.path) {
      try FileManager.default.copyItem(at: vocabulary, to: target)
    }
    let golden = try Golden.load()
    let texts = zip(golden.texts, golden.labels).map { LabeledText(text: $0, label: $1) }
    let classifier = try SequenceClassifier(
      folder: ModelFolder(at: copy), labels: Golden.labels, seed: 4, maximumTokens: 20)
    var options = TrainingOptions()
    options.epochs = 2
    options.learningRate = 1e-2
    try classifier.train(train: texts, development: [], options: options)
    let saved = scratch.url.appendingPathComponent("saved")
    try classifier.save(to: saved)
    let packed = try TextClassifier(savedAt: saved, precision: .float32)
    let expected = try classifier.logits(golden.texts).flatMap { $0 }
    #expect(distance(try packed.logits(golden.texts).flatMap { $0 }, expected) < 2e-5)
    let folder = try ModelFolder(at: saved)
    let data = try Data(
      contentsOf: FamilyModel.folder(name).appendingPathComponent("config-head.json"))
    let fields = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(folder.configuration.classNames == fields["architectures"] as? [String])
    let known = try Set(Self.expected(name).gradients.keys)
    #expect(known.isSubset(of: folder.tensors.tensors.keys))
  }

  /// Dropout, windows, rotary positions and biases by distance, element by element.
  @Test(arguments: names)
  func gradientsEqualFiniteDifferences(name: String) throws {
    let scratch = try ScratchFolder()
    let expected = try Self.expected(name)
    let problem = GradientProblem(
      try FamilyModel.network(name, scratch), sentences: Array(expected.sentences.prefix(4)),
      labels: Array(expected.labels.prefix(4)), dropout: 0.1)
    #expect(problem.worstDifference(stride: 41, width: 2e-3) < 0.05)
  }
}
