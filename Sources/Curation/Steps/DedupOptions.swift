import Files
import Neighbors

/// What counts as a near-duplicate and which of several is kept.
public struct DedupOptions: Codable, Hashable, Sendable {
  /// Cosine at or above which two texts are near-duplicates.
  public var threshold: Float
  /// Pairs down to this cosine are stored: what clusters and the retention curve see, and how far
  /// down the threshold can be moved without a new join.
  public var floor: Float
  /// The ways in which two records can be the same, cheap to dear.
  public var stages: [RemovalStage]
  /// A ``KeepRule`` as typed.
  public var keep: String
  /// What holds two near texts apart.
  public var guards: [TextGuard]
  /// What becomes of near texts with different labels.
  public var conflicts: RemovalOptions.ConflictPolicy
  /// Which records are compared.
  public var scope: RemovalOptions.Scope
  /// How semantic pairs are found; nil, as in options stored by earlier versions, is exact.
  public var join: JoinMethod?
  /// Jaccard index at or above which two texts are near-duplicates at the stage `lexical`.
  public var lexicalThreshold: Float = 0.8
  /// Words per shingle, and characters where a script has no spaces between words.
  public var shingleWords = 2
  /// Characters a shingle, where texts are not spaced.
  public var shingleCharacters = 3
  /// Containment at or above which the stage `containment` takes two texts for near-duplicates; nil
  /// where it is not run.
  public var containment: Float?
  /// Ids of records that are never removed, ascending.
  public var protectedIDs: [String] = []
  /// Records whose field of this name is true, or a number other than 0, are never removed.
  public var protectField: String?
  /// Whether the floor was asked for: then pairs stored from higher up only do not serve.
  public var floorIsRequired = false

  private enum CodingKeys: String, CodingKey {
    case threshold, floor, stages, keep, guards, conflicts, scope, join, lexicalThreshold
    case shingleWords, shingleCharacters, containment, protectedIDs, protectField
  }

  /// - Parameter floor: 0.1 below the threshold if nil.
  public init(
    threshold: Float = 0.9, floor: Float? = nil,
    stages: [RemovalStage] = [.exact, .normalized, .semantic], keep: KeepRule = .longest,
    guards: [TextGuard] = TextGuard.allCases,
    conflicts: RemovalOptions.ConflictPolicy = .keepBoth, scope: RemovalOptions.Scope = .all,
    join: JoinMethod = .exact
  ) {
    self.threshold = threshold
    self.floor = min(floor ?? Self.floor(below: threshold), threshold)
    floorIsRequired = floor != nil
    self.stages = stages.sorted()
    self.keep = keep.description
    self.guards = guards
    self.conflicts = conflicts
    self.scope = scope
    self.join = join == .exact ? nil : join
  }

  /// - Throws: `FileError` for values that mean nothing.
  @discardableResult
  package func validate() throws -> KeepRule {
    guard threshold > 0, threshold <= 1 else {
      throw FileError(
        option: .threshold, expected: "a cosine above 0 and at most 1", found: "\(threshold)")
    }
    guard !stages.isEmpty, Set(stages).count == stages.count else {
      throw FileError(
        option: .stages, expected: "at least one stage, each once",
        found: stages.isEmpty ? "none" : stages.map(\.rawValue).joined(separator: ","))
    }
    guard lexicalThreshold > 0, lexicalThreshold <= 1 else {
      throw FileError(
        option: .lexicalThreshold, expected: "a Jaccard index above 0 and at most 1",
        found: "\(lexicalThreshold)")
    }
    if let containment, !(containment > 0 && containment <= 1) {
      throw FileError(
        option: .containment, expected: "a share above 0 and at most 1",
        found: "\(containment)")
    }
    guard 1...16 ~= shingleWords, 1...16 ~= shingleCharacters else {
      throw FileError(
        option: .shingles, expected: "1 to 16 words and characters a shingle",
        found: "words:\(shingleWords),characters:\(shingleCharacters)")
    }
    guard let rule = KeepRule(keep) else {
      throw FileError(
        option: .keep,
        expected: "first, longest, shortest, central, highest:FIELD, lowest:FIELD "
          + "or sources:A,B", found: "'\(keep)'")
    }
    return rule
  }
}

extension DedupOptions {
  /// Options stored before a key was added have its default.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    threshold = try values.decode(Float.self, forKey: .threshold)
    floor = try values.decode(Float.self, forKey: .floor)
    floorIsRequired = false
    stages = try values.decode([RemovalStage].self, forKey: .stages).sorted()
    keep = try values.decode(String.self, forKey: .keep)
    guards = try values.decode([TextGuard].self, forKey: .guards)
    conflicts = try values.decode(RemovalOptions.ConflictPolicy.self, forKey: .conflicts)
    scope = try values.decode(RemovalOptions.Scope.self, forKey: .scope)
    join = try values.decodeIfPresent(JoinMethod.self, forKey: .join)
    lexicalThreshold =
      try values.decodeIfPresent(Float.self, forKey: .lexicalThreshold) ?? lexicalThreshold
    shingleWords = try values.decodeIfPresent(Int.self, forKey: .shingleWords) ?? shingleWords
    shingleCharacters =
      try values.decodeIfPresent(Int.self, forKey: .shingleCharacters) ?? shingleCharacters
    containment = try values.decodeIfPresent(Float.self, forKey: .containment)
    protectedIDs = try values.decodeIfPresent([String].self, forKey: .protectedIDs) ?? []
    protectField = try values.decodeIfPresent(String.self, forKey: .protectField)
  }

  /// The floor to which pairs are stored unless another is asked for: rounded, so that 0.9 gives 0.8
  /// and not its neighbor.
  static func floor(below threshold: Float) -> Float {
    max(0.05, ((threshold - 0.1) * 1000).rounded() / 1000)
  }

  /// The score each stage asks for.
  var thresholds: [RemovalStage: Float] {
    Dictionary(stages.map { ($0, threshold(of: $0)) }, uniquingKeysWith: { first, _ in first })
  }

  func threshold(of stage: RemovalStage) -> Float {
    switch stage {
    case .exact, .normalized: 1
    case .lexical: lexicalThreshold
    case .containment: containment ?? 1
    case .semantic: threshold
    }
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
