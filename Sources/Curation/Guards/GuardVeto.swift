/// Why two texts are not the same although their vectors are near.
public struct GuardVeto: Hashable, Sendable, CustomStringConvertible {
  /// Of what kind it is.
  public var kind: TextGuard
  /// What differs: `3.10 against 3.11`.
  public var detail: String

  /// Each parameter is the property of that name.
  public init(kind: TextGuard, detail: String) {
    self.kind = kind
    self.detail = detail
  }

  /// As messages show it.
  public var description: String { "\(kind.rawValue): \(detail)" }
}
