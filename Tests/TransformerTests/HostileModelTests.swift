import Files
import Foundation
import Testing
import Transformer

/// Folders whose files lie or are damaged: they throw, or give a model that runs; nothing traps.
///
/// `SIMCURATE_FUZZ=50` tries so many times as many; Docs/Testing says how with a sanitizer.
@Suite struct HostileModelTests {
  private static let folders = [
    "tiny-bert", "families/distilbert", "families/roberta", "families/mpnet",
    "families/modernbert-biased", "families/nomic-bert", "static/dense", "static/model2vec-mapped",
    "static/embedding",
  ]
  private static let rounds =
    ProcessInfo.processInfo.environment["SIMCURATE_FUZZ"].flatMap { Int($0) } ?? 1

  /// A copy of a golden folder, completed by the tiny BERT's weights and tokenizer.
  private func copy(_ name: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    func add(_ source: URL) throws {
      for name in try FileManager.default.subpathsOfDirectory(atPath: source.path)
      where !["states.safetensors", "states.json"].contains(name) {
        let target = folder.url.appendingPathComponent(name).path
        guard !FileManager.default.fileExists(atPath: target),
          let data = try? Data(contentsOf: source.appendingPathComponent(name))
        else { continue }
        _ = try folder.file(name, data)
      }
    }
    try add(Golden.url(name))
    if name == "static/dense" { try add(Golden.url("tiny-bert")) }
    let tokenizer = Golden.url("static/dense/tokenizer.json")
    if !FileManager.default.fileExists(
      atPath: folder.url.appendingPathComponent("tokenizer.json").path)
    {
      _ = try folder.file("tokenizer.json", Data(contentsOf: tokenizer))
    }
    return folder
  }

  /// Opens the folder and embeds some texts; only an error of ours may come out.
  @discardableResult
  private func use(_ url: URL, _ change: String) -> Bool {
    do {
      for precision in [Precision.float32, .automatic] {
        let embedder = try EmbeddingModel.open(
          url, options: EmbeddingOptions(precision: precision, longTexts: .chunk))
        let texts = ["the quick brown fox", "", String(repeating: "dog house ", count: 40)]
        let rows = try StaticEmbedderTests.rows(embedder, texts)
        #expect(rows.count == texts.count)
      }
      return true
    } catch {
      let isOurs = error is FileError
      #expect(isOurs, "\(change): \(error)")
      return false
    }
  }

