import Files
import Foundation
import Kernels

/// An encoder's dimensions and settings, from a Hugging Face `config.json`.
public struct ModelConfiguration: Sendable {
  /// What attention in one layer has beside its weights.
  struct LayerAttention: Sendable {
    /// A query sees keys at this distance or less; all if nil.
    var window: Int?
    /// The base of rotary positions; no rotation if nil.
    var rotaryBase: Double?
  }

  /// How weights are named and positions counted; follows from `model_type`.
  package let architecture: EncoderArchitecture
  /// Length of a token's vector.
  public let hiddenSize: Int
  /// Of the encoder.
  public let layers: Int
  /// Attention heads; they divide ``hiddenSize``.
  public let heads: Int
  /// Width of the feed-forward part.
  public let intermediateSize: Int
  /// Rows of the table of word embeddings: every token id is below.
  public let vocabularySize: Int
  /// Longest sequence in tokens, special tokens included.
  public let maximumPositions: Int
  /// Rows of the table of types, which tell the texts of a pair apart.
  public let tokenTypes: Int
  /// The padding token's id, where positions are counted after it; see ``positionOffset``.
  let positionPadding: Int?
  /// For each layer.
  let attention: [LayerAttention]
  let hasAttentionBias: Bool
  let hasFeedForwardBias: Bool
  let hasNormBias: Bool
  /// Added to the variance in every normalization.
  public let layerNormEpsilon: Float
  /// The nonlinearity in the feed-forward part.
  package let activation: Activation
  /// In training, on embeddings and on what the parts of a layer put out.
  public let hiddenDropout: Float
  /// In training, on the probabilities of attention.
  public let attentionDropout: Float
  /// Dropout before a classification head; ``hiddenDropout`` unless the file says otherwise.
  public let classifierDropout: Float
  /// `architectures`, for instance `["BertForSequenceClassification"]`.
  public let classNames: [String]
  /// `id2label` in the order of the ids; empty where there is none.
  public let labels: [String]
  /// `entity_markers` of a model for relations: the tokens before and after each of two entities. Its head reads
  /// the states at the first and the third; empty in all other models.
  public let entityMarkers: [String]
  /// The file itself: fields we do not know survive a rewrite.
  let json: Data

  /// `model_type`: the family.
  public var modelType: String { architecture.type }

  /// Numbers of a state that one attention head sees.
  public var headSize: Int { hiddenSize / heads }

  /// Rows of the position table before the first position.
  var positionOffset: Int { positionPadding.map { $0 + 1 } ?? 0 }

  /// - Throws: `FileError` if the file is missing or not JSON, a field is missing or out of
  ///   range, or the architecture is not one we run.
  public init(contentsOf url: URL) throws {
    try self.init(json: ModelFolder.contents(of: url), place: url.path)
  }

