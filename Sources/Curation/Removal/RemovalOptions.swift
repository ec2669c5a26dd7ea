/// Which records are compared, and what becomes of near-duplicates with different labels.
public struct RemovalOptions: Sendable {
  /// Which pairs can remove a record.
  public enum Scope: String, CaseIterable, Codable, Sendable {
    /// Every pair except two protected records.
    case all
    /// Only a pair with a reference record: clean the training data of what leaks from a test set,
    /// and leave repetition within the training data alone.
    case leakage
  }

  /// What to do with a pair at or above the threshold whose labels differ. It is always reported.
  public enum ConflictPolicy: String, CaseIterable, Codable, Sendable {
    /// Neither removes the other.
    case keepBoth
    /// The labels make no difference to the removal.
    case ignore
    /// Every unprotected record of such a pair goes.
    case dropBoth
    /// A record goes when its label is strictly rarer than another among the record and all that
    /// are the same as it; at a tie neither removes the other.
    case majority
  }

  /// Which records are compared.
  public var scope: Scope
  /// What becomes of near texts with different labels.
  public var conflicts: ConflictPolicy
  /// The stages at which guards are asked.
  public var guardedStages: Set<RemovalStage>

  /// Each parameter is the property of that name.
  public init(
    scope: Scope = .all, conflicts: ConflictPolicy = .keepBoth,
    guardedStages: Set<RemovalStage> = [.lexical, .containment, .semantic]
  ) {
    self.scope = scope
    self.conflicts = conflicts
    self.guardedStages = guardedStages
  }
}
