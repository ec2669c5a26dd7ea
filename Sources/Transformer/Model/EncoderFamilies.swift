extension EncoderArchitecture {
  static let all = [
    bert, distilBERT, roberta, xlmRoberta, camembert, mpnet, modernBERT, nomicBERT,
  ]

  /// Devlin et al., arXiv 1810.04805.
  static let bert = EncoderArchitecture(
    type: "bert", classPrefix: "Bert", prefix: "bert.",
    classificationHead: ClassificationHead(layers: [
      .init(name: "bert.pooler.dense", nonlinearity: .tanh), .init(name: "classifier"),
    ]))

  /// Sanh et al., arXiv 1910.01108.
  static let distilBERT = EncoderArchitecture(
    type: "distilbert", classPrefix: "DistilBert", prefix: "distilbert.",
    classificationHead: ClassificationHead(layers: [
      .init(name: "pre_classifier", nonlinearity: .relu), .init(name: "classifier"),
    ])
  ).with {
    $0.fields = [
      "hidden_size": ["dim"], "num_hidden_layers": ["n_layers"],
      "num_attention_heads": ["n_heads"], "intermediate_size": ["hidden_dim"],
      "hidden_act": ["activation"], "hidden_dropout_prob": ["dropout"],
      "attention_probs_dropout_prob": ["attention_dropout"],
      "classifier_dropout": ["seq_classif_dropout"],
    ]
    $0.tokenTypeEmbeddings = nil
    let layer = "transformer.layer.#."
    $0.projections = ["q", "k", "v"].map { layer + "attention.\($0)_lin" }
    $0.attentionOutput = layer + "attention.out_lin"
    $0.attentionNorm = layer + "sa_layer_norm"
    $0.intermediate = [layer + "ffn.lin1"]
    $0.output = layer + "ffn.lin2"
    $0.feedForwardNorm = layer + "output_layer_norm"
    $0.spanHead?.dropsInput = true
    $0.spanHead?.dropout = ("qa_dropout", 0.1)
    $0.pooler = nil
  }

  private static let denseHead = ClassificationHead(
    layers: [
      .init(name: "classifier.dense", nonlinearity: .tanh), .init(name: "classifier.out_proj"),
    ], dropsInput: true)

  /// Liu et al., arXiv 1907.11692.
  static let roberta = bert.with {
    $0.type = "roberta"
    $0.classPrefix = "Roberta"
    $0.prefix = "roberta."
    $0.classificationHead = denseHead
    $0.positions = .tableAfterPadding(field: "pad_token_id")
  }

  /// Conneau et al., arXiv 1911.02116.
  static let xlmRoberta = roberta.with {
    $0.type = "xlm-roberta"
    $0.classPrefix = "XLMRoberta"
  }

  /// Martin et al., arXiv 1911.03894.
  static let camembert = roberta.with {
    $0.type = "camembert"
    $0.classPrefix = "Camembert"
  }

  /// Song et al., arXiv 2004.09297.
  static let mpnet = EncoderArchitecture(
    type: "mpnet", classPrefix: "MPNet", prefix: "mpnet.", classificationHead: denseHead
  ).with {
    $0.requirements.append(Requirement("relative_attention_num_buckets", "32"))
    $0.positions = .tableAfterPadding(field: nil)
    $0.relativeBias = "encoder.relative_attention_bias"
    $0.tokenTypeEmbeddings = nil
    $0.projections = ["q", "k", "v"].map { "encoder.layer.#.attention.attn.\($0)" }
    $0.attentionOutput = "encoder.layer.#.attention.attn.o"
    $0.attentionNorm = "encoder.layer.#.attention.LayerNorm"
  }

  /// Warner et al., arXiv 2412.13663.
  static let modernBERT = EncoderArchitecture(
    type: "modernbert", classPrefix: "ModernBert", prefix: "model.",
    classificationHead: ClassificationHead(
      layers: [
        .init(
          name: "head.dense", nonlinearity: .field("classifier_activation"),
          bias: .field("classifier_bias"), norm: "head.norm"), .init(name: "classifier"),
      ], poolingField: "classifier_pooling")
  ).with {
    $0.fields = [
      "layer_norm_eps": ["norm_eps"], "hidden_act": ["hidden_activation"],
      "hidden_dropout_prob": ["mlp_dropout"], "attention_probs_dropout_prob": ["attention_dropout"],
    ]
    // Its files on the Hub name a position_embedding_type that nothing reads.
    $0.requirements = [Requirement("is_decoder", "false"), Requirement("rope_scaling")]
    $0.defaultEpsilon = 1e-5
    $0.defaultDropout = 0
    $0.positions = .rotary(
      global: Rotary(base: 160_000, field: "global_rope_theta", key: "full_attention"),
      local: Rotary(base: 10_000, field: "local_rope_theta", key: "sliding_attention"))
    $0.normPlacement = .before
    $0.isGated = true
    $0.attentionBias = .field("attention_bias")
    $0.feedForwardBias = .field("mlp_bias")
    $0.normBias = .field("norm_bias")
    $0.wordEmbeddings = "embeddings.tok_embeddings"
    $0.tokenTypeEmbeddings = nil
    $0.embeddingNorm = "embeddings.norm"
    $0.projections = ["layers.#.attn.Wqkv"]
    $0.attentionOutput = "layers.#.attn.Wo"
    $0.attentionNorm = "layers.#.attn_norm"
    $0.skipsFirstNorm = true
    $0.intermediate = ["layers.#.mlp.Wi"]
    $0.output = "layers.#.mlp.Wo"
    $0.feedForwardNorm = "layers.#.mlp_norm"
    $0.finalNorm = "final_norm"
    $0.endTokensAsSequences()
    $0.pooler = nil
  }

  /// Nussbaum et al., arXiv 2402.01613.
  static let nomicBERT = EncoderArchitecture(
    type: "nomic_bert", classPrefix: "NomicBert", prefix: "nomic_bert.",
    classificationHead: ClassificationHead(layers: [
      .init(name: "nomic_bert.pooler.dense", nonlinearity: .tanh), .init(name: "classifier"),
    ])
  ).with {
    $0.fields = [
      "hidden_size": ["n_embd"], "num_hidden_layers": ["n_layer"],
      "num_attention_heads": ["n_head"], "intermediate_size": ["n_inner"],
      "max_position_embeddings": ["max_trained_positions", "n_positions"],
      "hidden_act": ["activation_function"], "layer_norm_eps": ["layer_norm_epsilon"],
      "hidden_dropout_prob": ["resid_pdrop"], "attention_probs_dropout_prob": ["attn_pdrop"],
    ]
    $0.requirements = [
      Requirement("activation_function", "\"swiglu\"", "\"geglu\""), Requirement("causal", "false"),
      Requirement("rotary_emb_fraction", "1", "1.0"),
      Requirement("rotary_emb_interleaved", "false"), Requirement("rotary_emb_scale_base"),
      Requirement("qkv_proj_bias", "false"), Requirement("mlp_fc1_bias", "false"),
      Requirement("mlp_fc2_bias", "false"), Requirement("prenorm", "false"),
      Requirement("parallel_block", "false"), Requirement("use_rms_norm", "false"),
      Requirement("moe_every_n_layers", "0"), Requirement("num_experts", "0"),
      Requirement("scale_attn_weights", "true"), Requirement("rope_scaling"),
      Requirement("scale_attn_by_inverse_layer_idx", "false"),
    ]
    $0.defaultActivation = "silu"
    $0.defaultDropout = 0
    $0.positions = .rotary(
      global: Rotary(base: 1000, field: "rotary_emb_base", key: nil), local: nil)
    $0.isGated = true
    $0.attentionBias = .never
    $0.feedForwardBias = .never
    $0.embeddingNorm = "emb_ln"
    $0.projections = ["encoder.layers.#.attn.Wqkv"]
    $0.attentionOutput = "encoder.layers.#.attn.out_proj"
    $0.attentionNorm = "encoder.layers.#.norm1"
    $0.intermediate = ["encoder.layers.#.mlp.fc12", "encoder.layers.#.mlp.fc11"]
    $0.output = "encoder.layers.#.mlp.fc2"
    $0.feedForwardNorm = "encoder.layers.#.norm2"
    $0.spanHead = nil
  }
}
