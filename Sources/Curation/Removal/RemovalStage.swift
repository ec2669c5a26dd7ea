/// The ways in which two records can be the same, cheap to dear.
public enum RemovalStage: String, CaseIterable, Codable, CodingKeyRepresentable, Comparable,
  Sendable
{
  /// Equal bytes.
  case exact
  /// Equal after normalization.
  case normalized
  /// Many shared n-grams: Jaccard index at or above a threshold.
  case lexical
  /// Nearly all n-grams of the shorter text are in the longer: containment at or above a threshold.
  case containment
  /// Near in meaning: cosine of the vectors at or above a threshold.
  case semantic

  /// The order of the cases.
  public static func < (left: Self, right: Self) -> Bool { left.cost < right.cost }

  private var cost: Int {
    switch self {
    case .exact: 0
    case .normalized: 1
    case .lexical: 2
    case .containment: 3
    case .semantic: 4
    }
  }
}

/// Which pairs count as the same at one stage.
public struct StageRelation: Sendable {
  package enum Relation: Sendable {
    /// Rows of one group are the same, with score 1.
    case groups(HashGroups)
    /// Distinct texts joined by a pair at or above the threshold are the same. The vertices are the
    /// groups of ``GreedyRemoval/texts``, not rows: a text that occurs often is joined once.
    case pairs(PairGraph, threshold: Float)
  }

  package let stage: RemovalStage
  package let relation: Relation

  /// Equal bytes. Where this stage is not run, equal texts are the same at the first stage that is.
  public static func exact(_ texts: HashGroups) -> Self {
    Self(stage: .exact, relation: .groups(texts))
  }

  /// Equal after normalization.
  public static func normalized(_ groups: HashGroups) -> Self {
    Self(stage: .normalized, relation: .groups(groups))
  }

  /// Jaccard index at or above `threshold`.
  public static func lexical(_ pairs: PairGraph, threshold: Float) -> Self {
    Self(stage: .lexical, relation: .pairs(pairs, threshold: threshold))
  }

  /// Containment at or above `threshold`.
  public static func containment(_ pairs: PairGraph, threshold: Float) -> Self {
    Self(stage: .containment, relation: .pairs(pairs, threshold: threshold))
  }

  /// Cosine at or above `threshold`.
  public static func semantic(_ pairs: PairGraph, threshold: Float) -> Self {
    Self(stage: .semantic, relation: .pairs(pairs, threshold: threshold))
  }

  /// The score a pair must reach: 1 for a relation of groups.
  public var threshold: Float {
    switch relation {
    case .groups: 1
    case .pairs(_, let threshold): threshold
    }
  }
}
