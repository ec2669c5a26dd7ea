/// The tag of one word: outside every entity, or a place in an entity of a type.
///
/// As text it is `O`, or a letter, a hyphen and the type: `B-creative-work`. A letter alone (`B`)
/// has the empty type. `L` and `U` of BILOU mean what `E` and `S` of BIOES do.
public struct Tag: Hashable, Sendable {
  /// What the letter says of the word.
  public enum Role: Sendable, CaseIterable {
    case outside, begin, inside, end, single
  }

  /// What the letter says.
  public var role: Role
  /// Type of the entity; empty outside one.
  public var type: String

  /// `O`.
  public static let outside = Tag(role: .outside, type: "")

  /// - Parameter type: empty outside an entity.
  public init(role: Role, type: String) {
    self.role = role
    self.type = type
  }

  /// Reads `text`; nil if it is neither `O` nor begins with one of the letters B, I, E, L, S, U that
  /// ends there or has a hyphen after it.
  public init?(_ text: String) {
    if text == "O" {
      self = .outside
      return
    }
    let bytes = text.utf8
    let role: Role
    switch bytes.first {
    case UInt8(ascii: "B"): role = .begin
    case UInt8(ascii: "I"): role = .inside
    case UInt8(ascii: "E"), UInt8(ascii: "L"): role = .end
    case UInt8(ascii: "S"), UInt8(ascii: "U"): role = .single
    default: return nil
    }
    let rest = bytes.dropFirst()
    guard rest.isEmpty || rest.first == UInt8(ascii: "-") else { return nil }
    self.init(role: role, type: String(Substring(rest.dropFirst())))
  }

  /// The tag as text, with the letters of BIOES.
  public var name: String {
    let letter: String
    switch role {
    case .outside: return "O"
    case .begin: letter = "B"
    case .inside: letter = "I"
    case .end: letter = "E"
    case .single: letter = "S"
    }
    return type.isEmpty ? letter : "\(letter)-\(type)"
  }

  /// Whether an entity that the word before it, tagged `previous`, is in goes on at this word: the
  /// rule of conlleval and of seqeval's default mode, for every scheme.
  func continues(_ previous: Tag) -> Bool {
    guard role == .inside || role == .end else { return false }
    return (previous.role == .begin || previous.role == .inside) && previous.type == type
  }
}
