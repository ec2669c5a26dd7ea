import Foundation
import Kernels
import Testing
import Training
import Transformer

/// Pairs of texts against PyTorch and transformers: `Golden/generate_pairs.py`.
@Suite struct PairTests {
  private static let names = [
    "tiny-bert", "distilbert", "roberta", "xlm-roberta", "mpnet", "modernbert", "modernbert-biased",
    "nomic-bert",
  ]

  private struct Family: Decodable {
    var sentences: [[Int32]]
    var types: [[UInt8]]
    var labels: [Int]
    var logits: [[Float]]
    var loss: Float
    var gradients: [String: [Double]]
    var steps: [[Float]]
  }
  private struct Tiny: Decodable {
    var pairs: [[String]]
    var limit: Int
    var ids: [[Int32]]
    var types: [[UInt8]]
    var logits: [[Float]]
  }
  private struct Expected: Decodable {
    var families: [String: Family]
    var tiny: Tiny
  }

  private static func expected() throws -> Expected {
    let data = try Data(contentsOf: Golden.folder.appendingPathComponent("pairs.json"))
    return try JSONDecoder().decode(Expected.self, from: data)
  }

  @Test(arguments: names)
  func lossesGradientsAndStepsEqualPyTorch(name: String) throws {
    let scratch = try ScratchFolder()
    let golden = try #require(try Self.expected().families[name])
    let network = try FamilyModel.network(name, scratch)
    let problem = GradientProblem(
      network, sentences: golden.sentences, types: golden.types, labels: golden.labels, dropout: 0)
    let outputs = network.forward(problem.batch)
    let logits = UnsafeBufferPointer(start: outputs, count: golden.logits.count * network.outputs)
    #expect(distance(logits, golden.logits.joined()) < 1e-4)
    #expect(abs(problem.loss() - golden.loss) < 2e-5 * golden.loss)
    problem.gradient()
    let gradient = problem.spreadGradient()
    for entry in network.parameters.entries {
      guard let theirs = golden.gradients[entry.name] else { continue }
      let ours = FamilyModel.waves(
        UnsafeBufferPointer(start: gradient.pointer + entry.offset, count: entry.count))
      for (ours, other) in zip(ours, theirs) {
        #expect(abs(ours - other) < 2e-4 * theirs[0] + 1e-6, "\(entry.name): \(ours), \(other)")
      }
    }
    var options = TrainingOptions()
    options.learningRate = 1e-3
    options.weightDecay = 0.1
    options.warmupFraction = 0.3
    options.dropout = 0
    options.batchSize = golden.labels.count
    options.epochs = 10
    let set = EncodedSet(sentences: golden.sentences, types: golden.types, targets: golden.labels)
    let summary = try Trainer(
      network, training: set, development: EncodedSet(sentences: [], targets: []), options: options
    ).run()
    for (ours, theirs) in zip(summary.history, golden.steps) {
      #expect(abs(ours.loss - theirs[0]) < 2e-4 * theirs[0] + 1e-5, "step \(ours.step)")
      #expect(abs(ours.gradientNorm - theirs[1]) < 2e-3 * theirs[1], "step \(ours.step)")
    }
  }

  /// The packed encoder, which shares no code of the embeddings with the network that trains.
  @Test(arguments: names)
  func packedLogitsEqualTransformers(name: String) throws {
    let scratch = try ScratchFolder()
    let golden = try #require(try Self.expected().families[name])
    let network = try FamilyModel.network(name, scratch)
    let copy = scratch.url.appendingPathComponent(name)
    let folder = try ModelFolder(at: copy)
    let saved = scratch.url.appendingPathComponent("saved")
    try folder.write(
      to: saved, className: folder.configuration.classNames[0], labels: ["a", "b", "c"],
      tensors: network.tensors)
    let encoder = try ClassifyingEncoder(ModelFolder(at: saved), precision: .float32)
    let logits = encoder.logits(golden.sentences, types: golden.types)
    #expect(distance(logits.joined(), golden.logits.joined()) < 1e-4)
    let order = Array(golden.sentences.indices.reversed())
    let turned = encoder.logits(
      order.map { golden.sentences[$0] }, types: order.map { golden.types[$0] })
    #expect(turned == logits.reversed())
  }

