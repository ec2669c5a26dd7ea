import ArgumentParser
import Corpus
import Foundation
import Study
import Training
import Transformer

/// `predict` with a model for questions.
extension PredictCommand {
  func answer(_ model: ModelFolder, savedAt url: URL, _ console: Console) throws {
    let saved = try SavedTraining(folder: url)
    let names = reading.textField.isEmpty ? saved?.pairFields ?? [] : reading.textField
    guard names.isEmpty || names.count == 2 else {
      throw ValidationError("Questions need two fields, each with its own --text-field.")
    }
    let fields = QuestionFields(texts: names)
    let finder = try AnswerFinder(
      folder: model, precision: precision, maximumTokens: saved?.maximumTokens,
      stride: saved?.answers?.stride ?? AnswerFinder.standardStride,
      count: max(topK, AnswerFinder.standardCount))
    let step = AnswerPredictStep(
      finder, fields: fields, nullThreshold: saved?.answers?.nullThreshold, top: topK,
      monitor: console.monitor)
    let output = try AnswerOutput(out, isJSON: common.json, listsMore: topK > 1)
    if file == nil, texts != ["-"] {
      for answer in try step.predictions(pairs(fields.texts)) { try output.write(answer) }
      return try output.finish()
    }
    var options = reading.reading
    options.textFields = fields.texts
    let summary = try step.run(
      CorpusReader.location(file ?? "-"), reading: options, model: self.model, output.write)
    try output.finish()
    console.finish()
    guard out != nil, out != "-" else { return console.remark(summary.text) }
    try common.show(summary) { $0.text + "\n" }
  }
}

extension AnswerPredictSummary {
  fileprivate var text: String {
    var text = String(
      format: "predict: %d questions (%@), %d without an answer, %.0f a second", records, precision,
      unanswered, Double(records) / max(seconds, 1e-9))
    if let report {
      text += String(
        format: "\n         exact match %.4f, F1 %.4f on %d with known answers",
        report.exactMatch, report.f1, report.items)
    }
    return text
  }
}

extension QuestionScores {
  /// Exact match and F1 of all questions, and of those with and without an answer where there are both.
  var text: String {
    var table = Table([
      ("", .left), ("exact match", .right), ("F1", .right), ("questions", .right),
    ])
    func add(_ name: String, _ exactMatch: Double, _ f1: Double, _ items: Int) {
      table.add(
        [name] + [exactMatch, f1].map { String(format: "%.3f", $0) } + ["\(items)"])
    }
    add("all", report.exactMatch, report.f1, report.items)
    if report.noAnswer != nil {
      for (name, part) in [("with an answer", report.hasAnswer), ("without", report.noAnswer)] {
        if let part { add(name, part.exactMatch, part.f1, part.items) }
      }
    }
    var text = "scores on the test part's questions:\n" + table.text
    if let nullThreshold {
      text += String(
        format: "no answer is given where its score is higher than the best by more than %.3f\n",
        nullThreshold)
    }
    return text
  }
}

/// Where answers go: a file of records, or standard output as lines for people or as JSON lines.
private final class AnswerOutput {
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
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      row.append(("top", .json(String(decoding: try encoder.encode(record.top), as: UTF8.self))))
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
