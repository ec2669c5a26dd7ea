import Corpus
import Curation
import Files
import Foundation
import Training

/// The questions of an index by part of the split, with where their contexts answer them.
struct QuestionData {
  let parts: TrainingParts
  /// Names of the fields that questions stand in.
  let fields: QuestionFields
  let train: [ContextQuestion]
  let development: [ContextQuestion]
  let test: [ContextQuestion]

  /// - Parameter readsTest: without it no record of the test part is read.
  /// - Throws: ``CurationError`` if there is no split yet or records are no questions; `FileError` naming one
  ///   without readable answers.
  init(_ index: OpenIndex, _ options: FinetuneOptions, readsTest: Bool = true) throws {
    let fields = QuestionFields(texts: try index.textFields())
    if let obstacle = try Self.obstacle(index) { throw obstacle }
    let parts = try TrainingParts(
      index, arm: options.arm, seed: options.seed, readsTest: readsTest
    ) { _, _ in true }
    func questions(_ places: [Int]) throws -> [ContextQuestion] {
      var questions: [ContextQuestion] = []
      try index.catalog.forEachRecord(of: places.map(parts.row)) {
        questions.append(try $0.record.judgedQuestion(fields))
      }
      return questions
    }
    (self.parts, self.fields) = (parts, fields)
    train = try questions(parts.train)
    development = try questions(parts.development)
    test = try questions(parts.test)
  }

  /// Why labels cannot be learned of records that are questions without a label beside their answers; nil of
  /// others.
  static func labelObstacle(_ index: OpenIndex, task: LearningTask) throws -> CurationError? {
    guard try index.hasQuestions(), let first = try index.catalog.record(row: 0)?.record else {
      return nil
    }
    let fields = QuestionFields(texts: try index.textFields())
    let answers = try first.contextQuestion(fields).answers
    guard first.label == LabelSet(answers.map(\.text)).label else { return nil }
    return CurationError(
      place: index.folder.url.relativePath,
      expected: "texts with a label each, as \(OptionName.task) \(task.rawValue) needs",
      found: "questions with answers in their contexts",
      advice: "train with \(OptionName.task) questions, or name a field of labels with "
        + "\(OptionName.labelField)")
  }

  /// Why an index has no questions to answer; nil if its records are some.
  static func obstacle(_ index: OpenIndex) throws -> CurationError? {
    if try index.hasQuestions() { return nil }
    let fields = QuestionFields(texts: try index.textFields())
    return CurationError(
      place: index.folder.url.relativePath,
      expected: "questions with a context and answers in it, as \(OptionName.task) questions needs",
      found: "records without '\(fields.question)', '\(fields.context)' and '\(fields.answers)'",
      advice: "index SQuAD's JSON, or JSON lines with these fields")
  }
}

extension Record {
  /// The record as a question that somebody judged.
  ///
  /// - Throws: `FileError` naming the record if it is no question, or its answers are missing or wrong.
  func judgedQuestion(_ fields: QuestionFields) throws -> ContextQuestion {
    let question = try contextQuestion(fields)
    guard question.isJudged else {
      throw CurationError(
        place: "record '\(id)'", expected: "answers in '\(fields.answers)'", found: "none",
        advice: "a question without an answer in its context has an empty array there")
    }
    return question
  }
}