  private func json(_ url: URL) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(contentsOf: url))
  }

  private static var values: [Any] {
    [
      0, 1, 2, 3, -1, 7, 1.5, 1e300, -1e-300, 1 << 20, 1 << 31, 1 << 53, Int.max, Int.min, true,
      NSNull(), "", "x", "../..", [Any](), [0], [-1, 4], [String: Any](), ["x": 1], [[[0]]],
      [1 << 40, 1 << 40], [0, 1 << 62],
    ]
  }

  /// Every value anywhere in `value` replaced by each of ``values``, one at a time.
  private func variants(_ value: Any) -> [(String, Any)] {
    var result = Self.values.map { ("\($0)", $0) }
    if let object = value as? [String: Any] {
      for (key, member) in object.sorted(by: { $0.key < $1.key }) {
        var without = object
        without[key] = nil
        result.append(("no \(key)", without))
        for (change, variant) in variants(member) {
          var changed = object
          changed[key] = variant
          result.append(("\(key): \(change)", changed))
        }
      }
    } else if let list = value as? [Any] {
      for (index, member) in list.enumerated() {
        for (change, variant) in variants(member) {
          var changed = list
          changed[index] = variant
          result.append(("[\(index)]: \(change)", changed))
        }
      }
    }
    return result
  }

  /// Tries some of the variants of a JSON file, the others in other runs with more rounds.
  private func tryVariants(
    of file: String, in name: String, count: Int, using generator: inout SplitMix
  ) throws -> Int {
    let folder = try copy(name)
    let url = folder.url.appendingPathComponent(file)
    guard FileManager.default.fileExists(atPath: url.path) else { return 0 }
    let whole = try Data(contentsOf: url)
    let variants = variants(try json(url))
    var refused = 0
    for (change, variant) in variants.shuffled(using: &generator).prefix(count) {
      // A bare value is no JSON file to this writer; numbers and strings stand for all of them.
      let data =
        JSONSerialization.isValidJSONObject(variant)
        ? try JSONSerialization.data(withJSONObject: variant) : Data("\(variant)".utf8)
      _ = try folder.file(file, data)
      if !use(folder.url, "\(name)/\(file) \(change)") { refused += 1 }
    }
    _ = try folder.file(file, whole)
    #expect(use(folder.url, "undamaged"), "\(name) is whole again")
    return refused
  }

  @Test(arguments: folders)
  func changedSettings(name: String) throws {
    var generator = SplitMix(state: UInt64(name.utf8.count) + 11)
    let files = [
      "config.json", "modules.json", "1_Pooling/config.json", "2_Dense/config.json",
      "sentence_bert_config.json", "config_sentence_transformers.json", "tokenizer_config.json",
    ]
    var refused = 0
    for file in files {
      refused += try tryVariants(of: file, in: name, count: 60 * Self.rounds, using: &generator)
    }
    #expect(refused > 10)
  }

  @Test(arguments: folders)
  func changedHeaders(name: String) throws {
    var generator = SplitMix(state: UInt64(name.utf8.count) + 12)
    let folder = try copy(name)
    let url = folder.url.appendingPathComponent("model.safetensors")
    let whole = try Data(contentsOf: url)
    let length = whole.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    let header = whole[8..<8 + length]
    let entries = try #require(
      JSONSerialization.jsonObject(with: Data(header)) as? [String: Any])
    var refused = 0
    for round in 0..<60 * Self.rounds {
      var bytes: [UInt8]
      if round % 2 == 0 {
        let (key, entry) = entries.randomElement(using: &generator)!
        let (_, variant) = variants(entry).randomElement(using: &generator)!
        var changed = entries
        changed[key] = variant
        bytes = Array(try JSONSerialization.data(withJSONObject: changed))
      } else {
        bytes = Array(header)
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          bytes[Int.random(in: 0..<bytes.count, using: &generator)] =
            #"0123456789-[]{},:"FIUB "#.utf8.randomElement(using: &generator)!
        }
      }
      var file = Data()
      withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { file.append(contentsOf: $0) }
      file.append(contentsOf: bytes)
      file.append(whole[(8 + length)...])
      try file.write(to: url)
      if !use(folder.url, "\(name), header \(round)") { refused += 1 }
    }
    #expect(refused > 0)
  }

  @Test(arguments: folders)
  func changedNumbers(name: String) throws {
    // Weights of every bit pattern: NaN and infinity run through, however little the rows mean.
    var generator = SplitMix(state: 13)
    let folder = try copy(name)
    let url = folder.url.appendingPathComponent("model.safetensors")
    let whole = try Data(contentsOf: url)
    let length = whole.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    for _ in 0..<4 * Self.rounds {
      var bytes = whole
      for _ in 0..<2000 {
        bytes[Int.random(in: 8 + length..<bytes.count, using: &generator)] = .random(
          in: 0...255, using: &generator)
      }
      try bytes.write(to: url)
      use(folder.url, "\(name), weights")
    }
  }

  /// Shards whose index, or whose own headers, disagree.
  @Test func changedShardIndex() throws {
    var generator = SplitMix(state: 14)
    let folder = try copy("tiny-bert")
    let model = try Safetensors(folder: folder.url)
    let names = model.tensors.keys.sorted()
    var map: [String: String] = [:]
    for (part, first) in stride(from: 0, to: names.count, by: 10).enumerated() {
      let shard = "model-\(part).safetensors"
      let tensors = try names[first..<min(names.count, first + 10)].map {
        map[$0] = shard
        return try model[$0]!.float32()
      }
      try Safetensors.write(tensors, to: folder.url.appendingPathComponent(shard))
    }
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("model.safetensors"))
    let index: [String: Any] = ["metadata": ["total_size": 1 << 60], "weight_map": map]
    func write(_ value: Any) throws {
      _ = try folder.file(
        "model.safetensors.index.json", JSONSerialization.data(withJSONObject: value))
    }
    try write(index)
    #expect(use(folder.url, "whole shards"))
    var refused = 0
    let all = variants(index).filter { JSONSerialization.isValidJSONObject($0.1) }
    for (change, variant) in all.shuffled(using: &generator).prefix(100 * Self.rounds) {
      try write(variant)
      if !use(folder.url, "index \(change)") { refused += 1 }
    }
    #expect(refused > 10)
  }
}
