import Files

/// What a network ends in.
package enum HeadKind: Hashable, Sendable {
  /// Outputs for each sequence, as the family's class for sequences has them.
  case sequences
  /// Outputs for each token.
  case tokens
  /// Outputs for each sequence from the states at tokens of these ids, one after the other: "entity start" of
  /// Baldini Soares et al., "Matching the Blanks", ACL 2019, section 3.2. None of transformers' classes has it.
  case entities(starts: [Int32])
  /// Two outputs for each token, to be the first and the last of an answer.
  case spans
  /// The sentence's vector itself, pooled as the folder says.
  case vectors
  /// The states of all tokens as they are.
  case states

  /// The family's class in transformers.
  package func className(_ configuration: ModelConfiguration) -> String {
    let suffix =
      switch self {
      case .sequences: "ForSequenceClassification"
      case .tokens: "ForTokenClassification"
      case .spans: "ForQuestionAnswering"
      case .entities, .vectors, .states: "Model"
      }
    return configuration.architecture.classPrefix + suffix
  }

  /// States that the first layer takes of a sequence or token.
  package var states: Int { if case .entities(let starts) = self { starts.count } else { 1 } }

  /// PEFT's name of what the head does; nil where PEFT cannot open the adapters, for they stand beside a model
  /// that has other tokens.
  package var adapterTask: String? {
    switch self {
    case .sequences: "SEQ_CLS"
    case .tokens: "TOKEN_CLS"
    case .spans: "QUESTION_ANS"
    case .vectors, .states: "FEATURE_EXTRACTION"
    case .entities: nil
    }
  }

  /// - Throws: `FileError` if transformers has no such class of the family.
  func checkHasPlan(_ folder: ModelFolder) throws {
    let architecture = folder.configuration.architecture
    guard self != .vectors, self != .states, plan(architecture) == nil else { return }
    throw FileError(
      place: folder.url.path, expected: "a family with a class for question answering",
      found: "\"\(architecture.type)\", which has none in transformers",
      advice: "train a model of another family")
  }

  /// The layers of the family's class; nil where there are none.
  func plan(_ architecture: EncoderArchitecture) -> EncoderArchitecture.ClassificationHead? {
    switch self {
    case .sequences: architecture.classificationHead
    case .tokens: architecture.tokenHead
    case .entities: .entities
    case .spans: architecture.spanHead
    case .vectors, .states: nil
    }
  }
}
