import ArgumentParser
import Corpus
import Curation
import Files
import Foundation
import Study
import Training
import Transformer

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Classify, rate or tag texts, or answer questions, with a fine-tuned model.",
    discussion: """
      MODEL is a folder that finetune wrote, a run's folder in an index, or a folder of any \
      AutoModelForSequenceClassification, AutoModelForTokenClassification or AutoModelForQuestionAnswering \
      that transformers saved. A model for tokens gives the entities of each text with their places in it; a \
      model for numbers gives the number. Where a text may have several labels, those hold that reach the probability that finetune \
      found best (0.5 if the folder names none).

      A model that finetune --task pairs made reads the two fields that it learned from, or two others with \
      --text-field; texts on the command line are then taken two by two. --pairs does the same with a folder \
      that transformers saved.

      A model that finetune --task relations made reads texts that mark two entities, \
      <e1>so</e1> and <e2>so</e2>, or JSON lines that give their places in e1 and e2.

      A model for questions finds the answer to each question in its context: two texts on the command line, or \
      a file of SQuAD's JSON or JSON lines. Nothing is the answer where that is surer than finetune found best \
      (never if the folder says nothing); --top-k lists more answers with their probabilities.

      Texts stand on the command line, or in a file: then some thousand are answered at a time, however \
      long the file, and where its records have labels the scores are told at the end. \
      With --json each answer is a JSON object on a line of its own.

      Examples:
        simcurate predict my-model "where is my parcel?"
        simcurate predict my-model - < questions.txt
        simcurate predict my-model --file questions.csv --text-field question --out answers.jsonl
        simcurate predict my-reader "Who won?" "The Panthers won, 17 to 10."
        simcurate predict my-reader --file squad.json --out answers.jsonl
      """)

  @Argument(help: ArgumentHelp("Model or run folder.", valueName: "model"))
  var model: String
  @Argument(help: ArgumentHelp("Texts; - reads one a line from standard input.", valueName: "text"))
  var texts: [String] = []
  @Option(
    name: .long, help: ArgumentHelp("File of the texts, - for standard input.", valueName: "file"))
  var file: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Write the answers to this .jsonl, .csv or .tsv file instead.", valueName: "file"))
  var out: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Folder of low-rank adapters (Python's PEFT, or finetune --method lora) to put on MODEL.",
      valueName: "dir"))
  var adapter: String?
  @Option(
    name: .long, help: ArgumentHelp("Most probable classes or answers to list.", valueName: "k"))
  var topK = 1
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Arithmetic of the encoder: auto, f32, bf16, int8 or int7.", valueName: "kind"))
  var precision: Precision = .automatic
  @Flag(name: .long, help: "MODEL takes two texts: those of two --text-field.")
  var pairs = false
  @OptionGroup var reading: CorpusOptions
  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    guard texts.isEmpty != (file == nil) else {
      throw ValidationError("Give texts, or a file with --file.")
    }
    guard topK >= 1 else { throw ValidationError("--top-k must be at least 1, got \(topK).") }
  }

  func run() throws {
    let console = common.begin()
    let folder = URL(fileURLWithPath: model)
    let inside = folder.appendingPathComponent("model")
    let isRun = FileManager.default.fileExists(
      atPath: inside.appendingPathComponent("config.json").path)
    let url = isRun ? inside : folder
    let adapter = adapter.map { URL(fileURLWithPath: $0) }
    let model = try ModelFolder(at: url, adapter: adapter)
    if WordTagger.isOne(model) { return try tag(model, console) }
    if AnswerFinder.isOne(model) { return try answer(model, savedAt: url, console) }
    let classifier = try TextClassifier(model, savedAt: url, precision: precision)
    let fields = try pairFields(url)
    let step = PredictStep(
      classifier, pairFields: fields, otherLabel: try SavedTraining(folder: url)?.otherLabel,
      top: topK, monitor: console.monitor)
    let output = try PredictionOutput(out, isJSON: common.json)
    if file == nil, texts != ["-"] {
      let records = try fields.map(pairs) ?? records
      for prediction in try step.predictions(records) { try output.write(prediction) }
      return try output.finish()
    }
    var options = options
    if let fields { options.textFields = fields }
    let summary = try step.run(
      CorpusReader.location(file ?? "-"), reading: options, model: self.model, output.write)
    try output.finish()
    console.finish()
    try tell(summary, console)
  }

  /// The fields of pairs, where the model or the user says that it takes some.
  private func pairFields(_ url: URL) throws -> [String]? {
    let saved = try SavedTraining(folder: url)?.pairFields
    guard pairs || saved != nil else { return nil }
    let typed = file == nil && texts != ["-"]
    let fields =
      reading.textField.isEmpty ? saved ?? (typed ? ["first", "second"] : []) : reading.textField
    guard fields.count == 2 else {
      throw ValidationError("Pairs need two fields, each with its own --text-field.")
    }
    return fields
  }

  /// What stands on the command line, two by two.
  func pairs(_ fields: [String]) throws -> [Record] {
    guard texts.count % 2 == 0 else {
      throw ValidationError("\(model) takes pairs of texts; got \(texts.count) of them.")
    }
    return try stride(from: 0, to: texts.count, by: 2).map { place in
      let pair = [texts[place], texts[place + 1]]
      let row = Dictionary(uniqueKeysWithValues: zip(fields, pair))
      return Record(
        id: "\(place / 2 + 1)", text: pair.joined(separator: reading.reading.textSeparator),
        source: "command line", line: place / 2 + 1,
        fields: String(decoding: try JSONEncoder().encode(row), as: UTF8.self))
    }
  }

  /// What stands on the command line.
  private var records: [Record] {
    texts.enumerated().map {
      Record(id: "\($0 + 1)", text: $1, source: "command line", line: $0 + 1)
    }
  }

  private var options: ReadingOptions {
    var options = reading.reading
    if file == nil { options.format = options.format ?? .text }
    return options
  }

  private func tag(_ model: ModelFolder, _ console: Console) throws {
    guard topK == 1 else {
      throw ValidationError("--top-k belongs to classifiers; \(self.model) tags words.")
    }
    let step = try TagPredictStep(
      WordTagger(folder: model, precision: precision), monitor: console.monitor)
    let output = try TagOutput(out, isJSON: common.json)
    if file == nil, texts != ["-"] {
      for answer in try step.predictions(records) { try output.write(answer) }
      return try output.finish()
    }
    let summary = try step.run(
      CorpusReader.location(file ?? "-"), reading: options, model: self.model, output.write)
    try output.finish()
    console.finish()
    var text = String(
      format: "predict: %d texts (%@), %d entities, %.0f texts a second", summary.records,
      summary.precision, summary.entities,
      Double(summary.records) / max(summary.seconds, 1e-9))
    if let scores = summary.scores {
      text += String(
        format:
          "\n         precision %.4f, recall %.4f, F1 %.4f on the %d entities of %d with tags",
        scores.precision, scores.recall, scores.f1, scores.support, summary.scored)
    }
    guard out != nil, out != "-" else { return console.remark(text) }
    try common.show(summary) { _ in text + "\n" }
  }

  /// The summary is data only where the answers went elsewhere.
  private func tell(_ summary: PredictSummary, _ console: Console) throws {
    let text = Self.text(summary)
    guard out != nil, out != "-" else { return console.remark(text) }
    try common.show(summary) { _ in text + "\n" }
  }

  private static func text(_ summary: PredictSummary) -> String {
    var lines = [
      String(
        format: "predict: %d %@ (%@), %.0f a second", summary.records,
        summary.records == 1 ? "text" : "texts", summary.precision,
        Double(summary.records) / max(summary.seconds, 1e-9))
    ]
    if let regression = summary.regression {
      lines.append(
        "         " + regression.text.trimmingCharacters(in: .newlines)
          + " on \(summary.scored) with a number")
    }
    if let accuracy = summary.accuracy, let micro = summary.microF1, let macro = summary.macroF1 {
      lines.append(
        String(
          format: "         micro-F1 %.4f, macro-F1 %.4f, all right %.4f on %d with labels", micro,
          macro, accuracy, summary.scored))
    } else if let accuracy = summary.accuracy, let f1 = summary.macroF1 {
      lines.append(
        String(
          format: "         accuracy %.4f, macro-F1 %.4f on %d with a label", accuracy, f1,
          summary.scored))
    }
    if let relations = summary.relations {
      lines.append(
        String(
          format: "         macro-F1 %.4f of %d relations", relations.macro.f1,
          relations.relations.count))
    }
    if summary.unknownLabels > 0 {
      lines.append("         \(summary.unknownLabels) have a label the model does not know")
    }
    if summary.longTexts > 0 {
      lines.append(
        "         \(summary.longTexts) were longer than \(summary.maximumTokens) tokens and were cut"
      )
    }
    return lines.joined(separator: "\n")
  }
}

/// Where answers go: a file, or standard output as lines for people or as JSON lines.
private final class PredictionOutput {
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
      row.append(("top", .json(try Self.json(prediction.top))))
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
    prediction.isSet ? .json(try json(prediction.labels)) : .text(prediction.labels[0])
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  func finish() throws { try writer?.finish() }
}

/// Where entities go: a file of records, CoNLL columns, or standard output as lines for people or as JSON
/// lines.
private final class TagOutput {
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
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let json = String(decoding: try encoder.encode(answer.entities), as: UTF8.self)
    try writer.write([
      ("id", .text(answer.record.id)), ("text", .text(answer.record.text)),
      ("entities", .json(json)),
    ])
  }

  func finish() throws {
    try writer?.finish()
    try columns?.commit()
  }
}
