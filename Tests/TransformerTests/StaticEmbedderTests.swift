import Files
import Foundation
import Testing
import Transformer

/// Vectors of static folders beside model2vec's and sentence-transformers' own.
@Suite struct StaticEmbedderTests {
  struct Vectors: Decodable {
    var texts: [String]
    var vectors: [String: [[Double]]]
  }

  static func rows(_ embedder: any Embedder, _ texts: [String]) throws -> [[Float]] {
    let size = embedder.dimension
    var rows = [Float](repeating: .nan, count: texts.count * size)
    _ = try rows.withUnsafeMutableBufferPointer {
      try embedder.embed(texts, into: $0.baseAddress!, progress: nil)
    }
    return (0..<texts.count).map { Array(rows[$0 * size..<($0 + 1) * size]) }
  }

  static func distance(_ golden: [Double], _ row: [Float]) -> Double {
    golden.count == row.count
      ? zip(golden, row).reduce(0) { max($0, abs($1.0 - Double($1.1))) } : .infinity
  }

  private func folder(_ name: String) -> URL { Golden.url("static/\(name)") }

  @Test(arguments: ["model2vec", "model2vec-half", "model2vec-mapped", "embedding"])
  func vectorsEqualTheirMakers(name: String) throws {
    let golden: Vectors = try Golden.decode("static/vectors.json")
    let embedder = try EmbeddingModel.open(folder(name))
    let tolerance = name == "model2vec-half" ? 1e-3 : 1e-6
    let rows = try Self.rows(embedder, golden.texts)
    for (index, text) in golden.texts.enumerated() {
      #expect(Self.distance(golden.vectors[name]![index], rows[index]) < tolerance, "\(text)")
    }
  }

  @Test func identityTellsFoldersApart() throws {
    let first = try EmbeddingModel.open(folder("model2vec")).identity
    #expect(first.pooling == "mean" && first.precision == "f32" && first.maximumTokens == 512)
    #expect(first.prompt == nil && first.longTexts == .truncate)
    #expect(first == (try EmbeddingModel.open(folder("model2vec")).identity))
    #expect(first.hash != (try EmbeddingModel.open(folder("embedding")).identity.hash))
  }

  @Test func longTextsAreCutOrTakenWholeAndCounted() throws {
    let long = "the quick brown fox jumps over the lazy dog"
    for rule in LongTexts.allCases {
      let embedder = try EmbeddingModel.open(
        folder("model2vec"), options: EmbeddingOptions(maximumTokens: 4, longTexts: rule))
      let rows = try Self.rows(embedder, [long, "the dog", "the quick brown fox"])
      #expect(embedder.longTextCount == 1)
      #expect((rows[0] == rows[2]) == (rule == .truncate))
      let whole = try Self.rows(EmbeddingModel.open(folder("model2vec")), [long])
      #expect((rows[0] == whole[0]) == (rule == .chunk))
    }
  }

  @Test func promptsStandBeforeTheText() throws {
    let plain = try EmbeddingModel.open(folder("model2vec"))
    let prompted = try EmbeddingModel.open(
      folder("model2vec"), options: EmbeddingOptions(prompt: .text("the cat ")))
    #expect(try Self.rows(prompted, ["dog"]) == Self.rows(plain, ["the cat dog"]))
    #expect(prompted.identity.prompt == "the cat ")
    #expect(throws: FileError.self) {
      try EmbeddingModel.open(
        folder("model2vec"), options: EmbeddingOptions(prompt: .named("query")))
    }
  }

  @Test func whatATableCannotDoIsRefused() throws {
    #expect(throws: FileError.self) { try ModelFolder(at: folder("model2vec")) }
    for options in [
      EmbeddingOptions(precision: .bfloat16), EmbeddingOptions(precision: .int8),
      EmbeddingOptions(maximumTokens: 0),
    ] {
      #expect(throws: FileError.self) {
        try EmbeddingModel.open(folder("model2vec"), options: options)
      }
    }
  }

  @Test func damagedFoldersThrow() throws {
    let target = try TemporaryFolder()
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
      _ = try target.file(name, Data(contentsOf: folder("model2vec-mapped/\(name)")))
    }
    // Without modules.json the folder is known by its tensors.
    _ = try EmbeddingModel.open(target.url)
    let weights = try Data(contentsOf: folder("model2vec-mapped/model.safetensors"))
    for length in stride(from: 0, to: weights.count, by: 97) {
      _ = try target.file("model.safetensors", weights.prefix(length))
      #expect(throws: (any Error).self) { try EmbeddingModel.open(target.url) }
    }
    // Any byte may be another: rows beyond the table among them.
    for place in 0..<weights.count {
      var hostile = weights
      hostile[place] ^= 0xFF
      _ = try target.file("model.safetensors", hostile)
      if let embedder = try? EmbeddingModel.open(target.url) {
        _ = try Self.rows(embedder, ["the dog , ü"])
      }
    }
    // A tokenizer of more tokens than there are vectors.
    let table = try Safetensors(folder: folder("model2vec"))["embeddings"]!.float32()
    let few = WeightTensor(
      name: "embeddings", shape: [4, 20], pointer: table.pointer, owner: FolderOwner(table))
    try Safetensors.write([few], to: target.url.appendingPathComponent("model.safetensors"))
    #expect(throws: FileError.self) { try EmbeddingModel.open(target.url) }
  }

  private final class FolderOwner {
    let tensor: WeightTensor
    init(_ tensor: WeightTensor) { self.tensor = tensor }
  }

  @Test func everyHalfBecomesTheSameFloat() throws {
    let target = try TemporaryFolder()
    let count = 1 << 16
    var file = Data()
    let header =
      #"{"h":{"dtype":"F16","shape":[\#(count + 3)],"data_offsets":[0,\#(2 * count + 6)]}}"#
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { file.append(contentsOf: $0) }
    file.append(contentsOf: header.utf8)
    // Three more than full vectors, for the rest of the loop.
    let halves = (0..<count + 3).map { UInt16(truncatingIfNeeded: $0 &* 31) }
    halves.withUnsafeBytes { file.append(contentsOf: $0) }
    let read = try Safetensors(file: target.file("h.safetensors", file))["h"]!.float32().values
    for (half, value) in zip(halves, read) {
      let expected = Float(Float16(bitPattern: half))
      #expect(value.bitPattern == expected.bitPattern || value.isNaN && expected.isNaN, "\(half)")
    }
  }
}
