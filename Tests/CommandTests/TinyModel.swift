import Foundation

/// A BERT of two small layers with random weights and the words of the small corpus as vocabulary.
///
/// Its word vectors outweigh everything else, so its cosines are about those of bags of words:
/// enough for near-duplicates to be near.
enum TinyModel {
  static let hidden = 32
  private static let positions = 64

  /// - Parameters:
  ///   - seed: models of different seeds have different weights.
  ///   - hidden: an even number; the feed-forward part is half as wide again.
  static func write(to folder: URL, seed: UInt64 = 1, hidden: Int = hidden) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let words = try vocabulary()
    let configuration: [String: Any] = [
      "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu",
      "hidden_size": hidden, "intermediate_size": hidden * 3 / 2, "num_attention_heads": 2,
      "num_hidden_layers": 2, "max_position_embeddings": positions, "type_vocab_size": 2,
      "layer_norm_eps": 1e-12, "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1,
      "vocab_size": words.count, "pad_token_id": 0,
    ]
    try JSONSerialization.data(withJSONObject: configuration, options: [.sortedKeys])
      .write(to: folder.appendingPathComponent("config.json"))
    try Data((words.joined(separator: "\n") + "\n").utf8)
      .write(to: folder.appendingPathComponent("vocab.txt"))
    try Data(#"{"do_lower_case": true, "tokenizer_class": "BertTokenizer"}"#.utf8)
      .write(to: folder.appendingPathComponent("tokenizer_config.json"))
    try weights(vocabulary: words.count, hidden: hidden, seed: seed)
      .write(to: folder.appendingPathComponent("model.safetensors"))
  }

  /// The same tokenizer as a tokenizer.json, to which tokens can be added.
  static func writeTokenizer(to folder: URL) throws {
    let words = try vocabulary()
    let added = words.prefix(5).enumerated().map { number, word -> [String: Any] in
      [
        "id": number, "content": word, "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true,
      ]
    }
    func piece(_ kind: String, _ id: String) -> [String: Any] { [kind: ["id": id, "type_id": 0]] }
    let special = [("[CLS]", 2), ("[SEP]", 3)].map { name, id in
      (name, ["id": name, "ids": [id], "tokens": [name]] as [String: Any])
    }
    let around: ([[String: Any]]) -> [[String: Any]] = {
      [piece("SpecialToken", "[CLS]")] + $0 + [piece("SpecialToken", "[SEP]")]
    }
    let tokenizer: [String: Any] = [
      "version": "1.0", "added_tokens": added,
      "normalizer": [
        "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
        "strip_accents": NSNull(), "lowercase": true,
      ],
      "pre_tokenizer": ["type": "BertPreTokenizer"],
      "post_processor": [
        "type": "TemplateProcessing", "single": around([piece("Sequence", "A")]),
        "pair": around([piece("Sequence", "A"), piece("Sequence", "B")]),
        "special_tokens": Dictionary(uniqueKeysWithValues: special),
      ],
      "model": [
        "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
        "max_input_chars_per_word": 100,
        "vocab": Dictionary(uniqueKeysWithValues: zip(words, words.indices)),
      ],
    ]
    try JSONSerialization.data(withJSONObject: tokenizer, options: [.sortedKeys])
      .write(to: folder.appendingPathComponent("tokenizer.json"))
  }

  private static func vocabulary() throws -> [String] {
    let corpus = try String(contentsOf: Sandbox.corpus, encoding: .utf8).lowercased()
    let words = Set(corpus.split { !($0.isASCII && $0.isLetter) }.map(String.init))
      .filter { $0.count > 1 }
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789".map(String.init)
    let marks = "!\"#$%&'()*+,-./:;<=>?@[]_".map(String.init)
    return ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + marks + letters
      + letters.map { "##" + $0 } + words.sorted()
  }

  private static func weights(vocabulary: Int, hidden: Int, seed: UInt64) -> Data {
    let intermediate = hidden * 3 / 2
    var tensors: [(name: String, shape: [Int], scale: Float)] = [
      ("embeddings.word_embeddings.weight", [vocabulary, hidden], 1),
      ("embeddings.position_embeddings.weight", [positions, hidden], 0.02),
      ("embeddings.token_type_embeddings.weight", [2, hidden], 0.02),
    ]
    func norm(_ name: String) {
      tensors += [(name + ".weight", [hidden], 0), (name + ".bias", [hidden], 0.02)]
    }
    func linear(_ name: String, _ output: Int, _ input: Int) {
      tensors += [(name + ".weight", [output, input], 0.05), (name + ".bias", [output], 0.02)]
    }
    norm("embeddings.LayerNorm")
    for layer in 0..<2 {
      let prefix = "encoder.layer.\(layer)."
      for name in ["self.query", "self.key", "self.value", "output.dense"] {
        linear(prefix + "attention." + name, hidden, hidden)
      }
      norm(prefix + "attention.output.LayerNorm")
      linear(prefix + "intermediate.dense", intermediate, hidden)
      linear(prefix + "output.dense", hidden, intermediate)
      norm(prefix + "output.LayerNorm")
    }
    linear("pooler.dense", hidden, hidden)
    return safetensors(tensors, seed: seed)
  }

  /// The format, written anew rather than by the code under test: a little-endian length, a JSON
  /// header, the values. A scale of 0 stands for a norm's weight: all ones.
  private static func safetensors(
    _ tensors: [(name: String, shape: [Int], scale: Float)], seed: UInt64
  ) -> Data {
    var random = Random(state: seed)
    var header: [String: Any] = [:]
    var values = Data()
    for tensor in tensors {
      let count = tensor.shape.reduce(1, *)
      let floats = (0..<count).map { _ in tensor.scale == 0 ? 1 : tensor.scale * random.centered() }
      let start = values.count
      floats.withUnsafeBytes { values.append(contentsOf: $0) }
      header[tensor.name] =
        [
          "dtype": "F32", "shape": tensor.shape, "data_offsets": [start, values.count],
        ] as [String: Any]
    }
    var json = try! JSONSerialization.data(withJSONObject: header, options: [.sortedKeys])
    while json.count % 8 != 0 { json.append(0x20) }
    var data = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) }
    data += json
    data += values
    return data
  }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Random: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// About normal with variance 1: the sum of twelve uniform numbers less 6.
  mutating func centered() -> Float {
    (0..<12).reduce(-6) { sum, _ in sum + Float.random(in: 0..<1, using: &self) }
  }
}
