/// What distinguishes one family of encoders from the next, as data: how its `config.json` and its
/// weights name things, how it counts positions, and which settings of the one block it has.
///
/// The block itself (attention, feed-forward, each with a residual and a norm) is one description:
/// ``FloatingLayer`` and ``IntegerLayer`` run any of these. In a weight's name, `#` stands for the
/// layer's number.
package struct EncoderArchitecture: Sendable {
  /// How tokens know where they are.
  enum Positions: Sendable {
    /// A row of a learned table for each position.
    case table
    /// The same, after the rows up to the padding token's id, which is in `field` (or is 1): the
    /// padding token itself always takes the row of its id, and is not counted.
    case tableAfterPadding(field: String?)
    /// Queries and keys are rotated; `local` is for layers that see a window alone.
    case rotary(global: Rotary, local: Rotary?)
  }

  /// Where the base of rotary positions is found.
  struct Rotary: Sendable {
    /// The base where the file names none.
    let base: Double
    /// Its name in older files.
    let field: String
    /// Its place in `rope_parameters` of newer ones; directly in there if nil.
    let key: String?
  }

  /// Whether something is there.
  enum Presence: Sendable {
    case always
    case never
    /// As a field of `config.json` says, false if absent.
    case field(String)
  }

  /// A field that must be absent, null or one of the values (as written in JSON): others change
  /// what the encoder computes to something that we do not.
  struct Requirement: Sendable {
    let field: String
    let values: [String]
    init(_ field: String, _ values: String...) {
      self.field = field
      self.values = values
    }
  }

  /// How transformers' class for sequences comes from states to logits: the first token's state
  /// through these layers, the last of which gives the logits.
  struct ClassificationHead: Sendable {
    struct Layer: Sendable {
      /// As stored, the family's prefix included where it has it.
      let name: String
      var nonlinearity = Nonlinearity.identity
      var bias = Presence.always
      /// Normalizes the layer's output.
      var norm: String?
    }

    enum Nonlinearity: Sendable {
      case identity
      case tanh
      case relu
      /// As a field of `config.json` names it, GELU if absent.
      case field(String)
    }

    var layers: [Layer]
    /// A field that says whether the mean of the states is taken instead of the first.
    var poolingField: String?
    /// Whether dropout comes before the first layer too, in training.
    var dropsInput = false
    /// A field with the dropout's probability, and what that is where the field is absent; that of classifiers
    /// if nil.
    var dropout: (field: String, standard: Double)?

    /// One layer on the states at two entities, the same in every family.
    static let entities = Self(layers: [.init(name: "classifier")], dropsInput: true)
  }

  enum NormPlacement: Sendable {
    /// After the residual sum, as in BERT; the layer's output is normalized.
    case after
    /// Before the products, on the branch alone; a last norm follows the last layer.
    case before
  }

  /// `model_type` in `config.json`.
  package var type: String
  /// What the names of its classes in transformers begin with: `Bert` in `BertForSequenceClassification`.
  var classPrefix: String
  /// A model saved with a head has its encoder's names below this.
  var prefix: String

  /// What the file calls a field that BERT's calls by the key; BERT's own name counts too.
  var fields: [String: [String]] = [:]
  var requirements: [Requirement] = [
    Requirement("position_embedding_type", "\"absolute\""), Requirement("is_decoder", "false"),
    Requirement("add_cross_attention", "false"),
  ]
  /// Where the file says nothing.
  var defaultEpsilon = 1e-12
  var defaultActivation = "gelu"
  var defaultDropout = 0.1

  var positions = Positions.table
  /// A learned bias on scores by distance, in T5's buckets.
  var relativeBias: String?
  var normPlacement = NormPlacement.after
  /// Whether the activation is multiplied by a second product.
  var isGated = false
  var attentionBias = Presence.always
  var feedForwardBias = Presence.always
  var normBias = Presence.always

  var wordEmbeddings = "embeddings.word_embeddings"
  var positionEmbeddings = "embeddings.position_embeddings"
  /// Nil where the family has none.
  var tokenTypeEmbeddings: String? = "embeddings.token_type_embeddings"
  var embeddingNorm = "embeddings.LayerNorm"
  /// Query, key and value, or the one tensor that holds them in this order.
  var projections = [
    "encoder.layer.#.attention.self.query", "encoder.layer.#.attention.self.key",
    "encoder.layer.#.attention.self.value",
  ]
  var attentionOutput = "encoder.layer.#.attention.output.dense"
  var attentionNorm = "encoder.layer.#.attention.output.LayerNorm"
  /// Whether the first layer lacks its attention norm (the embeddings' norm has just been).
  var skipsFirstNorm = false
  /// What the activation takes, and in a gated block its multiplier, or one tensor of both.
  var intermediate = ["encoder.layer.#.intermediate.dense"]
  var output = "encoder.layer.#.output.dense"
  var feedForwardNorm = "encoder.layer.#.output.LayerNorm"
  /// After the last layer, where norms come before.
  var finalNorm: String?
  var pooler: String? = "pooler.dense"
  var classificationHead: ClassificationHead
  /// The same of transformers' class for question answering, from each state; nil where it has none.
  var spanHead: ClassificationHead? = ClassificationHead(layers: [.init(name: "qa_outputs")])
  /// The same of transformers' class for tokens, from each state.
  var tokenHead = ClassificationHead(layers: [.init(name: "classifier")], dropsInput: true)

  static func named(_ type: String) -> EncoderArchitecture? { all.first { $0.type == type } }

  /// The types we run, for messages.
  static var supported: String { all.map { "\"\($0.type)\"" }.joined(separator: ", ") }

  /// Classes for tokens and for question answering that end as the one for sequences does.
  mutating func endTokensAsSequences() {
    tokenHead = classificationHead
    tokenHead.poolingField = nil
    spanHead = tokenHead
  }

  func with(_ change: (inout EncoderArchitecture) -> Void) -> EncoderArchitecture {
    var copy = self
    change(&copy)
    return copy
  }
}
