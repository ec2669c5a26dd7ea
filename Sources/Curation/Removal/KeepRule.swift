/// Which record of a family of near-duplicates is to stay.
public enum KeepRule: Hashable, Sendable {
  /// The one that comes first in the input; the only rule that looks at the position.
  case first
  case longest
  case shortest
  /// The one most similar to its neighbors in sum.
  case central
  /// The one with the largest number in a field; records without a number come last.
  case highest(field: String)
  /// The one with the smallest number in a field; records without a number come last.
  case lowest(field: String)
  /// The one from the source named earliest; sources not named come last.
  case sources([String])
}

/// As typed and as stored: `longest`, `highest:stars`, `sources:wiki,crawl`.
extension KeepRule: LosslessStringConvertible {
  /// Each parameter is the property of that name.
  public init?(_ description: String) {
    let parts = description.split(separator: ":", maxSplits: 1).map(String.init)
    switch (parts.first, parts.count > 1 ? parts[1] : nil) {
    case ("first", nil): self = .first
    case ("longest", nil): self = .longest
    case ("shortest", nil): self = .shortest
    case ("central", nil): self = .central
    case ("highest", let field?): self = .highest(field: field)
    case ("lowest", let field?): self = .lowest(field: field)
    case ("sources", let list?): self = .sources(list.split(separator: ",").map(String.init))
    default: return nil
    }
  }

  /// As messages show it.
  public var description: String {
    switch self {
    case .first: "first"
    case .longest: "longest"
    case .shortest: "shortest"
    case .central: "central"
    case .highest(let field): "highest:\(field)"
    case .lowest(let field): "lowest:\(field)"
    case .sources(let names): "sources:\(names.joined(separator: ","))"
    }
  }
}
