import Files
import Foundation
import Kernels
import Testing
import Training
import Transformer

/// Classes from few examples: the pairs drawn, the head, and what is saved.
@Suite struct FewShotTests {
  /// Every pair of a kind is as likely as any other.
  @Test func pairsAreDrawnEvenly() {
    let labels = [2, 0, 2, 1, 2, 0, 7]
    let pairs = LabelPairs(labels: labels)
    #expect(pairs.sameCount == 4 && pairs.differentCount == 21 - 4)
    var generator = SplitMix64(state: 9)
    for isSame in [true, false] {
      var counts: [[Int]: Int] = [:]
      let count = isSame ? pairs.sameCount : pairs.differentCount
      let draws = 2000 * count
      for _ in 0..<draws {
        let (a, b) = isSame ? pairs.same(&generator) : pairs.different(&generator)
        #expect(a != b && (labels[a] == labels[b]) == isSame)
        counts[[min(a, b), max(a, b)], default: 0] += 1
      }
      #expect(counts.count == count)
      // Deviation of each count is about 45.
      #expect(counts.values.allSatisfy { abs($0 - 2000) < 250 }, "\(counts)")
    }
    #expect(LabelPairs(labels: [0, 1]).sameCount == 0)
    #expect(LabelPairs(labels: [0, 0]).differentCount == 0)
  }

  @Test func pairsOfManyExamplesNeedNoList() {
    let labels = (0..<1_000_000).map { $0 % 10 }
    let pairs = LabelPairs(labels: labels)
    #expect(pairs.sameCount == 10 * 100_000 * 99_999 / 2)
    var generator = SplitMix64(state: 1)
    for _ in 0..<1000 {
      let (a, b) = pairs.different(&generator)
      #expect(labels[a] != labels[b])
    }
  }

  private static let labels = ["cats", "dogs", "birds"]

  private func texts(_ count: Int, seed: UInt64) -> [LabeledText] {
    var generator = SplitMix64(state: seed)
    return (0..<count).map { number in
      let label = number % 3
      let rest = ["the", "sees", "runs", "swimming", "house", "river", "big"]
        .shuffled(using: &generator).prefix(3)
      return LabeledText(
        text: "the " + ["cat", "dog", "bird"][label] + " " + rest.joined(separator: " "),
        label: label)
    }
  }

  private func classifier(
    _ vectors: @escaping VectorClassifier.Vectors = { _ in
      fatalError("vectors of an encoder that learns")
    }
  ) throws -> VectorClassifier {
    try VectorClassifier(
      folder: ModelFolder(at: Golden.tiny), labels: Self.labels, maximumTokens: 24,
      vectors: vectors)
  }

  private var options: TrainingOptions {
    var options = TrainingOptions()
    options.learningRate = 5e-3
    options.epochs = 1
    options.pairsPerText = 20
    options.similarity = SimilarityOptions(loss: .cosine)
    return options
  }

  private func accuracy(_ logits: [[Float]], _ texts: [LabeledText]) -> Double {
    let right = zip(logits, texts).count { row, text in
      row.indices.max { row[$0] < row[$1] } == text.label
    }
    return Double(right) / Double(texts.count)
  }

  @Test func learnsFromPairsAndPredictsTheSamePacked() throws {
    let scratch = try ScratchFolder()
    let classifier = try classifier()
    let (train, test) = (texts(24, seed: 1), texts(60, seed: 2))
    let summary = try classifier.train(
      train: train, development: test, options: options, checkpoint: nil)
    #expect(summary.history.count == 24 * 40 / 16)
    #expect(summary.evaluations.count == 1 && summary.evaluations[0].scores[.macroF1]! > 0.9)
    let expected = try classifier.logits(test)
    #expect(accuracy(expected, test) > 0.9)
    let url = scratch.url.appendingPathComponent("model")
    try classifier.save(to: url, accuracy: 0.9)
    let packed = try TextClassifier(savedAt: url, precision: .float32)
    #expect(packed.labels == Self.labels)
    let found = try packed.logits(test.map(\.text))
    #expect(distance(found.flatMap { $0 }, expected.flatMap { $0 }) < 1e-4)
    // Its vectors are those that the head was fitted to.
    let encoder = try SentenceEncoder(folder: ModelFolder(at: url), precision: .float32)
    let again = try self.classifier { texts in
      var rows = [Float](repeating: 0, count: texts.count * encoder.dimension)
      rows.withUnsafeMutableBufferPointer { _ = try? encoder.embed(texts, into: $0.baseAddress!) }
      return texts.indices.map {
        Array(rows[$0 * encoder.dimension..<($0 + 1) * encoder.dimension])
      }
    }
    var head = options
    head.pairsPerText = nil
    head.method = .head
    let frozen = try again.train(train: train, development: [], options: head, checkpoint: nil)
    #expect(frozen.history.isEmpty)
    #expect(distance(try again.logits(test).flatMap { $0 }, expected.flatMap { $0 }) < 1e-2)
  }

  @Test func resumesToTheSameBits() throws {
    let scratch = try ScratchFolder()
    let file = scratch.url.appendingPathComponent("state")
    let (train, test) = (texts(12, seed: 3), texts(12, seed: 4))
    let whole = try classifier()
    try whole.train(train: train, development: [], options: options, checkpoint: nil)
    var steps = 0
    let part = try classifier().train(
      train: train, development: [], options: options, checkpoint: file,
      shouldStop: {
        steps += 1
        return steps == 7
      })
    #expect(part.interrupted)
    let rest = try classifier()
    try rest.train(train: train, development: [], options: options, checkpoint: file)
    #expect(try rest.logits(test) == whole.logits(test))
  }

  @Test func wrongDataThrows() throws {
    let three = texts(3, seed: 1)
    #expect(throws: FileError.self) {
      // No label has two texts.
      try classifier().train(train: three, development: [], options: options, checkpoint: nil)
    }
    #expect(throws: FileError.self) {
      try classifier().train(train: [], development: [], options: options, checkpoint: nil)
    }
    #expect(throws: FileError.self) {
      try classifier().train(
        train: [LabeledText(text: "a", label: 7)], development: [], options: options,
        checkpoint: nil)
    }
    #expect(throws: FileError.self) {
      try VectorClassifier(
        folder: ModelFolder(at: Golden.tiny), labels: ["a"], maximumTokens: 24, vectors: { _ in [] }
      )
    }
  }

  /// A head alone that is trained step by step leaves the encoder as it was.
  @Test func headAloneLeavesTheEncoder() throws {
    var options = options
    (options.pairsPerText, options.similarity, options.method) = (nil, nil, .head)
    let network = try Golden.network()
    let before = network.parameters.entries.map { network.parameters.tensor($0).values }
    let golden = try Golden.load()
    options.epochs = 3
    _ = try Trainer(
      network, training: golden.set, development: EncodedSet(sentences: [], targets: []),
      options: options
    ).run()
    for (entry, values) in zip(network.parameters.entries, before) {
      // transformers' pooler is part of the head.
      let isHead = entry.name.hasPrefix("classifier") || entry.name.contains("pooler")
      #expect((network.parameters.tensor(entry).values == values) == !isHead, "\(entry.name)")
    }
  }
}
