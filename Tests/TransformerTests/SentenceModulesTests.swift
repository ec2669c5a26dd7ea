import Files
import Foundation
import Testing
import Transformer

/// Dense modules, prompts and windows of the tiny BERT, beside sentence-transformers.
@Suite struct SentenceModulesTests {
  /// The golden folder with the weights of the tiny BERT in it.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let source = Golden.url("static/dense")
    for name in try FileManager.default.subpathsOfDirectory(atPath: source.path) {
      guard let data = try? Data(contentsOf: source.appendingPathComponent(name)) else { continue }
      _ = try folder.file(name, data)
    }
    _ = try folder.file(
      "model.safetensors", Data(contentsOf: Golden.url("tiny-bert/model.safetensors")))
    return folder
  }

  private func open(
    _ folder: TemporaryFolder, _ prompt: PromptChoice = .text(""), tokens: Int? = nil,
    long: LongTexts = .truncate
  ) throws -> any Embedder {
    try EmbeddingModel.open(
      folder.url,
      options: EmbeddingOptions(
        precision: .float32, maximumTokens: tokens, prompt: prompt, longTexts: long))
  }

  private func rows(_ embedder: any Embedder, _ texts: String...) throws -> [[Float]] {
    try StaticEmbedderTests.rows(embedder, texts)
  }

  @Test func vectorsEqualSentenceTransformers() throws {
    let golden: StaticEmbedderTests.Vectors = try Golden.decode("static/vectors.json")
    let folder = try folder()
    for (name, prompt) in [
      ("dense", PromptChoice.text("")), ("dense-default", .standard),
      ("dense-query", .named("query")),
    ] {
      let embedder = try open(folder, prompt)
      #expect(embedder.dimension == 20 && embedder.identity.maximumTokens == 24)
      let rows = try StaticEmbedderTests.rows(embedder, golden.texts)
      for (index, text) in golden.texts.enumerated() {
        let distance = StaticEmbedderTests.distance(golden.vectors[name]![index], rows[index])
        #expect(distance < 2e-6, "\(name): \(text)")
      }
    }
    #expect(try open(folder, .standard).identity.prompt == "a ")
    #expect(throws: FileError.self) { try open(folder, .named("other")) }
  }

  @Test func chunksAreTheWeightedMeanOfTheirWindows() throws {
    let folder = try folder()
    // Six words and two special tokens a window; the last has two words.
    let embedder = try open(folder, tokens: 8, long: .chunk)
    let windows = try rows(
      embedder, "the quick brown fox jump over", "the lazy dog cat house water", "stone light")
    let text = "the quick brown fox jump over the lazy dog cat house water stone light"
    let whole = try rows(embedder, text)[0]
    var expected = [Double](repeating: 0, count: 20)
    for (window, weight) in zip(windows, [8.0, 8, 4]) {
      for index in expected.indices { expected[index] += weight * Double(window[index]) }
    }
    let length = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(StaticEmbedderTests.distance(expected.map { $0 / length }, whole) < 1e-6)
    #expect(embedder.longTextCount == 1 && embedder.readings(of: [text]).map(\.tokens) == [20])
    #expect(embedder.identity.longTexts == .chunk)
  }

  /// What reached the model: with a prompt, where the text was cut, and of a text with signs that the
  /// vocabulary does not know. Embedding tells the same as reading alone.
  @Test func tellsWhatReachedTheModel() throws {
    let folder = try folder()
    let file = folder.url.appendingPathComponent("tokenizer.json")
    let known = "[PAD] [UNK] [CLS] [SEP] [MASK] the quick brown fox jump over lazy dog house water"
    var tokenizer = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as! [String: Any]
    var model = tokenizer["model"] as! [String: Any]
    model["vocab"] = Dictionary(
      uniqueKeysWithValues: known.split(separator: " ").enumerated().map { (String($1), $0) })
    tokenizer["model"] = model
    try JSONSerialization.data(withJSONObject: tokenizer).write(to: file)
    let texts = [
      "the quick brown fox", "the quick brown fox jump over the lazy dog", "the 👍👍 fox 灯",
      "the quick brown fox jump over 👎", "",
    ]
    for (prompt, room) in [("", 6), ("house water ", 4)] {
      let embedder = try open(folder, .text(prompt), tokens: 8)
      let readings = embedder.readings(of: texts)
      let seen = texts.map { text in
        let words = text.split(separator: " ")
        return words.count <= room
          ? nil : words.prefix(room).joined(separator: " ").utf8.count + 1
      }
      #expect(readings.map(\.seenBytes) == seen)
      #expect(readings.map(\.unknownWords) == [[], [], ["👍👍", "灯"], [], []])
      #expect(readings[0].tokens == (prompt.isEmpty ? 6 : 8))
      let rows = UnsafeMutablePointer<Float>.allocate(capacity: texts.count * embedder.dimension)
      defer { rows.deallocate() }
      #expect(try embedder.embed(texts, into: rows, progress: nil) == readings)
    }
    let chunked = try open(folder, tokens: 8, long: .chunk).readings(of: texts)
    #expect(chunked.allSatisfy { $0.seenBytes == nil })
    #expect(chunked[3].unknownWords == ["👎"])
  }

  @Test func eachWindowHasThePrompt() throws {
    let folder = try folder()
    let embedder = try open(folder, .text("the cat: "), tokens: 9, long: .chunk)
    // Beside special tokens and "the", "cat", ":" there is room for four words.
    let plain = try open(folder, tokens: 9)
    let windows = try rows(plain, "the cat: quick brown fox jump", "the cat: over lazy dog stone")
    let whole = try rows(embedder, "quick brown fox jump over lazy dog stone")[0]
    let sum = zip(windows[0], windows[1]).map { Double($0) + Double($1) }
    let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(StaticEmbedderTests.distance(sum.map { $0 / length }, whole) < 1e-6)
    #expect(throws: FileError.self) {
      try open(folder, .text("the cat the cat "), tokens: 9, long: .chunk)
    }
  }

  @Test func windowsMixWithShortTexts() throws {
    let folder = try folder()
    let long = String(repeating: "quick brown fox ", count: 40)
    let embedder = try open(folder, tokens: 8, long: .chunk)
    let alone = try rows(embedder, "the dog")[0] + rows(embedder, long)[0]
    let mixed = try rows(embedder, "the dog", long, "", "the dog")
    #expect(zip(alone, mixed[0] + mixed[1]).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(mixed[0] == mixed[3])
  }

  private func modules(_ kinds: String...) -> Data {
    let entries = kinds.map { kind in
      let path = ["Pooling": "1_Pooling", "Dense": "2_Dense"][kind] ?? ""
      return #"{"path":"\#(path)","type":"sentence_transformers.models.\#(kind)"}"#
    }
    return Data("[\(entries.joined(separator: ","))]".utf8)
  }

  @Test func ordersThatMakeNoSenseAreRefused() throws {
    let folder = try folder()
    for legal in [
      modules("Transformer", "Pooling"), modules("Transformer", "Pooling", "Normalize"),
      modules("Transformer", "Pooling", "Normalize", "Dense", "Normalize"),
      modules("Transformer", "Pooling", "Dropout", "Dense"),
    ] {
      _ = try folder.file("modules.json", legal)
      let row = try rows(open(folder), "the quick dog")[0]
      #expect(abs(row.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
    }
    for illegal in [
      modules("Pooling", "Transformer"), modules("Transformer"), modules(), modules("Dense"),
      modules("Transformer", "Dense", "Pooling"), modules("Transformer", "Pooling", "Pooling"),
      modules("Transformer", "Pooling", "LayerNorm"), modules("Transformer", "Pooling", "CNN"),
      modules("Transformer", "Pooling", "Dense", "Dense"), modules("StaticEmbedding", "Pooling"),
    ] {
      _ = try folder.file("modules.json", illegal)
      #expect(throws: FileError.self, "\(String(decoding: illegal, as: UTF8.self))") {
        try open(folder)
      }
    }
  }

  @Test func poolingSettingsOfAllAges() throws {
    let folder = try folder()
    func pooling(_ json: String) throws {
      _ = try folder.file("1_Pooling/config.json", Data(json.utf8))
    }
    func plain() throws { _ = try folder.file("modules.json", modules("Transformer", "Pooling")) }
    try plain()
    for (json, expected) in [
      (#"{"pooling_mode":"cls"}"#, "cls"), (#"{"pooling_mode":["max"]}"#, "max"),
      (#"{"pooling_mode":"mean_sqrt_len_tokens"}"#, "mean"),
      (#"{"pooling_mode_mean_sqrt_len_tokens":true}"#, "mean"),
    ] {
      try pooling(json)
      #expect(try open(folder).identity.pooling == expected)
    }
    for hostile in [
      #"{"pooling_mode":"lasttoken"}"#, #"{"pooling_mode":["mean","max"]}"#,
      #"{"pooling_mode":"weightedmean"}"#, #"{"pooling_mode":3}"#, #"{"pooling_mode":[]}"#,
    ] {
      try pooling(hostile)
      #expect(throws: FileError.self, "\(hostile)") { try open(folder) }
    }
    // What a unit vector does not tell, a layer would.
    try pooling(#"{"pooling_mode":"mean_sqrt_len_tokens"}"#)
    _ = try folder.file("modules.json", modules("Transformer", "Pooling", "Dense"))
    #expect(throws: FileError.self) { try open(folder) }
    // A prompt that should not be pooled is refused only if there is one.
    try pooling(#"{"pooling_mode":"mean","include_prompt":false}"#)
    _ = try open(folder)
    #expect(throws: FileError.self) { try open(folder, .named("query")) }
  }

  @Test func hostileDenseModulesThrow() throws {
    let folder = try folder()
    let whole = try Data(contentsOf: folder.url.appendingPathComponent("2_Dense/config.json"))
    let text = String(decoding: whole, as: UTF8.self)
    for (old, new) in [
      ("Tanh", "ReLU"), (": 32", ": 31"), (": 20", ": 0"), (": 20", ": -20"), (": 32", ": 1e99"),
      (#""bias""#, #""use_residual": true, "bias""#),
    ] {
      let hostile = text.replacingOccurrences(of: old, with: new)
      #expect(hostile != text)
      _ = try folder.file("2_Dense/config.json", Data(hostile.utf8))
      #expect(throws: FileError.self, "\(new)") { try open(folder) }
    }
    _ = try folder.file("2_Dense/config.json", whole)
    let hash = try EmbeddingModel(at: folder.url).hash
    let weights = folder.url.appendingPathComponent("2_Dense/model.safetensors")
    var changed = try Data(contentsOf: weights)
    changed[changed.count - 1] ^= 1
    try changed.write(to: weights)
    #expect(try EmbeddingModel(at: folder.url).hash != hash)
    try FileManager.default.removeItem(at: weights)
    _ = try folder.file("2_Dense/pytorch_model.bin", Data([1]))
    let error = #expect(throws: FileError.self) { try open(folder) }
    #expect(error?.found.contains("pytorch_model.bin") == true)
  }
}