  /// `json` as in `config.json`; `place` names it in errors.
  public init(json: Data, place: String) throws {
    self.json = json
    var fields = try ConfigurationFields(json: json, place: place)
    guard let type = try fields.string("model_type") else { throw fields.missing("model_type") }
    guard let architecture = EncoderArchitecture.named(type) else {
      throw FileError(
        place: place, expected: "model_type \(EncoderArchitecture.supported)",
        found: "\"\(type)\"", advice: "use an encoder of one of these families")
    }
    self.architecture = architecture
    fields.names = architecture.fields
    for requirement in architecture.requirements { try fields.check(requirement) }
    hiddenSize = try fields.size("hidden_size", limit: 1 << 15)
    layers = try fields.size("num_hidden_layers", limit: 1 << 10)
    heads = try fields.size("num_attention_heads", limit: 1 << 10)
    intermediateSize = try fields.size("intermediate_size", limit: 1 << 18)
    vocabularySize = try fields.size("vocab_size", limit: 1 << 24)
    tokenTypes = try fields.size("type_vocab_size", limit: 1 << 10, default: 2)
    try Self.checkHeads(fields, hidden: hiddenSize, heads: heads, architecture)
    let positions = try fields.size("max_position_embeddings", limit: 1 << 20)
    positionPadding = try fields.positionPadding(architecture.positions)
    maximumPositions = positions - (positionPadding.map { $0 + 1 } ?? 0)
    guard maximumPositions > 0 else {
      throw FileError(
        place: place, expected: "max_position_embeddings above the padding token's id",
        found: "\(positions)")
    }
    attention = try fields.attention(architecture.positions, layers: layers)
    hasAttentionBias = try fields.isPresent(architecture.attentionBias)
    hasFeedForwardBias = try fields.isPresent(architecture.feedForwardBias)
    hasNormBias = try fields.isPresent(architecture.normBias)
    layerNormEpsilon = try fields.fraction(
      "layer_norm_eps", default: architecture.defaultEpsilon)
    let dropout = architecture.defaultDropout
    hiddenDropout = try fields.fraction("hidden_dropout_prob", default: dropout)
    attentionDropout = try fields.fraction("attention_probs_dropout_prob", default: dropout)
    classifierDropout = try fields.fraction(
      "classifier_dropout", default: Double(hiddenDropout))
    activation = try fields.activation(architecture)
    classNames = try fields.strings("architectures") ?? []
    labels = try fields.labels("id2label")
    entityMarkers = try fields.strings("entity_markers") ?? []
  }

  private static func checkHeads(
    _ fields: ConfigurationFields, hidden: Int, heads: Int, _ architecture: EncoderArchitecture
  ) throws {
    guard hidden % heads == 0 else {
      throw FileError(
        place: fields.place, expected: "hidden_size divisible by num_attention_heads \(heads)",
        found: "\(hidden)")
    }
    let size = try fields.integer("head_dim", in: 1...(1 << 15)) ?? hidden / heads
    guard size == hidden / heads else {
      throw FileError(
        place: fields.place, expected: "head_dim \(hidden / heads), hidden_size over heads",
        found: "\(size)")
    }
    if case .rotary = architecture.positions, size % 2 != 0 {
      throw FileError(
        place: fields.place, expected: "an even head size for rotary positions", found: "\(size)")
    }
  }

  /// What Python is to do with a model that none of transformers' classes is for.
  private static let entityHead =
    "logits = classifier.weight @ concat(last_hidden_state at <e1>, at <e2>) + classifier.bias; both tensors "
    + "stand in model.safetensors beside the encoder that AutoModel opens"

  /// This configuration's JSON with the class and labels of a fine-tuned model in it.
  ///
  /// - Parameters:
  ///   - labels: in the order of the ids; left as they are if `nil`.
  ///   - problem: what the labels' logits mean; nil for what no file needs to say, one label of several.
  ///   - entityMarkers: see ``entityMarkers``.
  public func json(
    className: String, labels: [String]?, problem: ClassificationProblem? = nil,
    entityMarkers: [String] = []
  ) throws -> Data {
    try json { fields in
      fields["architectures"] = [className]
      fields["entity_markers"] = entityMarkers.isEmpty ? nil : entityMarkers
      fields["entity_head"] = entityMarkers.isEmpty ? nil : Self.entityHead
      guard let labels else { return }
      // Whatever the labels meant to another head.
      fields["problem_type"] = problem?.rawValue
      fields["id2label"] = Dictionary(
        uniqueKeysWithValues: labels.enumerated().map { ("\($0.offset)", $0.element) })
      fields["label2id"] = Dictionary(
        labels.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first }
      )
    }
  }

  /// This configuration's JSON after `change`.
  func json(changing change: (inout [String: Any]) -> Void) throws -> Data {
    guard var fields = try JSONSerialization.jsonObject(with: json) as? [String: Any] else {
      preconditionFailure("a configuration that was read is a JSON object")
    }
    change(&fields)
    return try SortedJSON.data(fields: fields)
  }
}
