import Corpus
import Curation
import Foundation
import Training
import Transformer

/// What a model answers to the question of one record.
public struct AnsweredRecord: Sendable {
  /// An answer and where it stands.
  public struct Answer: Codable, Hashable, Sendable {
    /// The text.
    public var text: String
    /// Place in the context, in Unicode scalars, as Python counts; both 0 for "no answer".
    public var start: Int
    /// The place after its last character, in Unicode scalars.
    public var end: Int
    /// Among the answers found and, where that may be one, "no answer".
    public var probability: Double
    /// Sum of the logits of its first and last token.
    public var score: Double
  }

  /// The record.
  public var record: Record
  /// The question.
  public var question: String
  /// The text that it is answered from.
  public var context: String
  /// The answer; empty for "no answer".
  public var answer: Answer
  /// The best answers, "no answer" among them where it may be one; as many as were asked for.
  public var top: [Answer]
}

/// What answering the questions of a file came to.
public struct AnswerPredictSummary: Codable, Sendable {
  /// The model, as it was named.
  public var model: String
  /// The share of what was found that is right.
  public var precision: String
  /// Texts are cut to so many tokens, special tokens included.
  public var maximumTokens: Int
  /// How many records there are.
  public var records: Int
  /// Questions to which "no answer" was the answer.
  public var unanswered: Int
  /// Of the records that say what is right; nil without any.
  public var report: AnswerReport?
  /// That the step took.
  public var seconds: Double
}

/// Answers the questions of a file, some hundred at a time, whatever its length.
public struct AnswerPredictStep: RecordPredictor {
  private let finder: AnswerFinder
  private let fields: QuestionFields
  private let nullThreshold: Double?
  private let top: Int
  private let monitor: StepMonitor

  /// - Parameters:
  ///   - nullThreshold: by how much "no answer" has to be better than the best span to be the answer; nil if
  ///     there always is one.
  ///   - top: answers listed for a question.
  public init(
    _ finder: AnswerFinder, fields: QuestionFields = QuestionFields(), nullThreshold: Double?,
    top: Int = 1, monitor: StepMonitor
  ) {
    self.finder = finder
    self.fields = fields
    self.nullThreshold = nullThreshold
    self.top = top
    self.monitor = monitor
  }

  /// - Parameters:
  ///   - model: how the summary names the model.
  ///   - use: given the answers in the file's order.
  /// - Throws: `FileError`, what `use` throws, or ``Interrupted``.
  public func run(
    _ file: URL, reading: ReadingOptions, model: String, _ use: (AnsweredRecord) throws -> Void
  ) throws -> AnswerPredictSummary {
    var unanswered = 0
    var (scores, hasAnswer): ([AnswerScores], [Bool]) = ([], [])
    let (records, seconds) = try predict(
      file, reading, window: 256, phase: "answering", unit: "questions", monitor
    ) { answer in
      let question = try answer.record.contextQuestion(fields)
      if question.isJudged {
        let right = question.answers.map(\.text)
        scores.append(AnswerScores(prediction: answer.answer.text, answers: right))
        hasAnswer.append(!right.isEmpty)
      }
      if answer.answer.text.isEmpty { unanswered += 1 }
      try use(answer)
    }
    return AnswerPredictSummary(
      model: model, precision: finder.precision.rawValue, maximumTokens: finder.maximumTokens,
      records: records, unanswered: unanswered,
      report: scores.isEmpty ? nil : AnswerReport(scores, hasAnswer: hasAnswer),
      seconds: seconds)
  }

  /// In the order given.
  ///
  /// - Throws: `FileError` naming a record that is no question, or a damaged model.
  public func predictions(_ records: [Record]) throws -> [AnsweredRecord] {
    let questions = try records.map { try $0.contextQuestion(fields) }
    let found = try finder.answers(questions.map { ($0.question, $0.context) })
    return zip(records, zip(questions, found)).map { record, item in
      answered(record, item.0, item.1)
    }
  }

  private func answered(
    _ record: Record, _ question: ContextQuestion, _ found: AnswerCandidates
  ) -> AnsweredRecord {
    // "No answer" is the last one.
    let mayBeNone = nullThreshold != nil || found.spans.isEmpty
    let spans =
      found.spans.map { (range: $0.range, score: $0.score) }
      + (mayBeNone ? [(range: 0..<0, score: found.nullScore)] : [])
    let probabilities = ClassificationProblem.singleLabel.probabilities(
      spans.map { Float($0.score) })
    let scalars = Array(question.context.unicodeScalars)
    let answers = zip(spans, probabilities).map { span, probability in
      AnsweredRecord.Answer(
        text: String(String.UnicodeScalarView(scalars[span.range])), start: span.range.lowerBound,
        end: span.range.upperBound, probability: probability, score: span.score)
    }
    let hasAnswer = found.best(threshold: nullThreshold) != nil
    let order = answers.indices.sorted {
      (answers[$1].score, $0) < (answers[$0].score, $1)
    }
    return AnsweredRecord(
      record: record, question: question.question, context: question.context,
      answer: hasAnswer ? answers[0] : answers[answers.count - 1],
      top: order.prefix(top).map { answers[$0] })
  }
}
