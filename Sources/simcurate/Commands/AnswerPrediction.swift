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
    var options = reading.reading
    options.textFields = fields.texts
    try answer(
      step, typed: pairs(fields.texts), options,
      QuestionOutput(out, isJSON: common.json, listsMore: topK > 1), console, \.text)
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
