import Files
import Foundation
import Testing
import Transformer

@Suite struct ModelFolderTests {
  /// A copy of the tiny model that a test may damage.
  private func copy() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in ["config.json", "model.safetensors"] {
      _ = try folder.file(name, Data(contentsOf: Golden.url("tiny-bert/\(name)")))
    }
    return folder
  }

  private func configuration(_ change: (inout [String: Any]) -> Void) throws -> Data {
    let data = try Data(contentsOf: Golden.url("tiny-bert/config.json"))
    var fields = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    change(&fields)
    return try JSONSerialization.data(withJSONObject: fields)
  }

  @Test func tinyModelOpens() throws {
    let folder = try ModelFolder(at: Golden.url("tiny-bert"))
    #expect(folder.configuration.hiddenSize == 32 && folder.configuration.layers == 2)
    #expect(folder.configuration.labels.isEmpty && folder.configuration.classNames == ["BertModel"])
    #expect(folder.pooling == .mean && folder.maximumTokens == 48)
    #expect(folder.weights.pooler == nil)
    let names = Set(folder.weights.all.map(\.name))
    #expect(names == Set(folder.tensors.tensors.keys))
  }

  @Test func writtenFolderIsTheSameModel() throws {
    let source = try ModelFolder(at: Golden.url("tiny-bert"))
    let target = try TemporaryFolder()
    let tensors = source.weights.all.map { tensor in
      WeightTensor(
        name: "bert.\(tensor.name)", shape: tensor.shape, pointer: tensor.pointer, owner: source)
    }
    try source.write(
      to: target.url, className: "BertForSequenceClassification", labels: ["no", "yes"],
      tensors: tensors)
    let read = try ModelFolder(at: target.url)
    #expect(read.configuration.labels == ["no", "yes"])
    #expect(read.configuration.classNames == ["BertForSequenceClassification"])
    for (left, right) in zip(source.weights.all, read.weights.all) {
      #expect(left.name == right.name && left.values == right.values)
    }
    #expect(read.hash != source.hash)
    #expect(try ModelFolder(at: target.url).hash == read.hash)
  }

  @Test func sentenceModulesAreRead() throws {
    let folder = try copy()
    func modules(_ text: String) throws { _ = try folder.file("modules.json", Data(text.utf8)) }
    func pooling(_ text: String) throws {
      _ = try folder.file("1_Pooling/config.json", Data(text.utf8))
    }
    let usual = #"[{"path":"","type":"x.Transformer"},{"path":"1_Pooling","type":"x.Pooling"}]"#
    try modules(usual)
    for mode in ["cls_token", "mean_tokens", "max_tokens"] {
      try pooling(#"{"pooling_mode_\#(mode)":true,"word_embedding_dimension":32}"#)
      #expect(try mode.hasPrefix(ModelFolder(at: folder.url).pooling.rawValue))
    }
    _ = try folder.file("sentence_bert_config.json", Data(#"{"max_seq_length":20}"#.utf8))
    #expect(try ModelFolder(at: folder.url).maximumTokens == 20)
    for hostile in [
      #"{"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":true}"#, "{}", "[]",
      #"{"pooling_mode_lasttoken":true}"#,
    ] {
      try pooling(hostile)
      #expect(throws: FileError.self, "\(hostile)") { try ModelFolder(at: folder.url) }
    }
    try pooling(#"{"pooling_mode_mean_tokens":true}"#)
    for hostile in [
      #"[{"path":"../x","type":"x.Pooling"}]"#, #"[{"path":"/etc","type":"x.Transformer"}]"#,
      #"[{"path":"2_Dense","type":"x.Dense"}]"#, #"{"path":"","type":"x.Transformer"}"#, "",
    ] {
      try modules(hostile)
      #expect(throws: FileError.self, "\(hostile)") { try ModelFolder(at: folder.url) }
    }
  }

  @Test func missingAndMisshapenTensorsAreNamed() throws {
    let folder = try copy()
    let source = try ModelFolder(at: Golden.url("tiny-bert"))
    let missing = "encoder.layer.1.output.dense.weight"
    func opening(_ tensors: [WeightTensor]) throws -> FileError? {
      try Safetensors.write(tensors, to: folder.url.appendingPathComponent("model.safetensors"))
      return #expect(throws: FileError.self) { try ModelFolder(at: folder.url) }
    }
    let without = source.weights.all.filter { $0.name != missing }
    #expect(try opening(without)?.expected.contains(missing) == true)
    let misshapen = source.weights.all.map { tensor in
      WeightTensor(
        name: tensor.name, shape: tensor.name == missing ? [72, 32] : tensor.shape,
        pointer: tensor.pointer, owner: source)
    }
    let error = try #require(try opening(misshapen))
    #expect(error.place.contains(missing))
    #expect(error.expected == "shape [32, 72]" && error.found == "[72, 32]")
  }

  @Test(
    arguments: [
      ("model_type", "gpt_oss"), ("model_type", 3), ("hidden_size", 0), ("hidden_size", -32),
      ("hidden_size", 33), ("hidden_size", 1.5), ("hidden_size", Int.max), ("hidden_size", "32"),
      ("num_attention_heads", 5), ("num_attention_heads", 0), ("num_hidden_layers", 1 << 40),
      ("num_hidden_layers", 3), ("vocab_size", 0), ("vocab_size", 102), ("intermediate_size", -1),
      ("max_position_embeddings", 0), ("max_position_embeddings", 49), ("hidden_act", "selu"),
      ("layer_norm_eps", -1), ("hidden_dropout_prob", 2), ("id2label", ["0": "a", "2": "b"]),
      ("position_embedding_type", "relative_key"),
    ] as [(String, any Sendable)])
  func hostileConfigurationThrows(field: String, value: any Sendable) throws {
    let folder = try copy()
    _ = try folder.file("config.json", configuration { $0[field] = value })
    #expect(throws: FileError.self) { try ModelFolder(at: folder.url) }
  }

  @Test func damagedConfigurationThrows() throws {
    let folder = try copy()
    let whole = try Data(contentsOf: Golden.url("tiny-bert/config.json"))
    for length in stride(from: 0, to: whole.count - 1, by: 13) {
      _ = try folder.file("config.json", whole.prefix(length))
      #expect(throws: FileError.self) { try ModelFolder(at: folder.url) }
    }
    for field in ["model_type", "hidden_size", "vocab_size", "num_attention_heads"] {
      _ = try folder.file("config.json", configuration { $0[field] = nil })
      #expect(throws: FileError.self) { try ModelFolder(at: folder.url) }
    }
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("config.json"))
    #expect(throws: FileError.self) { try ModelFolder(at: folder.url) }
    #expect(throws: FileError.self) {
      try ModelFolder(at: folder.url.appendingPathComponent("none"))
    }
  }
}
