import Files
import Foundation
import Kernels
import Testing
import Transformer

/// Every family against transformers: Golden/generate_families.py made the models and the states.
@Suite struct EncoderFamilyTests {
  private static let names = [
    "distilbert", "roberta", "xlm-roberta", "mpnet", "modernbert", "modernbert-biased",
    "nomic-bert",
  ]

  private func cases(_ name: String) throws -> [Golden.Case] {
    try Golden.cases("families/\(name)/states.safetensors", "states")
  }

  /// A copy of a golden model with another configuration or other weights.
  private func copy(
    _ name: String, configuration: Data? = nil, rename: ((String) -> String)? = nil
  ) throws -> TemporaryFolder {
    let source = Golden.url("families/\(name)")
    let folder = try TemporaryFolder()
    let config = try configuration ?? Data(contentsOf: source.appendingPathComponent("config.json"))
    _ = try folder.file("config.json", config)
    let stored = try Safetensors(folder: source)
    let tensors = try stored.tensors.values.map { tensor in
      let values = try tensor.float32()
      return WeightTensor(
        name: rename?(tensor.name) ?? tensor.name, shape: tensor.shape, pointer: values.pointer,
        owner: Golden.Kept(values))
    }
    try Safetensors.write(tensors, to: folder.url.appendingPathComponent("model.safetensors"))
    return folder
  }

  private func configuration(
    _ name: String, file: String = "config.json", _ change: (inout [String: Any]) -> Void
  ) throws -> Data {
    let data = try Data(contentsOf: Golden.url("families/\(name)/\(file)"))
    var fields = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    change(&fields)
    return try JSONSerialization.data(withJSONObject: fields)
  }

  private func encoder(_ url: URL, _ precision: Precision = .float32) throws -> TokenEncoder {
    let folder = try ModelFolder(at: url)
    return TokenEncoder(
      folder.configuration, folder.weights, pooling: .mean, precision: precision)
  }

  /// The largest difference, relative to the largest state.
  private func distance(_ encoder: TokenEncoder, _ golden: Golden.Case) -> Float {
    let states = encoder.hiddenStates(golden.ids)
    guard states.count == golden.values.count else { return .infinity }
    let largest = golden.values.reduce(0) { max($0, abs($1)) }
    return zip(states, golden.values).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
  }

  private func expectParity(_ url: URL, _ name: String) throws {
    let encoder = try encoder(url)
    let cases = try cases(name)
    #expect(cases.count >= 4)
    for golden in cases {
      #expect(distance(encoder, golden) < 1e-5, "\(name), \(golden.ids.count) tokens")
    }
  }

  @Test(arguments: names)
  func hiddenStatesEqualTransformers(name: String) throws {
    try expectParity(Golden.url("families/\(name)"), name)
  }

  @Test(arguments: ["modernbert", "nomic-bert"])
  func olderConfigurationsSayTheSame(name: String) throws {
    let config = try configuration(name, file: "config-hub.json") { _ in }
    let folder = try copy(name, configuration: config)
    try expectParity(folder.url, name)
    #expect(try ModelFolder(at: folder.url).configuration.maximumPositions < 65)
  }

  @Test(arguments: [
    ("distilbert", "distilbert."), ("roberta", "roberta."), ("mpnet", "mpnet."),
    ("modernbert", "model."), ("nomic-bert", "nomic_bert."),
  ])
  func namesMayHaveThePrefixOfAHead(name: String, prefix: String) throws {
    let folder = try copy(name, rename: { prefix + $0 })
    try expectParity(folder.url, name)
  }

  @Test func namesMayLackThePrefixOfAHead() throws {
    let folder = try copy(
      "xlm-roberta", rename: { $0.replacingOccurrences(of: "roberta.", with: "") })
    try expectParity(folder.url, "xlm-roberta")
  }

  @Test func camembertIsRoberta() throws {
    let config = try configuration("roberta") { $0["model_type"] = "camembert" }
    let folder = try copy("roberta", configuration: config)
    try expectParity(folder.url, "roberta")
  }

