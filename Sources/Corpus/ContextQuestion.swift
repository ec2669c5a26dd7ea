import Files

/// A question about a text, and where the text answers it.
public struct ContextQuestion: Hashable, Sendable {
  /// A piece of the context that answers the question.
  public struct Answer: Hashable, Sendable {
    /// As it stands in the context.
    public var text: String
    /// Place of its first character in the context, in Unicode scalars, as Python counts.
    public var start: Int

    /// - Parameter start: in Unicode scalars of the context.
    public init(text: String, start: Int) {
      self.text = text
      self.start = start
    }
  }

  /// What is asked.
  public var question: String
  /// The text that is asked about.
  public var context: String
  /// All that count as right, the first of which is learned; empty if the context answers nothing.
  public var answers: [Answer] = []
  /// Whether anybody said what is right; without that ``answers`` is empty.
  public private(set) var isJudged = false

  /// - Parameter answers: nil if nobody said.
  public init(question: String, context: String, answers: [Answer]? = nil) {
    self.question = question
    self.context = context
    self.answers = answers ?? []
    isJudged = answers != nil
  }

  /// What lies in a range of the context, in Unicode scalars. O(end of the range).
  public func text(_ range: Range<Int>) -> String {
    let scalars = context.unicodeScalars.dropFirst(range.lowerBound).prefix(range.count)
    return String(String.UnicodeScalarView(scalars))
  }
}

/// Names of the fields that a question stands in.
public struct QuestionFields: Hashable, Sendable {
  /// Of the question.
  public var question = "question"
  /// Of the text it is asked about.
  public var context = "context"
  /// An array of objects with `text` and `answer_start`, or an object of two such arrays.
  public var answers = "answers"

  /// SQuAD's names.
  public init() {}

  /// Those of the texts by other names, where there are two of them.
  public init(texts: [String]) {
    if texts.count == 2 { (question, context) = (texts[0], texts[1]) }
  }

  /// The names of the two texts.
  public var texts: [String] { [question, context] }
}

extension Record {
  /// The record as a question about a text, its answers where it has some.
  ///
  /// Answers are SQuAD's: objects with `text` and `answer_start`, or an object with an array of each; with
  /// `is_impossible` true there are none, whatever stands there. O(size of the row).
  ///
  /// - Throws: `FileError` naming the row if it lacks question or context, or if an answer's text does not
  ///   stand at its place in the context.
  public func contextQuestion(_ fields: QuestionFields = QuestionFields()) throws
    -> ContextQuestion
  {
    let members = try originalFields().filter { $0.value != .null }
    return try QuestionRow(
      place: "\(source):\(line), record '\(id.prefix(60))'", fields: fields, members: members
    ).question()
  }

  /// The answers as a label, so that near-duplicates with different answers are in conflict: the set of
  /// their texts, the empty set where the context answers nothing.
  ///
  /// - Returns: nil if the record has no answers with places, or not two texts.
  /// - Throws: as ``contextQuestion(_:)`` for answers that cannot be read.
  func answerLabel(_ fields: QuestionFields) throws -> String? {
    let members = try originalFields()
    guard fields.texts.allSatisfy({ if case .text? = members[$0] { true } else { false } }),
      let answers = members[fields.answers]?.json,
      answers == "[]" || answers.contains("\"answer_start\"")
    else { return nil }
    let question = try contextQuestion(fields)
    return question.isJudged ? LabelSet(question.answers.map(\.text)).label : nil
  }
}

/// A record whose question is being read.
private struct QuestionRow {
  let place: String
  let fields: QuestionFields
  let members: [String: CorpusWriter.Value]

  func question() throws -> ContextQuestion {
    let (question, context) = (try text(fields.question), try text(fields.context))
    func judged(_ answers: [ContextQuestion.Answer]?) -> ContextQuestion {
      ContextQuestion(question: question, context: context, answers: answers)
    }
    guard let value = members[fields.answers] else { return judged(nil) }
    if members["is_impossible"]?.plain == "true" { return judged([]) }
    let answers = try self.answers(value)
    let scalars = Array(context.unicodeScalars)
    for answer in answers { try check(answer, in: scalars) }
    return judged(answers)
  }

