/// How tags mark entities. Models are trained in ``iob2``.
public enum TagScheme: String, Codable, CaseIterable, Sendable {
  /// Every word of an entity is `I-`, but `B-` where an entity of the same type ends right before it.
  case iob1
  /// The first word of an entity is `B-`, the others `I-`. Also called BIO.
  case iob2
  /// `B-`, `I-` …, `E-`, and `S-` for an entity of one word. Also called IOBES, and BILOU with the
  /// letters `L` and `U`.
  case bioes

  /// Tags of a sentence of `count` words with `entities`, which must lie in it, in order, apart.
  ///
  /// The inverse of ``EntitySpan/entities(of:)``. O(count).
  public func tags(of entities: [EntitySpan], count: Int) -> [Tag] {
    var tags = [Tag](repeating: .outside, count: count)
    var previous: EntitySpan?
    for entity in entities {
      let words = entity.words
      precondition(
        !words.isEmpty && words.lowerBound >= previous?.words.upperBound ?? 0
          && words.upperBound <= count, "entities are in order and within the sentence")
      for word in words { tags[word] = Tag(role: .inside, type: entity.type) }
      switch self {
      case .iob1:
        let touches = previous?.words.upperBound == words.lowerBound
        if touches && previous?.type == entity.type { tags[words.lowerBound].role = .begin }
      case .iob2: tags[words.lowerBound].role = .begin
      case .bioes:
        tags[words.lowerBound].role = .begin
        tags[words.upperBound - 1].role = words.count == 1 ? .single : .end
      }
      previous = entity
    }
    return tags
  }

  /// Calls `report` for every word of a sentence whose tag this scheme does not allow there. O(tags).
  ///
  /// An entity without an end is reported at its last word.
  func forEachIrregularity(
    in tags: [Tag], _ report: (_ word: Int, TagIrregularity.Kind) -> Void
  ) {
    for (word, tag) in tags.enumerated() {
      let previous = word == 0 ? Tag.outside : tags[word - 1]
      if let kind = irregularity(of: tag, after: previous) { report(word, kind) }
      guard self == .bioes, tag.role == .begin || tag.role == .inside else { continue }
      let next = word + 1 < tags.count ? tags[word + 1] : .outside
      if !next.continues(tag) { report(word, .withoutEnd) }
    }
  }

  private func irregularity(of tag: Tag, after previous: Tag) -> TagIrregularity.Kind? {
    switch (self, tag.role) {
    case (_, .outside): return nil
    case (.iob1, .end), (.iob1, .single), (.iob2, .end), (.iob2, .single): return .otherScheme
    case (.iob1, .inside): return nil
    case (.iob1, .begin):
      // Only a `B-` that parts it from the entity before is written.
      return previous.role != .outside && previous.type == tag.type ? nil : .otherScheme
    case (.iob2, .begin), (.bioes, .begin), (.bioes, .single): return nil
    case (.iob2, .inside), (.bioes, .inside), (.bioes, .end):
      if tag.continues(previous) { return nil }
      let isOpen = previous.role == .begin || previous.role == .inside
      return isOpen ? .typeChange : .withoutBeginning
    }
  }
}
