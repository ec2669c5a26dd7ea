/// A question about a text, and where the text answers it.
public struct QuestionText: Hashable, Sendable {
  public struct Answer: Hashable, Sendable {
    public var text: String
    /// Place of its first character in the context, in Unicode scalars.
    public var start: Int

    public init(text: String, start: Int) {
      self.text = text
      self.start = start
    }
  }

  public var question: String
  public var context: String
  /// All that count as right, the first of which is learned; empty if the context answers nothing.
  public var answers: [Answer]

  public init(question: String, context: String, answers: [Answer]) {
    self.question = question
    self.context = context
    self.answers = answers
  }

  /// What lies in a range of the context.
  public func text(_ range: Range<Int>) -> String {
    let scalars = context.unicodeScalars.dropFirst(range.lowerBound).prefix(range.count)
    return String(String.UnicodeScalarView(scalars))
  }

  /// Where the answer that is learned lies, white space at its ends left out; nil without one.
  var target: Range<Int>? {
    guard let answer = answers.first else { return nil }
    let scalars = Array(answer.text.unicodeScalars)
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return nil }
    return answer.start + first..<answer.start + last + 1
  }
}
