/// An entity of a sentence: the words it covers and its type.
public struct EntitySpan: Codable, Hashable, Sendable {
  /// Indices of its words, at least one.
  public var words: Range<Int>
  /// What kind of entity, as the tags name it.
  public var type: String

  /// - Precondition: `words` is not empty.
  public init(words: Range<Int>, type: String) {
    self.words = words
    self.type = type
  }

  /// The entities that the tags of one sentence mark, in order; they do not overlap.
  ///
  /// One rule reads every scheme, and irregular tags as conlleval and seqeval's default mode do: an
  /// entity goes on at an `I-` or `E-` of its type unless an `E-` or `S-` ended it, and every other
  /// tag but `O` begins one. O(tags).
  public static func entities(of tags: [Tag]) -> [EntitySpan] {
    var entities: [EntitySpan] = []
    var previous = Tag.outside
    for (word, tag) in tags.enumerated() {
      if tag.continues(previous) {
        let begin = entities[entities.count - 1].words.lowerBound
        entities[entities.count - 1].words = begin..<(word + 1)
      } else if tag.role != .outside {
        entities.append(EntitySpan(words: word..<(word + 1), type: tag.type))
      }
      previous = tag
    }
    return entities
  }

  /// The surface form: the entity's words of `sentence`, joined by spaces.
  public func surface(in sentence: [String]) -> String {
    sentence[words].joined(separator: " ")
  }
}