  private func text(_ name: String) throws -> String {
    if case .text(let text)? = members[name] { return text }
    let names = members.keys.sorted().prefix(20).map { "'\($0)'" }.joined(separator: ", ")
    throw fault(
      "a text in '\(fields.question)' and one in '\(fields.context)'",
      names.isEmpty ? "no fields" : "the fields \(names)",
      advice: "read SQuAD's JSON, or JSONL with a question and its context")
  }

  /// Answers without text are none.
  private func answers(_ value: CorpusWriter.Value) throws -> [ContextQuestion.Answer] {
    guard let json = value.json else { throw fault(Self.expected, value.kind) }
    if json.utf8.first == UInt8(ascii: "{") { return try columns(json) }
    return try elements(value, fields.answers).enumerated().map { number, element in
      guard case .json(let json) = element, json.utf8.first == UInt8(ascii: "{") else {
        throw fault(Self.expected, "\(element.kind) for answer \(number + 1)")
      }
      let members = try JSONText.members(json, place: place)
      func last(_ name: String) -> CorpusWriter.Value? { members.last { $0.name == name }?.value }
      return try answer(number, last("text"), last("answer_start"))
    }.filter { !$0.text.isEmpty }
  }

  /// SQuAD as Hugging Face's `datasets` has it.
  private func columns(_ json: String) throws -> [ContextQuestion.Answer] {
    let members = try JSONText.members(json, place: place)
    let columns = try ["text", "answer_start"].map { name in
      guard let value = members.last(where: { $0.name == name })?.value else {
        throw fault(Self.expected, "an object without '\(name)'")
      }
      return try elements(value, name)
    }
    guard columns[0].count == columns[1].count else {
      throw fault(
        "as many answers as places", "\(columns[0].count) answers and \(columns[1].count) places")
    }
    return try zip(columns[0], columns[1]).enumerated()
      .map { try answer($0, $1.0, $1.1) }.filter { !$0.text.isEmpty }
  }

  private func answer(
    _ number: Int, _ text: CorpusWriter.Value?, _ start: CorpusWriter.Value?
  ) throws -> ContextQuestion.Answer {
    guard case .text(let text)? = text, case .integer(let start)? = start?.asInteger else {
      throw fault(Self.expected, "something else for answer \(number + 1)")
    }
    return ContextQuestion.Answer(text: text, start: start)
  }

  private static let expected =
    "answers with a string 'text' and a whole number 'answer_start' each"

  private func elements(_ value: CorpusWriter.Value, _ name: String) throws
    -> [CorpusWriter.Value]
  {
    guard var json = value.json, json.utf8.first == UInt8(ascii: "[") else {
      throw fault("an array in '\(name)'", value.kind)
    }
    do {
      return try json.withUTF8(JSONText.elements)
    } catch let fault as JSONScanner.Fault {
      throw self.fault("an array in '\(name)'", fault.reason)
    }
  }

  private func check(_ answer: ContextQuestion.Answer, in context: [Unicode.Scalar]) throws {
    let text = Array(answer.text.unicodeScalars)
    func stands(at start: Int) -> Bool {
      start >= 0 && start <= context.count - text.count
        && context[start..<start + text.count].elementsEqual(text)
    }
    if stands(at: answer.start) { return }
    let shown = "'\(answer.text.prefix(60))'"
    let start = min(max(answer.start, 0), context.count)
    let there = context[start..<min(context.count, start + min(text.count, 60))]
    let found =
      there.isEmpty || start != answer.start
      ? "\(shown) at \(answer.start), outside of \(context.count) characters"
      : "\(shown) at \(answer.start), where '\(String(String.UnicodeScalarView(there)))' stands"
    let places = (0..<max(0, context.count - text.count + 1)).lazy.filter(stands)
    let nearest = places.min { abs($0 - start) < abs($1 - start) }
    throw fault(
      "answers that stand in the context at their answer_start, in Unicode characters from 0",
      found,
      advice: nearest.map { "correct it: the text stands at \($0); offsets are those of Python" }
        ?? "correct the answer: the context does not have this text")
  }

  private func fault(_ expected: String, _ found: String, advice: String? = nil) -> FileError {
    FileError(place: place, expected: expected, found: found, advice: advice)
  }
}

extension CorpusWriter.Value {
  /// The JSON text of an array or object, which a cell of a table spells.
  fileprivate var json: String? {
    switch self {
    case .json(let json), .text(let json):
      json.utf8.first == UInt8(ascii: "[") || json.utf8.first == UInt8(ascii: "{") ? json : nil
    default: nil
    }
  }
}
