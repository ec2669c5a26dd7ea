/// What a network ends in.
package enum HeadKind: Sendable {
  /// Outputs for each sequence, as the family's class for sequences has them.
  case sequences
  /// Outputs for each token.
  case tokens
  /// The sentence's vector itself, pooled as the folder says.
  case vectors

  /// The family's class in transformers.
  package func className(_ configuration: ModelConfiguration) -> String {
    let suffix =
      switch self {
      case .sequences: "ForSequenceClassification"
      case .tokens: "ForTokenClassification"
      case .vectors: "Model"
      }
    return configuration.architecture.classPrefix + suffix
  }

  /// PEFT's name of what the head does.
  package var adapterTask: String {
    switch self {
    case .sequences: "SEQ_CLS"
    case .tokens: "TOKEN_CLS"
    case .vectors: "FEATURE_EXTRACTION"
    }
  }

  /// The layers of the family's class; nil where there are none.
  func plan(_ architecture: EncoderArchitecture) -> EncoderArchitecture.ClassificationHead? {
    switch self {
    case .sequences: architecture.classificationHead
    case .tokens: architecture.tokenHead
    case .vectors: nil
    }
  }
}
