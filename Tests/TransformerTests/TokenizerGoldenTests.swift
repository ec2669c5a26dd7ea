import Foundation
import Testing
import Transformer

/// Ids, segments and offsets against what Hugging Face tokenizers gave for the same texts
/// (Golden/tokenizer/generate.py, and generate_files.py for folders without tokenizer.json).
@Suite struct TokenizerGoldenTests {
  private struct Texts: Decodable {
    var texts: [String]
    var pairs: [[String]]
    var pairLimit: Int
  }

  private struct Expected: Decodable {
    struct Single: Decodable {
      var ids: [Int32]
      /// Start and end of each token in Unicode scalars, one after the other.
      var offsets: [Int]
    }
    struct Pair: Decodable {
      var ids: [Int32]
      var types: [UInt8]
    }
    var single: [Single]
    var pairs: [Pair]
  }

  private static let golden = Bundle.module.url(forResource: "Golden", withExtension: nil)!
    .appending(path: "tokenizer")

  private static func decode<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: golden.appending(path: path)))
  }

  private static func check(folder: URL, _ expected: Expected) throws {
    let texts = try decode(Texts.self, "texts.json")
    let tokenizer = try Tokenizer(folder: folder, maximumTokens: 1 << 20)
    try #require(texts.texts.count == expected.single.count && texts.texts.count >= 300)
    for (text, single) in zip(texts.texts, expected.single) {
      #expect(tokenizer.encode(text) == single.ids, "\(text.debugDescription)")
      let tokens = tokenizer.encodeWithOffsets(text)
      #expect(tokens.map(\.id) == single.ids, "\(text.debugDescription)")
      let offsets = tokens.flatMap { token in
        [token.utf8Range.lowerBound, token.utf8Range.upperBound].map { bytes in
          String(decoding: Array(text.utf8).prefix(bytes), as: UTF8.self).unicodeScalars.count
        }
      }
      #expect(offsets == single.offsets, "\(text.debugDescription)")
    }
    let short = try Tokenizer(folder: folder, maximumTokens: texts.pairLimit)
    try #require(texts.pairs.count == expected.pairs.count)
    for (pair, wanted) in zip(texts.pairs, expected.pairs) {
      let (ids, types) = short.encode(pair[0], pair[1])
      #expect(ids == wanted.ids, "\(pair)")
      #expect(types == wanted.types, "\(pair)")
    }
  }

  @Test(arguments: [
    "wordpiece-uncased", "wordpiece-cased", "bpe-roberta", "bpe-llama3", "bpe-smollm", "bpe-llama2",
    "bpe-suffixed", "unigram-xlmr", "unigram-nfkc", "unigram-bytes", "files-roberta",
    "files-roberta-settings", "files-gpt2",
  ])
  func smallTokenizerGivesTheSameTokens(name: String) throws {
    let folder = Self.golden.appending(path: name)
    try Self.check(folder: folder, Self.decode(Expected.self, "\(name)/expected.json"))
  }

  private static let model: URL = {
    if let path = ProcessInfo.processInfo.environment["SIMCURATE_MODEL"] {
      return URL(filePath: path)
    }
    var root = URL(filePath: #filePath)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    return root.appending(path: "models/all-MiniLM-L6-v2")
  }()

  private static var hasModel: Bool {
    FileManager.default.fileExists(atPath: model.appending(path: "tokenizer.json").path)
  }

  @Test(.enabled(if: hasModel, "models/all-MiniLM-L6-v2 or $SIMCURATE_MODEL is not there"))
  func miniLMGivesTheSameTokens() throws {
    let expected = try Self.decode(Expected.self, "minilm.json")
    try Self.check(folder: Self.model, expected)
    guard let vocabulary = try? Data(contentsOf: Self.model.appending(path: "vocab.txt")) else {
      return
    }
    let folder = try TemporaryFolder()
    try vocabulary.write(to: folder.url.appending(path: "vocab.txt"))
    try Self.check(folder: folder.url, expected)
  }
}
