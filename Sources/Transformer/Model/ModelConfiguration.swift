import Foundation

/// An encoder's dimensions and settings, from a Hugging Face `config.json`.
public struct ModelConfiguration: Sendable {
  /// The nonlinearity between the two feed-forward products.
  public enum Activation: Sendable {
    /// x Φ(x), with the error function.
    case gelu
    /// The tanh approximation of GELU.
    case geluTanh
    case relu
  }

  /// How weights are named and positions counted; follows from `model_type`.
  public let architecture: EncoderArchitecture
  /// Length of a token's vector.
  public let hiddenSize: Int
  public let layers: Int
  /// Attention heads; they divide ``hiddenSize``.
  public let heads: Int
  /// Width of the feed-forward part.
  public let intermediateSize: Int
  public let vocabularySize: Int
  /// Longest sequence in tokens, special tokens included.
  public let maximumPositions: Int
  public let tokenTypes: Int
  public let layerNormEpsilon: Float
  public let activation: Activation
  public let hiddenDropout: Float
  public let attentionDropout: Float
  /// Dropout before a classification head; ``hiddenDropout`` unless the file says otherwise.
  public let classifierDropout: Float
  /// `architectures`, for instance `["BertForSequenceClassification"]`.
  public let classNames: [String]
  /// `id2label` in the order of the ids; empty where there is none.
  public let labels: [String]
  /// The file itself: fields we do not know survive a rewrite.
  let json: Data

  public var headSize: Int { hiddenSize / heads }

  /// - Throws: ``ModelError`` if the file is missing or not JSON, a field is missing or out of
  ///   range, or the architecture is not one we run.
  public init(contentsOf url: URL) throws {
    try self.init(json: ModelFolder.contents(of: url), place: url.path)
  }

  /// `json` as in `config.json`; `place` names it in errors.
  public init(json: Data, place: String) throws {
    let fields: Fields = try ModelFolder.decode(json, place: place)
    let reader = FieldReader(place: place)
    self.json = json
    guard let type = fields.modelType else { throw reader.missing("model_type") }
    guard let architecture = EncoderArchitecture.named(type) else {
      throw ModelError(
        place: place, expected: "model_type \(EncoderArchitecture.supported)",
        found: "\"\(type)\"", advice: "simcurate model inspect FOLDER says what is supported")
    }
    self.architecture = architecture
    hiddenSize = try reader.size("hidden_size", fields.hiddenSize, limit: 1 << 15)
    layers = try reader.size("num_hidden_layers", fields.numHiddenLayers, limit: 1 << 10)
    heads = try reader.size("num_attention_heads", fields.numAttentionHeads, limit: 1 << 10)
    intermediateSize = try reader.size(
      "intermediate_size", fields.intermediateSize, limit: 1 << 18)
    vocabularySize = try reader.size("vocab_size", fields.vocabSize, limit: 1 << 24)
    let positions = try reader.size(
      "max_position_embeddings", fields.maxPositionEmbeddings, limit: 1 << 20)
    tokenTypes = try reader.size("type_vocab_size", fields.typeVocabSize ?? 2, limit: 1 << 10)
    guard hiddenSize % heads == 0 else {
      throw ModelError(
        place: place, expected: "hidden_size divisible by num_attention_heads \(heads)",
        found: "\(hiddenSize)")
    }
    maximumPositions = positions - architecture.positionOffset
    guard maximumPositions > 0 else {
      throw ModelError(
        place: place, expected: "max_position_embeddings above \(architecture.positionOffset)",
        found: "\(positions)")
    }
    layerNormEpsilon = try reader.fraction("layer_norm_eps", fields.layerNormEps ?? 1e-12)
    hiddenDropout = try reader.fraction("hidden_dropout_prob", fields.hiddenDropoutProb ?? 0.1)
    attentionDropout = try reader.fraction(
      "attention_probs_dropout_prob", fields.attentionProbsDropoutProb ?? 0.1)
    classifierDropout = try reader.fraction(
      "classifier_dropout", fields.classifierDropout ?? Double(hiddenDropout))
    activation = try reader.activation(fields.hiddenAct ?? "gelu")
    try reader.require(
      "position_embedding_type", fields.positionEmbeddingType ?? "absolute", "absolute")
    classNames = fields.architectures ?? []
    labels = try reader.labels(fields.id2label ?? [:])
  }

  private struct Fields: Decodable {
    var modelType: String?
    var hiddenSize: Int?
    var numHiddenLayers: Int?
    var numAttentionHeads: Int?
    var intermediateSize: Int?
    var vocabSize: Int?
    var maxPositionEmbeddings: Int?
    var typeVocabSize: Int?
    var layerNormEps: Double?
    var hiddenDropoutProb: Double?
    var attentionProbsDropoutProb: Double?
    var classifierDropout: Double?
    var hiddenAct: String?
    var positionEmbeddingType: String?
    var architectures: [String]?
    var id2label: [String: String]?
  }

  /// This configuration's JSON with the class and labels of a fine-tuned model in it.
  ///
  /// - Parameter labels: in the order of the ids; left as they are if `nil`.
  public func json(className: String, labels: [String]?) throws -> Data {
    guard var fields = try JSONSerialization.jsonObject(with: json) as? [String: Any] else {
      preconditionFailure("a configuration that was read is a JSON object")
    }
    fields["architectures"] = [className]
    if let labels {
      fields["id2label"] = Dictionary(
        uniqueKeysWithValues: labels.enumerated().map { ("\($0.offset)", $0.element) })
      fields["label2id"] = Dictionary(
        labels.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first }
      )
    }
    return try JSONSerialization.data(
      withJSONObject: fields, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
  }
}

/// Turns optional fields into checked values, or errors that name the field.
private struct FieldReader {
  let place: String

  func missing(_ field: String) -> ModelError {
    ModelError(place: place, expected: "a field \"\(field)\"", found: "none")
  }

  func size(_ field: String, _ value: Int?, limit: Int) throws -> Int {
    guard let value else { throw missing(field) }
    guard (1...limit).contains(value) else {
      throw ModelError(place: place, expected: "\(field) in 1...\(limit)", found: "\(value)")
    }
    return value
  }

  func fraction(_ field: String, _ value: Double) throws -> Float {
    guard value >= 0, value < 1 else {
      throw ModelError(place: place, expected: "\(field) in 0..<1", found: "\(value)")
    }
    return Float(value)
  }

  func require(_ field: String, _ value: String, _ expected: String) throws {
    guard value == expected else {
      throw ModelError(place: place, expected: "\(field) \"\(expected)\"", found: "\"\(value)\"")
    }
  }

  func activation(_ name: String) throws -> ModelConfiguration.Activation {
    switch name {
    case "gelu": .gelu
    case "gelu_new", "gelu_pytorch_tanh": .geluTanh
    case "relu": .relu
    default:
      throw ModelError(
        place: place, expected: "hidden_act gelu, gelu_new or relu", found: "\"\(name)\"")
    }
  }

  func labels(_ names: [String: String]) throws -> [String] {
    try (0..<names.count).map { id in
      guard let label = names["\(id)"] else {
        throw ModelError(
          place: place, expected: "id2label for each id below \(names.count)",
          found: "none for \(id)")
      }
      return label
    }
  }
}
