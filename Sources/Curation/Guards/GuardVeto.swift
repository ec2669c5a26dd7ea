/// Why two texts are not the same although their vectors are near.
public struct GuardVeto: Hashable, Sendable, CustomStringConvertible {
  public var kind: TextGuard
  /// What differs: `3.10 against 3.11`.
  public var detail: String

  public init(kind: TextGuard, detail: String) {
    self.kind = kind
    self.detail = detail
  }

  public var description: String { "\(kind.rawValue): \(detail)" }
}
