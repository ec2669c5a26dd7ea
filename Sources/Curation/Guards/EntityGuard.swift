import Corpus

/// Compares the two entities that texts mark: of one sentence with different pairs marked each asks something
/// else, although next to nothing differs.
enum EntityGuard {
  static func difference(_ left: RelationText?, _ right: RelationText?) -> String? {
    guard let left, let right else { return nil }
    let (a, b) = (names(left), names(right))
    if a != b { return "\(a.joined(separator: ", ")) against \(b.joined(separator: ", "))" }
    // A word may stand in a sentence more than once.
    guard left.sentence == right.sentence, left != right else { return nil }
    return "\(a.joined(separator: ", ")) at other places of the sentence"
  }

  /// The marked words, as normalization has them.
  private static func names(_ text: RelationText) -> [String] {
    [text.names.first, text.names.second].map(TextNormalization.normalize)
  }
}
