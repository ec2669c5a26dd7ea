/// Something that is not as the removal rule promises.
public struct Violation: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, CaseIterable, Codable, Sendable {
    /// The ledger names a row that does not exist.
    case unknownRow
    /// A row is in none or in several of kept, removed and dropped.
    case unaccounted
    /// A removed record's witness is not kept.
    case witnessNotKept
    /// A removal's score, recomputed, is below the threshold of its stage.
    case belowThreshold
    /// A stored score differs from the recomputed one.
    case scoreMismatch
    /// Two kept records are the same and neither listed as vetoed or in conflict nor out of scope.
    case keptPair
    /// A group of records connected by what was removed for what keeps none.
    case emptyGroup
    /// A listed veto that the guard does not give.
    case unfoundedVeto
    /// A listed conflict between records whose labels do not differ.
    case unfoundedConflict
    /// A protected record was removed or dropped.
    case protectedRemoved
    /// A record that was dropped by hand is kept.
    case decisionIgnored
    /// A record dropped without a witness, for which neither a decision by hand nor a listed conflict
    /// under a policy that drops gives the reason.
    case unfoundedDrop
    /// A stage that was not run, or a pair that was out of scope, removed a record.
    case outOfScope
  }

  public var kind: Kind
  /// The rows concerned: the record and its witness, or the two records of a pair.
  public var rows: [UInt32]
  public var stage: RemovalStage?
  public var stored: Float?
  public var recomputed: Float?

  public init(
    kind: Kind, rows: [UInt32], stage: RemovalStage? = nil, stored: Float? = nil,
    recomputed: Float? = nil
  ) {
    self.kind = kind
    self.rows = rows
    self.stage = stage
    self.stored = stored
    self.recomputed = recomputed
  }

  /// A sentence for people, with rows by number.
  public var description: String { sentence { "row \($0)" } }

  /// A sentence for people; `name` says what a row is called.
  public func sentence(naming name: (UInt32) -> String) -> String {
    let first = rows.first.map(name) ?? "?"
    let second = rows.count > 1 ? name(rows[1]) : "?"
    let stage = stage?.rawValue ?? "?"
    let stored = stored.map { "\($0)" } ?? "none"
    let recomputed = recomputed.map { "\($0)" } ?? "none"
    switch kind {
    case .unknownRow: return "the ledger names \(first), which does not exist"
    case .unaccounted: return "\(first) must be exactly one of kept, removed and dropped"
    case .witnessNotKept: return "\(first) was removed for \(second), which is not kept"
    case .belowThreshold:
      return "\(first) was removed for \(second) at stage \(stage), but their score is only "
        + recomputed
    case .scoreMismatch:
      return "\(first) and \(second), stage \(stage): stored score \(stored), recomputed "
        + recomputed
    case .keptPair:
      return "\(first) and \(second) are both kept, but the same at stage \(stage) with score "
        + recomputed
    case .emptyGroup: return "nothing is kept of the group of \(first) (\(rows.count) records)"
    case .unfoundedVeto: return "no guard tells \(first) from \(second), though one is listed"
    case .unfoundedConflict:
      return "\(first) and \(second) are listed with different labels, but have none that differ"
    case .protectedRemoved: return "\(first) is protected but was taken out"
    case .decisionIgnored: return "\(first) was dropped by hand but is kept"
    case .unfoundedDrop: return "\(first) was dropped, but nothing says why"
    case .outOfScope: return "\(first) and \(second): stage \(stage) was not to compare them"
    }
  }
}
