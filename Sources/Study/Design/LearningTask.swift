/// What models learn of the records of an index.
public enum LearningTask: String, Codable, CaseIterable, Sendable {
  /// A label a text, or a set of them where the index has sets.
  case classify
  /// A number a text.
  case regress
  /// A label, a set or a number of two texts together.
  case pairs
  /// A label of two entities that a text marks.
  case relations
  /// A tag a word, for named entities.
  case tokens
  /// Vectors of two texts that say how alike they are.
  case similarity
  /// Answers to questions, in their contexts.
  case questions

  /// Whether it reads labels, which are classes, sets of them or numbers.
  package var readsLabels: Bool {
    switch self {
    case .classify, .regress, .pairs, .relations: true
    case .tokens, .similarity, .questions: false
    }
  }
}
