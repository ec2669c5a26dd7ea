import Foundation
import Testing

/// `tokenize`: ids, offsets in characters, folders of tokenizer files alone.
@Suite struct TokenizeTests {
  private static let golden = Sandbox.repository
    .appendingPathComponent("Tests/TransformerTests/Golden")

  private struct Line: Decodable, Equatable {
    var ids: [Int]
    var offsets: [[Int]]
  }

  private struct Expected: Decodable {
    struct Single: Decodable {
      var ids: [Int]
      var offsets: [Int]
    }
    var single: [Single]
  }

  /// The golden texts as a corpus file, without what such a file may not hold.
  private func write(_ sandbox: Sandbox) throws -> [Int] {
    struct Texts: Decodable { var texts: [String] }
    let url = Self.golden.appendingPathComponent("tokenizer/texts.json")
    let texts = try JSONDecoder().decode(Texts.self, from: Data(contentsOf: url)).texts
    let kept = texts.indices.filter { !texts[$0].utf8.contains(0) }
    var rows = Data()
    for index in kept {
      rows += try JSONSerialization.data(withJSONObject: ["text": texts[index]])
      rows.append(10)
    }
    try sandbox.write("texts.jsonl", rows)
    return kept
  }

  @Test(arguments: ["wordpiece-cased", "bpe-llama2", "unigram-xlmr", "files-roberta"])
  func offsetsAreThoseOfHuggingFace(name: String) throws {
    let sandbox = try Sandbox()
    let kept = try write(sandbox)
    let folder = Self.golden.appendingPathComponent("tokenizer/\(name)")
    let data = try Data(contentsOf: folder.appendingPathComponent("expected.json"))
    let expected = try JSONDecoder().decode(Expected.self, from: data)
    let outcome = try sandbox.run(
      "tokenize", "texts.jsonl", "--model", folder.path, "--offsets", "--threads", "2")
    let lines = try outcome.succeeded().output.split(separator: 10).map {
      try JSONDecoder().decode(Line.self, from: $0)
    }
    try #require(lines.count == kept.count && kept.count > 250)
    for (line, index) in zip(lines, kept) {
      #expect(line.ids == expected.single[index].ids)
      #expect(line.offsets.flatMap { $0 } == expected.single[index].offsets)
    }
    let plain = try sandbox.run("tokenize", "texts.jsonl", "--model", folder.path).succeeded()
    let ids = try plain.output.split(separator: 10).map {
      try JSONDecoder().decode([Int].self, from: $0)
    }
    #expect(ids == lines.map(\.ids))
  }

  @Test func staticTablesHaveOffsetsToo() throws {
    let sandbox = try Sandbox()
    let table = Self.golden.appendingPathComponent("static/model2vec").path
    let outcome = try sandbox.run(
      "tokenize", "-", "--model", table, "--offsets", "--maximum-tokens", "1",
      input: Data("  the dog\n".utf8))
    #expect(try outcome.succeeded().text == #"{"ids":[5],"offsets":[[2,5]]}"# + "\n")
  }

  @Test func helpShowsOffsetsAndAnExample() throws {
    let help = try Sandbox().run("tokenize", "--help").succeeded().text
    #expect(help.contains("--offsets") && help.contains("simcurate tokenize corpus.jsonl"))
  }

  @Test func aSentencePieceModelAloneIsRefused() throws {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    for name in ["vocab.txt", "tokenizer_config.json"] {
      try FileManager.default.removeItem(at: sandbox.url("model/\(name)"))
    }
    try sandbox.write("model/spiece.model", "x")
    try sandbox.write("lines.txt", "a\n")
    try sandbox.run("tokenize", "lines.txt", "--model", "model")
      .fails(saying: "only spiece.model", "hint: ", "save_pretrained")
  }
}
