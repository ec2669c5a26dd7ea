import Files
import Foundation
import Kernels
import Testing
import Training
import Transformer

/// Low-rank adapters between training, their own folder and the packed encoder.
struct AdapterTests {
  private var options: TrainingOptions {
    var options = TrainingOptions()
    options.method = .lowRank
    options.learningRate = 1e-2
    options.batchSize = 3
    options.epochs = 5
    options.dropout = 0
    return options
  }

  private func adapters(_ targets: [String]? = nil) -> AdapterOptions {
    var adapters = AdapterOptions()
    adapters.rank = 3
    adapters.targets = targets
    return adapters
  }

  /// What Python's PEFT wrote: `Golden/generate_adapter.py`.
  @Test func aFolderOfPEFTGivesItsLogits() throws {
    let url = Golden.folder.appendingPathComponent("adapter")
    let data = try Data(contentsOf: Golden.folder.appendingPathComponent("adapter.json"))
    let expected = try JSONDecoder().decode([[Float]].self, from: data)
    let folder = try ModelFolder(at: Golden.tiny, adapter: url)
    let found = try ClassifyingEncoder(folder, precision: .float32)
      .logits(Golden.load().sentences)
    #expect(distance(found.flatMap { $0 }, expected.flatMap { $0 }) < 1e-5)
    #expect(try folder.hash != ModelFolder(at: Golden.tiny).hash)
  }

  @Test(arguments: [nil, ["all-linear"]])
  func savedAdaptersGiveWhatTheyGaveInTraining(targets: [String]?) throws {
    let scratch = try ScratchFolder()
    let golden = try Golden.load()
    let texts = zip(golden.texts, golden.labels).map { LabeledText(text: $0, label: $1) }
    let classifier = try SequenceClassifier(
      folder: ModelFolder(at: Golden.tiny), labels: Golden.labels, adapters: adapters(targets),
      seed: 1, maximumTokens: 24)
    let summary = try classifier.train(train: texts, development: texts, options: options)
    #expect(summary.history.last!.loss < summary.history[0].loss)
    let expected = try classifier.logits(golden.texts).flatMap { $0 }
    let url = scratch.url.appendingPathComponent("model")
    try classifier.save(to: url)
    let merged = try TextClassifier(savedAt: url, precision: .float32)
    #expect(distance(try merged.logits(golden.texts).flatMap { $0 }, expected) < 1e-5)
    // A folder without names for the classes takes their number from the adapter.
    let unnamed = scratch.url.appendingPathComponent("unnamed")
    try FileManager.default.copyItem(at: Golden.tiny, to: unnamed)
    let file = unnamed.appendingPathComponent("config.json")
    var fields = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    fields["id2label"] = ["0": "a", "1": "b"]
    try JSONSerialization.data(withJSONObject: fields).write(to: file)
    let other = try TextClassifier(
      folder: ModelFolder(at: unnamed, adapter: url.appendingPathComponent("adapter")),
      precision: .float32)
    #expect(other.labels == ["LABEL_0", "LABEL_1", "LABEL_2"])
    // The tiny model with the adapter alone is the same.
    let beside = try TextClassifier(
      folder: ModelFolder(at: Golden.tiny, adapter: url.appendingPathComponent("adapter")),
      precision: .float32)
    #expect(distance(try beside.logits(golden.texts).flatMap { $0 }, expected) < 1e-5)
  }

  /// What is frozen has neither gradient nor moments, and stays as it is to the last bit.
  @Test func onlyAdaptersAndHeadChange() throws {
    let network = try TrainableNetwork(
      folder: ModelFolder(at: Golden.tiny), outputs: 3, seed: 1, adapters: adapters())
    let before = Array(network.parameters.values.values)
    let golden = try Golden.load()
    let layout = GradientLayout(
      network, sentences: golden.sentences, trainable: Trainable(method: .lowRank))
    let trained = network.parameters.entries.filter {
      $0.isAdapter || $0.name.hasPrefix("classifier.") || $0.name.contains("pooler")
    }
    #expect(layout.count == trained.reduce(0) { $0 + $1.count })
    _ = try Trainer(
      network, training: golden.set, development: EncodedSet(sentences: [], targets: []),
      options: options
    ).run()
    for entry in network.parameters.entries {
      let range = entry.offset..<entry.offset + entry.count
      let hasChanged = range.contains { network.parameters.values.pointer[$0] != before[$0] }
      #expect(hasChanged == trained.contains { $0.name == entry.name }, "\(entry.name)")
    }
  }

  @Test func foreignAdaptersAreRefused() throws {
    let scratch = try ScratchFolder()
    let source = Golden.folder.appendingPathComponent("adapter")
    let data = try Data(contentsOf: source.appendingPathComponent("adapter_config.json"))
    let plain = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    let changes: [(String, Any)] = [
      ("peft_type", "IA3"), ("use_dora", true), ("bias", "all"), ("r", 0), ("r", "three"),
      ("rank_pattern", ["query": 2]), ("fan_in_fan_out", true),
    ]
    for (number, change) in changes.enumerated() {
      let folder = scratch.url.appendingPathComponent("\(number)")
      try FileManager.default.copyItem(at: source, to: folder)
      var fields = plain
      fields[change.0] = change.1
      try JSONSerialization.data(withJSONObject: fields)
        .write(to: folder.appendingPathComponent("adapter_config.json"))
      #expect(throws: FileError.self, "\(change)") {
        try ModelFolder(at: Golden.tiny, adapter: folder)
      }
    }
    #expect(throws: FileError.self) {
      try ModelFolder(at: Golden.tiny, adapter: scratch.url.appendingPathComponent("none"))
    }
  }
}
