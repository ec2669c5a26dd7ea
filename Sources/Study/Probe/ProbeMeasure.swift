/// What is measured of the attention of a head, over the tokens of the texts as queries. The words in
/// the special tokens' rows do not count.
public enum AttentionMeasure: String, Codable, CodingKeyRepresentable, CaseIterable, Sendable {
  /// Mean entropy of the queries' probabilities, in nats.
  case entropy
  /// The entropies as a share of those of even attention, the logarithm of the number of keys in view.
  case entropyShare
  /// Attention mass on keys of a relation to the query, as a multiple of what even attention gives
  /// to as many keys; see ``TokenRelation``.
  case itself
  case special
  case sameToken
  case near
  case unrelated
  /// In the window that holds a text twice: share of the mass of the second copy's tokens on the same
  /// token of the first copy ("duplicate token heads": Wang et al., "Interpretability in the wild", 2023).
  case copy
  /// The same on the token after it ("induction heads": Olsson et al., "In-context learning and induction
  /// heads", 2022).
  case successor

  /// Of the relations, in the order of ``TokenRelation``.
  static let relations: [AttentionMeasure] = [.itself, .special, .sameToken, .near, .unrelated]
}

/// What is measured of the states of a layer: the mean over each text's tokens, special ones included.
public enum StateMeasure: String, Codable, CodingKeyRepresentable, CaseIterable, Sendable {
  /// See ``StateMatrix/effectiveRank(_:)``.
  case effectiveRank
  /// See ``StateMatrix/anisotropy(_:)``.
  case anisotropy
  /// See ``StateMatrix/uniformity(_:)``.
  case uniformity
  /// See ``StateMatrix/alignment(withinGroupsOf:)``, of paraphrase groups.
  case paraphraseAlignment
  /// ``AlignmentKernel/alignment(_:)`` with the layer before.
  case alignmentWithPrevious
  /// Mean of 1 − cosine between a text's state and that of the window that holds it twice.
  case repetitionShift
}
