/// The labels of a record that may have any number of them.
///
/// Where a record is handled by its one label, that is the set as a JSON array of names, each once and
/// sorted: equal sets are equal labels, so that near-duplicates with different sets are in conflict as
/// others are with different labels.
public struct LabelSet: Hashable, Sendable {
  /// Sorted, each once.
  public let names: [String]

  /// Of `names` in any order, each counted once. O(n log n).
  public init(_ names: some Sequence<String>) { self.names = Set(names).sorted() }

  /// The names between separators, without white space around them; empty ones are none.
  public init(_ text: String, separator: String) {
    let pieces = separator.isEmpty ? [text[...]] : text.split(separator: separator)
    self.init(pieces.map(Self.trimmed).filter { !$0.isEmpty })
  }

  /// The set that a label is: a JSON array of strings, numbers and booleans.
  ///
  /// - Returns: nil for any other text.
  public init?(_ label: String) {
    guard label.utf8.first == UInt8(ascii: "[") else { return nil }
    var label = label
    guard let elements = try? label.withUTF8(JSONText.elements) else { return nil }
    var names: [String] = []
    for element in elements {
      if case .json(let json) = element, json.utf8.first.map(Self.opens) == true { return nil }
      guard let name = element.plain else { return nil }
      names.append(name)
    }
    self.init(names)
  }

  private static func trimmed(_ piece: Substring) -> String {
    var piece = piece.drop(while: \.isWhitespace)
    while piece.last?.isWhitespace == true { piece.removeLast() }
    return String(piece)
  }

  private static func opens(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{")
  }

  /// The names of a label that is a set; any other is one of its own.
  public static func names(of label: String) -> [String] { LabelSet(label)?.names ?? [label] }

  /// The set as a label.
  public var label: String { JSONText.array(names) }
}
