/// What distinguishes one family of encoders from the next: the names of its weights and how it
/// counts positions. The block itself (attention, residual, norm, feed-forward) is one description.
///
/// In a name, `#` stands for the layer's number.
public struct EncoderArchitecture: Sendable {
  /// `model_type` in `config.json`.
  public let type: String
  /// A model saved with a head has its encoder's names below this.
  let prefix: String
  /// Rows of the position table before the first position.
  let positionOffset: Int
  let wordEmbeddings: String
  let positionEmbeddings: String
  let tokenTypeEmbeddings: String
  let embeddingNorm: String
  let query: String
  let key: String
  let value: String
  let attentionOutput: String
  let attentionNorm: String
  let intermediate: String
  let output: String
  let outputNorm: String
  let pooler: String

  static let bert = EncoderArchitecture(
    type: "bert",
    prefix: "bert.",
    positionOffset: 0,
    wordEmbeddings: "embeddings.word_embeddings",
    positionEmbeddings: "embeddings.position_embeddings",
    tokenTypeEmbeddings: "embeddings.token_type_embeddings",
    embeddingNorm: "embeddings.LayerNorm",
    query: "encoder.layer.#.attention.self.query",
    key: "encoder.layer.#.attention.self.key",
    value: "encoder.layer.#.attention.self.value",
    attentionOutput: "encoder.layer.#.attention.output.dense",
    attentionNorm: "encoder.layer.#.attention.output.LayerNorm",
    intermediate: "encoder.layer.#.intermediate.dense",
    output: "encoder.layer.#.output.dense",
    outputNorm: "encoder.layer.#.output.LayerNorm",
    pooler: "pooler.dense")

  private static let all = [bert]

  static func named(_ type: String) -> EncoderArchitecture? { all.first { $0.type == type } }

  /// The types we run, for messages.
  static var supported: String { all.map { "\"\($0.type)\"" }.joined(separator: " or ") }
}
