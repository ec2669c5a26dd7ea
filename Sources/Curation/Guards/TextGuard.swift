/// A cheap test on two texts for a difference that sentence encoders hardly see.
///
/// Each is symmetric, depends on the two texts only, and errs on the side of keeping both texts:
/// a veto costs a duplicate that stays, the lack of one a record that is lost.
public enum TextGuard: String, CaseIterable, Codable, Sendable {
  /// The numbers differ: `3.10` against `3.11`, `two` against `three`.
  case numbers
  /// One text negates and the other does not.
  case negation
  /// The capitalized words inside the sentence differ: `Paris` against `London`.
  case names
  /// The texts are written in different scripts.
  case script
  /// The texts differ in a word and its opposite: `before` against `after`.
  case opposites

  /// Why `a` and `b` are different, or nil where this guard sees no difference.
  public func veto(_ a: GuardFeatures, _ b: GuardFeatures) -> GuardVeto? {
    let detail: String? =
      switch self {
      case .numbers: NumberGuard.difference(a.numbers, b.numbers)
      case .negation: NegationGuard.difference(a.negation, b.negation)
      case .names: NameGuard.difference(a, b)
      case .script: ScriptGuard.difference(a.script, b.script)
      case .opposites: OppositeGuard.difference(a.words, b.words)
      }
    return detail.map { GuardVeto(kind: self, detail: $0) }
  }

  /// ``veto(_:_:)`` of two texts that are compared only once.
  public func veto(_ a: String, _ b: String) -> GuardVeto? {
    veto(GuardFeatures(a), GuardFeatures(b))
  }

  /// The first veto of `guards`, in their order.
  public static func firstVeto(
    _ guards: [TextGuard], _ a: GuardFeatures, _ b: GuardFeatures
  ) -> GuardVeto? {
    for textGuard in guards {
      if let veto = textGuard.veto(a, b) { return veto }
    }
    return nil
  }
}