  @Test(
    .enabled(if: Precision.supported != [.float32], "this processor multiplies in float32 alone"),
    arguments: names, Precision.supported.filter { $0 != .float32 })
  func lowPrecisionStaysNear(name: String, precision: Precision) throws {
    let narrow = try encoder(Golden.url("families/\(name)"), precision)
    for golden in try cases(name) {
      let states = narrow.hiddenStates(golden.ids)
      let (x, y) = (states.map(Double.init), golden.values.map(Double.init))
      let product = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
      let lengths = [x, y].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      let cosine = product / (lengths[0] * lengths[1])
      #expect(
        cosine > (precision == .int7 ? 0.96 : precision == .int8 ? 0.98 : 0.999),
        "\(name), \(golden.ids.count) tokens: \(cosine)")
      #expect(states != golden.values)
    }
  }

  /// To the last bit, in every precision this processor has.
  @Test(arguments: names, Precision.supported)
  func rowsDependOnTheirSentenceAlone(name: String, precision: Precision) throws {
    let encoder = try encoder(Golden.url("families/\(name)"), precision)
    let sentences = try cases(name).map(\.ids)
    func embed(_ sentences: [[Int32]]) -> [[Float]] {
      var rows = [Float](repeating: 0, count: sentences.count * encoder.dimension)
      rows.withUnsafeMutableBufferPointer { encoder.embed(sentences, into: $0.baseAddress!) }
      return stride(from: 0, to: rows.count, by: encoder.dimension).map {
        Array(rows[$0..<$0 + encoder.dimension])
      }
    }
    let alone = sentences.map { embed([$0])[0] }
    #expect(embed(sentences) == alone)
    #expect(embed(sentences.reversed()) == alone.reversed())
    // More than a batch holds, among them many of one length.
    let many = (0..<700).map { $0 * 7 % sentences.count }
    #expect(embed(many.map { sentences[$0] }) == many.map { alone[$0] })
  }

  @Test func unknownFamilyIsToldWhatThereIs() throws {
    let config = try configuration("roberta") { $0["model_type"] = "deberta-v2" }
    let folder = try copy("roberta", configuration: config)
    let error = try #require(throws: FileError.self) { try ModelFolder(at: folder.url) }
    for name in ["bert", "distilbert", "xlm-roberta", "mpnet", "modernbert", "nomic_bert"] {
      #expect(error.expected.contains("\"\(name)\""))
    }
    #expect(error.found == "\"deberta-v2\"" && error.advice?.contains("inspect") != true)
  }

  @Test(
    arguments: [
      ("roberta", "position_embedding_type", "relative_key"), ("roberta", "is_decoder", true),
      ("roberta", "pad_token_id", 47), ("roberta", "pad_token_id", -1),
      ("xlm-roberta", "add_cross_attention", true), ("distilbert", "activation", "selu"),
      ("distilbert", "activation", "swiglu"), ("distilbert", "n_heads", 5),
      ("distilbert", "dim", 1 << 40),
      ("mpnet", "relative_attention_num_buckets", 16), ("mpnet", "max_position_embeddings", 2),
      ("modernbert", "local_attention", 0), ("modernbert", "local_attention", 1),
      ("modernbert", "local_attention", -8), ("modernbert", "layer_types", ["full_attention"]),
      ("modernbert", "layer_types", ["a", "b", "c", "d"]), ("modernbert", "rope_scaling", ["a": 1]),
      ("modernbert", "rope_parameters", 3), ("modernbert", "attention_bias", true),
      ("modernbert", "norm_bias", true), ("modernbert", "mlp_bias", true),
      ("modernbert", "intermediate_size", 1 << 18), ("modernbert", "num_attention_heads", 32),
      ("modernbert", "head_dim", 16), ("modernbert", "norm_eps", "nan"),
      ("modernbert", "max_position_embeddings", 1 << 40),
      ("modernbert", "rope_parameters", ["full_attention": ["rope_theta": 0]]),
      ("modernbert", "rope_parameters", ["sliding_attention": ["rope_type": "yarn"]]),
      ("nomic-bert", "rope_parameters", ["rope_type": "linear"]),
      ("nomic-bert", "rotary_emb_fraction", 0.5), ("nomic-bert", "rotary_emb_interleaved", true),
      ("nomic-bert", "activation_function", "gelu"), ("nomic-bert", "num_experts", 8),
      ("nomic-bert", "prenorm", true), ("nomic-bert", "qkv_proj_bias", true),
      ("nomic-bert", "n_layer", 3), ("nomic-bert", "vocab_size", 1 << 24),
    ] as [(String, String, any Sendable)])
  func whatWeDoNotRunIsRefused(name: String, field: String, value: any Sendable) throws {
    let config = try configuration(name) { $0[field] = value }
    let folder = try copy(name, configuration: config)
    #expect(throws: FileError.self) { try ModelFolder(at: folder.url) }
  }
}
