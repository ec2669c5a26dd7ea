import Foundation
import Testing

/// `embed`, `tokenize` and `model inspect` on models of all kinds, and what an index records of them.
@Suite struct EmbeddingModelTests {
  private static let staticTable = Sandbox.repository
    .appendingPathComponent("Tests/TransformerTests/Golden/static/model2vec").path

  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try TinyModel.write(to: sandbox.url("model"))
    try sandbox.write("lines.txt", "my order is late\nwhere is my money\n\u{1F600}\n")
    return sandbox
  }

  /// The rows of a little-endian float32 `.npy` file.
  private func matrix(_ data: Data, columns: Int) -> [[Float]] {
    let start = 10 + Int(data[8]) + Int(data[9]) << 8
    let values = data[start...].withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
    }
    return stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) }
  }

  @Test func linesAndMatrixHoldTheSameVectors() throws {
    let sandbox = try sandbox()
    try sandbox.run("embed", "lines.txt", "--out", "v.npy").succeeded()
    let summary = try sandbox.run("embed", "lines.txt", "--out", "v.jsonl", "--json").succeeded()
    #expect(try summary.object()["rows"] as? Int == 3)
    #expect(try summary.object()["longTexts"] as? Int == 0)
    let rows = try sandbox.rows("v.jsonl")
    let expected = matrix(try sandbox.data("v.npy"), columns: 32)
    #expect(rows.map { ($0["vector"] as! [Double]).map(Float.init) } == expected)
    for row in expected { #expect(abs(row.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5) }
    let piped = try sandbox.run(
      "embed", "-", "--out", "-", "--quiet", input: sandbox.data("lines.txt"))
    try piped.succeeded()
    #expect(piped.text.split(separator: "\n").count == 3)
    try sandbox.run("embed", "lines.txt", "--out", "v.csv").fails(64, saying: ".npy or .jsonl")
  }

  /// The file's bytes are the same on any number of threads, and each row in any order of the lines.
  @Test(arguments: ["f32", "bf16", "int8"])
  func threadsAndOrderChangeNoBit(precision: String) throws {
    let sandbox = try sandbox()
    let texts = try String(contentsOf: Sandbox.corpus, encoding: .utf8).split(separator: "\n")
    try sandbox.write("lines.txt", texts.joined(separator: "\n"))
    try sandbox.write("reversed.txt", texts.reversed().joined(separator: "\n"))
    func embed(_ file: String, threads: Int) throws -> Data? {
      let outcome = try sandbox.run(
        "embed", file, "--out", "v.npy", "--precision", precision, "--threads", "\(threads)")
      // A processor may lack what a precision needs, and then says so.
      if outcome.status == 1 { outcome.fails(saying: precision == "int8" ? "VNNI" : "BF16") }
      return outcome.status == 0 ? try sandbox.data("v.npy") : nil
    }
    guard let expected = try embed("lines.txt", threads: 1) else { return }
    for threads in [2, 3, 8] { #expect(try embed("lines.txt", threads: threads) == expected) }
    let reversed = try #require(try embed("reversed.txt", threads: 2))
    #expect(
      Array(matrix(reversed, columns: 32).reversed()) == matrix(expected, columns: 32))
  }

  @Test func failedRunsLeaveNothing() throws {
    let sandbox = try sandbox()
    try sandbox.write("bad.jsonl", #"{"text": "a"}"# + "\nnonsense\n")
    for out in ["v.npy", "v.jsonl"] {
      try sandbox.run("embed", "bad.jsonl", "--out", out).fails(saying: "bad.jsonl:2")
      #expect(!sandbox.exists(out))
      try sandbox.run("embed", "lines.txt", "--out", "none/\(out)").fails(saying: "none/\(out)")
    }
  }

  @Test func longTextsAreSaidToBeLong() throws {
    let sandbox = try sandbox()
    func embed(_ rule: String) throws -> Outcome {
      try sandbox.run(
        "embed", "lines.txt", "--out", "\(rule).npy", "--maximum-tokens", "5", "--long", rule,
        "--json"
      ).succeeded()
    }
    let cut = try embed("truncate")
    #expect(cut.errors.contains("2 of 3 texts were longer than 5 tokens and were cut"))
    #expect(try cut.object()["longTexts"] as? Int == 2)
    #expect(try embed("chunk").errors.contains("were embedded in chunks"))
    #expect(try sandbox.data("truncate.npy") != sandbox.data("chunk.npy"))
  }

  @Test func promptsAreRecordedAndUsedInSearch() throws {
    let sandbox = try sandbox()
    try sandbox.writeCorpus()
    try sandbox.write(
      "model/config_sentence_transformers.json",
      #"{"prompts": {"query": "where is ", "passage": "my order "}}"#)
    try sandbox.run("index", "corpus.jsonl", "--out", "index", "--prompt", "other")
      .fails(saying: "a prompt named \"other\"", "\"passage\", \"query\"")
    try sandbox.run(
      "index", "corpus.jsonl", "--out", "index", "--prompt", "passage", "--long", "chunk"
    ).succeeded()
    let manifest = try JSONSerialization.jsonObject(with: sandbox.data("index/manifest.json"))
    let model = (manifest as! [String: Any])["model"] as! [String: Any]
    #expect(model["prompt"] as? String == "my order " && model["longTexts"] as? String == "chunk")
    func score(_ arguments: String...) throws -> Double {
      let outcome = try sandbox.run(
        ["search", "index", "money", "-k", "1", "--json"] + arguments
      ).succeeded()
      return ((try outcome.json() as! [[String: Any]])[0]["score"] as! NSNumber).doubleValue
    }
    #expect(try score() == score("--prompt", "passage"))
    #expect(try score() != score("--prompt", "query"))
    #expect(try score("--prompt", "query") == score("--prompt-text", "where is "))
    // Another prompt is another embedder: the index is not the one asked for.
    let again = try sandbox.run(
      "index", "corpus.jsonl", "--out", "index", "--prompt", "query", "--force")
    #expect(try again.succeeded().errors.contains("embedded before") == false)
    try sandbox.run("search", "index", "money", "--prompt", "a", "--prompt-text", "b").fails(64)
  }

  @Test func staticTablesServeAllButTraining() throws {
    let sandbox = try sandbox()
    try sandbox.writeCorpus()
    let table = Self.staticTable
    try sandbox.run("index", "corpus.jsonl", "--out", "index", "--model", table).succeeded()
    try sandbox.run("search", "index", "the dog", "--model", table).succeeded()
    try sandbox.run("dedup", "index", "--threshold", "0.9").succeeded()
    try sandbox.run("search", "index", "the dog").fails(
      saying: "expected an index built with model")
    try sandbox.run("cluster", "index").succeeded()
    try sandbox.run("split", "index").succeeded()
    for command in ["finetune", "compare"] {
      try sandbox.run(command, "index", "--model", table)
        .fails(saying: "a Transformer encoder", "static token vectors", "hint: ")
    }
    try sandbox.run("embed", "lines.txt", "--out", "v.npy", "--model", table, "--precision", "int8")
      .fails(saying: "f32 for static token vectors")
    let ids = try sandbox.run("tokenize", "-", "--model", table, input: Data("the dog\n".utf8))
    #expect(try ids.succeeded().text == "[5,7]\n")
  }

  @Test func inspectSaysWhatAFolderIs() throws {
    let sandbox = try sandbox()
    let encoder = try sandbox.run("model", "inspect", "model", "--json").succeeded().object()
    #expect(encoder["supported"] as? Bool == true && encoder["kind"] as? String == "encoder")
    #expect(encoder["family"] as? String == "bert" && encoder["layers"] as? Int == 2)
    #expect(encoder["tokenizer"] as? String == "WordPiece")
    #expect((encoder["precisions"] as? [String])?.first == "f32")
    let table = try sandbox.run("model", "inspect", Self.staticTable, "--json").succeeded().object()
    #expect(table["kind"] as? String == "static" && table["family"] as? String == "model2vec")
    #expect(table["dimension"] as? Int == 20 && table["layers"] == nil)
    #expect(
      try sandbox.run("model", "inspect", Self.staticTable).succeeded().text.contains("static"))
  }

  @Test func inspectRefusesWithTheReason() throws {
    let sandbox = try sandbox()
    try FileManager.default.moveItem(
      at: sandbox.url("model/model.safetensors"), to: sandbox.url("model/pytorch_model.bin"))
    let refused = try sandbox.run("model", "inspect", "model", "--json")
    refused.fails(saying: "pytorch_model.bin", "save_pretrained")
    #expect(try refused.object()["supported"] as? Bool == false)
    #expect((try refused.object()["reason"] as? String)?.contains("pytorch_model.bin") == true)
    try sandbox.write("weights.gguf", "GGUF")
    try sandbox.run("model", "inspect", "weights.gguf").fails(saying: "found a file", "GGUF")
  }
}
