/// A cheap test on two texts for a difference that sentence encoders hardly see.
///
/// Each is symmetric, depends on the two texts only, and errs on the side of keeping both texts:
/// a veto costs a duplicate that stays, the lack of one a record that is lost.
public enum TextGuard: String, CaseIterable, Codable, Sendable {
  /// The numbers differ: `3.10` against `3.11`, `two` against `three`.
  case numbers
  /// One text denies what the other affirms.
  case negation
  /// The capitalized words inside the sentence differ: `Paris` against `London`.
  case names
  /// The texts are written in different scripts.
  case script
  /// The texts differ in a word and its opposite: `before` against `after`.
  case opposites
  /// The texts mark other entities: one sentence asks for the relation of several pairs.
  case entities
  /// The texts differ in words that the model's vocabulary does not know: `👍` against `👎`.
  case unknown
  /// The texts differ beyond the model's limit, where one of them was cut.
  case truncated

  /// Whether it tells what a vector cannot: then it is asked only where vectors judge.
  public var concernsVectors: Bool { self == .unknown || self == .truncated }

  /// Whether it is asked about pairs of `stage`.
  func speaks(at stage: RemovalStage) -> Bool { stage == .semantic || !concernsVectors }

  /// Why `a` and `b` are different, or nil where this guard sees no difference.
  public func veto(_ a: GuardFeatures, _ b: GuardFeatures) -> GuardVeto? {
    let detail: String? =
      switch self {
      case .numbers: NumberGuard.difference(a.numbers, b.numbers)
      case .negation: NegationGuard.difference(a, b)
      case .names: NameGuard.difference(a, b)
      case .script: ScriptGuard.difference(a.script, b.script)
      case .opposites: OppositeGuard.difference(a, b)
      case .entities: EntityGuard.difference(a.entities, b.entities)
      case .unknown: UnknownWordGuard.difference(a.unknownWords, b.unknownWords)
      case .truncated: TruncationGuard.difference(a, b)
      }
    return detail.map { GuardVeto(kind: self, detail: $0) }
  }

  /// ``veto(_:_:)`` of two texts that are compared only once.
  public func veto(_ a: String, _ b: String) -> GuardVeto? {
    veto(GuardFeatures(a), GuardFeatures(b))
  }

  /// The first veto of `guards`, in their order, on a pair that is near at `stage`.
  public static func firstVeto(
    _ guards: [TextGuard], _ a: GuardFeatures, _ b: GuardFeatures,
    at stage: RemovalStage = .semantic
  ) -> GuardVeto? {
    for textGuard in guards where textGuard.speaks(at: stage) {
      if let veto = textGuard.veto(a, b) { return veto }
    }
    return nil
  }
}
