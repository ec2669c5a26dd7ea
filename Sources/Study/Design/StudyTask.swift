/// What the models of a comparison learn.
public enum StudyTask: String, Codable, CaseIterable, Sendable {
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

  /// What is learned of labeled texts; nil where no label is read.
  var ofTexts: LearningTask? {
    switch self {
    case .classify: .classify
    case .regress: .regress
    case .pairs: .pairs
    case .relations: .relations
    case .tokens, .similarity, .questions: nil
    }
  }
}
