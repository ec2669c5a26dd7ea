import Neighbors

/// What counts as a near-duplicate and which of several is kept.
public struct DedupOptions: Codable, Hashable, Sendable {
  /// Cosine at or above which two texts are near-duplicates.
  public var threshold: Float
  /// Pairs down to this cosine are stored: what clusters and the retention curve see, and how far
  /// down the threshold can be moved without a new join.
  public var floor: Float
  public var stages: [RemovalStage]
  /// A ``KeepRule`` as typed.
  public var keep: String
  public var guards: [TextGuard]
  public var conflicts: RemovalOptions.ConflictPolicy
  public var scope: RemovalOptions.Scope
  /// How semantic pairs are found; nil, as in options stored by earlier versions, is exact.
  public var join: JoinMethod?

  /// - Parameter floor: 0.1 below the threshold if nil.
  public init(
    threshold: Float = 0.9, floor: Float? = nil,
    stages: [RemovalStage] = [.exact, .normalized, .semantic], keep: KeepRule = .longest,
    guards: [TextGuard] = TextGuard.allCases,
    conflicts: RemovalOptions.ConflictPolicy = .keepBoth, scope: RemovalOptions.Scope = .all,
    join: JoinMethod = .exact
  ) {
    self.threshold = threshold
    // Rounded, so that 0.9 gives 0.8 and not its neighbor.
    let lower = floor ?? max(0, ((threshold - 0.1) * 1000).rounded() / 1000)
    self.floor = min(lower, threshold)
    self.stages = stages.sorted()
    self.keep = keep.description
    self.guards = guards
    self.conflicts = conflicts
    self.scope = scope
    self.join = join == .exact ? nil : join
  }

  /// - Throws: ``CurationError`` for values that mean nothing.
  func validate() throws -> KeepRule {
    guard threshold > 0, threshold <= 1 else {
      throw CurationError(
        place: "--threshold", expected: "a cosine above 0 and at most 1", found: "\(threshold)")
    }
    guard !stages.isEmpty else {
      throw CurationError(place: "--stages", expected: "at least one stage", found: "none")
    }
    guard !stages.contains(.lexical) else {
      throw CurationError(
        place: "--stages", expected: "exact, normalized or semantic",
        found: "lexical, which is not there yet")
    }
    guard let rule = KeepRule(keep) else {
      throw CurationError(
        place: "--keep",
        expected: "first, longest, shortest, central, highest:FIELD, lowest:FIELD "
          + "or sources:A,B", found: "'\(keep)'")
    }
    return rule
  }
}

extension KeepRule {
  /// The field whose number the rule looks at.
  public var field: String? {
    switch self {
    case .highest(let field), .lowest(let field): field
    case .first, .longest, .shortest, .central, .sources: nil
    }
  }
}

extension Float {
  /// The double of the same shortest decimal: 0.9, not 0.8999999761581421.
  public var decimal: Double { Double(description) ?? Double(self) }
}
