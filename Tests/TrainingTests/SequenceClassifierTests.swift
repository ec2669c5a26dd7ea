import Files
import Foundation
import Testing
import Training
import Transformer

struct SequenceClassifierTests {
  private func classifier(seed: UInt64 = 1) throws -> SequenceClassifier {
    try SequenceClassifier(
      folder: ModelFolder(at: Golden.tiny), labels: Golden.labels, seed: seed, maximumTokens: 24)
  }

  private var examples: [LabeledText] {
    get throws {
      let golden = try Golden.load()
      return zip(golden.texts, golden.labels).map { LabeledText(text: $0, label: $1) }
    }
  }

  private var options: TrainingOptions {
    var options = TrainingOptions()
    options.learningRate = 3e-3
    options.batchSize = 4
    options.epochs = 5
    return options
  }

  /// The network that trains and the packed one that predicts: both give what transformers gives.
  @Test func aFolderOfTransformersGivesItsLogits() throws {
    let golden = try Golden.load()
    let expected = golden.logits.flatMap { $0 }
    let trained = try classifier().logits(golden.texts)
    #expect(distance(trained.flatMap { $0 }, expected) < 5e-6)
    let packed = try TextClassifier(savedAt: Golden.tiny, precision: .float32)
    #expect(distance(try packed.logits(golden.texts).flatMap { $0 }, expected) < 5e-6)
  }

  @Test func savedFolderGivesTheSameLogits() throws {
    let scratch = try ScratchFolder()
    let classifier = try classifier()
    let summary = try classifier.train(
      train: examples, development: examples, options: options)
    #expect(summary.history.count == 10)
    let texts = try examples.map(\.text)
    let before = try classifier.logits(texts)
    let folder = scratch.url.appendingPathComponent("model")
    for _ in 0..<2 { try classifier.save(to: folder) }
    let loaded = try TextClassifier(savedAt: folder, precision: .float32)
    #expect(loaded.labels == Golden.labels)
    #expect(loaded.maximumTokens == 24)
    let after = try loaded.logits(texts)
    #expect(distance(after.flatMap { $0 }, before.flatMap { $0 }) < 1e-5)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.url.path) == ["model"])
    let configuration = try ModelFolder(at: folder).configuration
    #expect(configuration.classNames == ["BertForSequenceClassification"])
    let names = try Set(ModelFolder(at: folder).tensors.tensors.keys)
    #expect(names == (try Set(ModelFolder(at: Golden.tiny).tensors.tensors.keys)))
  }

  @Test func logitsDoNotDependOnNeighbors() throws {
    let classifier = try classifier()
    let texts = try examples.map(\.text)
    let together = try classifier.logits(texts)
    for (text, expected) in zip(texts, together) {
      #expect(distance(try classifier.logits([text])[0], expected) < 1e-6)
    }
    #expect(try classifier.logits([String]()).isEmpty)
    #expect(try classifier.logits([""])[0].allSatisfy(\.isFinite))
  }

  @Test func resumesFromAFile() throws {
    let scratch = try ScratchFolder()
    let file = scratch.url.appendingPathComponent("state.safetensors")
    let texts = try examples.map(\.text)
    let whole = try classifier()
    try whole.train(train: examples, development: examples, options: options)
    for _ in 0..<2 {
      let part = try classifier()
      var steps = 0
      let summary = try part.train(
        train: examples, development: examples, options: options, checkpoint: file,
        progress: { _ in steps += 1 }, shouldStop: { steps == 7 })
      #expect(summary.interrupted == (steps == 7))
      if !summary.interrupted { #expect(try part.logits(texts) == whole.logits(texts)) }
    }
    #expect(throws: FileError.self) {
      try classifier(seed: 2).train(
        train: examples, development: examples, options: options, checkpoint: file)
    }
  }

  @Test func rejectsDegenerateInput() throws {
    let folder = try ModelFolder(at: Golden.tiny)
    for labels in [[], ["one"], ["one", "one"]] {
      #expect(throws: FileError.self) {
        try SequenceClassifier(folder: folder, labels: labels, seed: 0, maximumTokens: 24)
      }
    }
    for maximum in [-1, 0, 2, 25, .max] {
      #expect(throws: FileError.self) {
        try SequenceClassifier(
          folder: folder, labels: Golden.labels, seed: 0, maximumTokens: maximum)
      }
    }
    let classifier = try classifier()
    let wrong = [LabeledText(text: "a", label: 3)]
    let fine = [LabeledText(text: "a", label: 2)]
    for (train, development) in [([], fine), (wrong, fine), (fine, wrong)] {
      #expect(throws: FileError.self) {
        try classifier.train(train: train, development: development, options: options)
      }
    }
  }
}