  @Test func typesMatterWhereTheFamilyHasThem() throws {
    let scratch = try ScratchFolder()
    for (name, matter) in [("tiny-bert", true), ("nomic-bert", true), ("roberta", false)] {
      let golden = try #require(try Self.expected().families[name])
      let network = try FamilyModel.network(name, scratch)
      func logits(_ types: [[UInt8]]) -> [Float] {
        var batch = PackedTokens()
        for (number, ids) in golden.sentences.enumerated() {
          batch.append(ids, types: types.isEmpty ? [] : types[number])
        }
        let count = golden.sentences.count * network.outputs
        return Array(UnsafeBufferPointer(start: network.forward(batch), count: count))
      }
      #expect((logits(golden.types) != logits([])) == matter, "\(name)")
      // Types that no table has.
      let far = golden.sentences.map { [UInt8](repeating: 200, count: $0.count) }
      #expect(logits(far) == logits([]), "\(name)")
    }
  }

  private func classifier(limit: Int = 24, labels: [String] = Golden.labels) throws
    -> SequenceClassifier
  {
    try SequenceClassifier(
      folder: ModelFolder(at: Golden.tiny), labels: labels, seed: 1, maximumTokens: limit)
  }

  /// Templates, types, and cutting the longer text first.
  @Test func tokenizedPairsGiveTheLogitsOfTransformers() throws {
    let golden = try Self.expected().tiny
    let tokenizer = try Tokenizer(folder: Golden.tiny, maximumTokens: golden.limit)
    for (pair, (ids, types)) in zip(golden.pairs, zip(golden.ids, golden.types)) {
      let encoded = tokenizer.encode(pair[0], pair[1])
      #expect(encoded.ids == ids && encoded.types == types, "\(pair)")
    }
    let expected = golden.logits.joined()
    let items = golden.pairs.map { LabeledText(text: $0[0], second: $0[1], target: .label(0)) }
    let trained = try classifier(limit: golden.limit).logits(items)
    #expect(distance(trained.joined(), expected) < 1e-4)
    let packed = try TextClassifier(
      savedAt: Golden.tiny, precision: .float32, maximumTokens: golden.limit)
    let found = try packed.logits(golden.pairs.map { (first: $0[0], second: $0[1]) })
    #expect(distance(found.joined(), expected) < 1e-4)
    #expect(packed.longTextCount == golden.ids.count { $0.count == golden.limit })
  }

  /// Whether two texts name the same thing is to be learned, which neither tells alone.
  @Test func aPairIsLearnedAndSaved() throws {
    let scratch = try ScratchFolder()
    let things = ["cat", "dog", "house", "river"]
    var generator = SplitMix64(state: 8)
    func items(_ count: Int) -> [LabeledText] {
      (0..<count).map { _ in
        let first = things.randomElement(using: &generator)!
        let isSame = Bool.random(using: &generator)
        let second =
          isSame ? first : things.filter { $0 != first }.randomElement(using: &generator)!
        return LabeledText(
          text: "the \(first)", second: "a \(second) runs", target: .label(isSame ? 1 : 0))
      }
    }
    let (training, held) = (items(300), items(60))
    let model = try classifier(labels: ["different", "same"])
    var options = TrainingOptions()
    options.learningRate = 5e-3
    options.epochs = 30
    options.patience = 8
    let summary = try model.train(train: training, development: held, options: options)
    #expect(summary.evaluations.compactMap { $0.scores[.accuracy] }.max()! > 0.9)
    let url = scratch.url.appendingPathComponent("model")
    try model.save(to: url, pairFields: ["one", "other"])
    #expect(try SavedTraining(folder: url)?.pairFields == ["one", "other"])
    let packed = try TextClassifier(savedAt: url, precision: .float32)
    let found = try packed.logits(held.map { (first: $0.text, second: $0.second!) })
    #expect(distance(found.joined(), try model.logits(held).joined()) < 1e-4)
  }

  @Test func checkpointsTellTypesApart() throws {
    let sentences: [[Int32]] = [[2, 5, 3, 6, 3]]
    let digits: (Int) -> [Int] = { [$0] }
    let plain = EncodedSet(sentences: sentences, targets: [1]).digest(0, digits)
    let typed = EncodedSet(sentences: sentences, types: [[0, 0, 0, 1, 1]], targets: [1])
    #expect(typed.digest(0, digits) != plain)
  }
}
