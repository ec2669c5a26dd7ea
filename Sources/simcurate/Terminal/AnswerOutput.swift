import Corpus
import Curation
import Files
import Foundation
import Study

/// Where the answers of `predict` go.
protocol AnswerOutput<Answer> {
  associatedtype Answer

  func write(_ answer: Answer) throws
  /// Makes a file appear.
  func finish() throws
}

/// Where answers go: a file, or standard output as lines for people or as JSON lines.
final class PredictionOutput: AnswerOutput {
  private let writer: CorpusWriter?

  init(_ path: String?, isJSON: Bool) throws {
    let url = path.map(CorpusReader.location) ?? (isJSON ? CorpusReader.standardInput : nil)
    writer = try url.map {
      try CorpusWriter($0, columns: ["id", "text", "label", "prediction", "probability", "top"])
    }
  }

  func write(_ prediction: RecordPrediction) throws {
    guard let writer else { return try writeLine(prediction) }
    let record = prediction.record
    var row: [(name: String, value: CorpusWriter.Value)] = [
      ("id", .text(record.id)), ("text", .text(record.text)),
    ]
    if let label = record.label {
      row.append(("label", LabelSet(label) == nil ? .text(label) : .json(label)))
    }
    if let value = prediction.value {
      row.append(("prediction", .number(value)))
    } else {
      row.append(("prediction", try Self.value(prediction)))
      row.append(("probability", .number(prediction.top[0].probability)))
      row.append(("top", .json(try StepAccount.json(prediction.top))))
    }
    try writer.write(row)
  }

  private func writeLine(_ prediction: RecordPrediction) throws {
    let classes =
      prediction.value.map { [String(format: "%.6g", $0)] }
      ?? (prediction.isSet ? [prediction.labels.joined(separator: ", ")] : [])
      + prediction.top.map { String(format: "%@\t%.3f", $0.label, $0.probability) }
    let line = classes.joined(separator: "\t") + "\t" + excerpt(prediction.record.text, limit: 100)
    try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
  }

  /// The label, or a list where there may be several or none.
  private static func value(_ prediction: RecordPrediction) throws -> CorpusWriter.Value {
    prediction.isSet ? .json(try StepAccount.json(prediction.labels)) : .text(prediction.labels[0])
  }

  func finish() throws { try writer?.finish() }
}

/// Where entities go: a file of records, CoNLL columns, or standard output as lines for people or as JSON
/// lines.
final class TagOutput: AnswerOutput {
  private let writer: CorpusWriter?
  private let columns: AtomicFile?

  init(_ path: String?, isJSON: Bool) throws {
    if let path, path.hasSuffix(".conll") {
      columns = try AtomicFile(URL(fileURLWithPath: path))
      writer = nil
      return
    }
    columns = nil
    let url = path.map(CorpusReader.location) ?? (isJSON ? CorpusReader.standardInput : nil)
    writer = try url.map { try CorpusWriter($0, columns: ["id", "text", "entities"]) }
  }

  func write(_ answer: TaggedRecord) throws {
    if let columns {
      let lines = zip(answer.words, answer.tags).map { "\($0)\t\($1)\n" }
      return try columns.write(Data((lines.joined() + "\n").utf8))
    }
    guard let writer else {
      let entities = answer.entities.map { "\($0.label) \($0.start)-\($0.end) \($0.text)" }
      let line =
        (entities.isEmpty ? "-" : entities.joined(separator: "; ")) + "\t"
        + excerpt(answer.record.text, limit: 100) + "\n"
      return try FileHandle.standardOutput.write(contentsOf: Data(line.utf8))
    }
    try writer.write([
      ("id", .text(answer.record.id)), ("text", .text(answer.record.text)),
      ("entities", .json(try StepAccount.json(answer.entities))),
    ])
  }

  func finish() throws {
    try writer?.finish()
    try columns?.commit()
  }
}

/// Where answers go: a file of records, or standard output as lines for people or as JSON lines.
final class QuestionOutput: AnswerOutput {
  private let writer: CorpusWriter?
  private let listsMore: Bool

  init(_ path: String?, isJSON: Bool, listsMore: Bool) throws {
    let url = path.map(CorpusReader.location) ?? (isJSON ? CorpusReader.standardInput : nil)
    let columns = ["id", "question", "answer", "start", "end", "probability", "score", "top"]
    writer = try url.map {
      try CorpusWriter($0, columns: listsMore ? columns : columns.dropLast())
    }
    self.listsMore = listsMore
  }

  func write(_ record: AnsweredRecord) throws {
    guard let writer else { return try writeLine(record) }
    let answer = record.answer
    var row: [(name: String, value: CorpusWriter.Value)] = [
      ("id", .text(record.record.id)), ("question", .text(record.question)),
      ("answer", .text(answer.text)), ("start", .integer(answer.start)),
      ("end", .integer(answer.end)), ("probability", .number(answer.probability)),
      ("score", .number(answer.score)),
    ]
    if listsMore {
      row.append(("top", .json(try StepAccount.json(record.top))))
    }
    try writer.write(row)
  }

  private func writeLine(_ record: AnsweredRecord) throws {
    let answers = listsMore ? record.top : [record.answer]
    let shown = answers.map {
      String(
        format: "%@\t%.3f", $0.text.isEmpty ? "-" : excerpt($0.text, limit: 100), $0.probability)
    }
    let line = shown.joined(separator: "\t") + "\t" + excerpt(record.question, limit: 100) + "\n"
    try FileHandle.standardOutput.write(contentsOf: Data(line.utf8))
  }

  func finish() throws { try writer?.finish() }
}
