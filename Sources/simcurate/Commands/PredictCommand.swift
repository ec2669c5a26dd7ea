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
    var options = options
    if let fields { options.textFields = fields }
    try answer(
      step, typed: fields.map(pairs) ?? records, options,
      PredictionOutput(out, isJSON: common.json), console, \.text)
  }

  /// Answers what stands on the command line, or else a file.
  ///
  /// - Parameter text: of the summary, which is data only where the answers went elsewhere.
  func answer<Step: RecordPredictor>(
    _ step: Step, typed: @autoclosure () throws -> [Record], _ reading: ReadingOptions,
    _ output: some AnswerOutput<Step.Answer>, _ console: Console, _ text: (Step.Summary) -> String
  ) throws {
    if file == nil, texts != ["-"] {
      try step.predictions(typed()).forEach(output.write)
      return try output.finish()
    }
    let summary = try step.run(
      CorpusReader.location(file ?? "-"), reading: reading, model: model, output.write)
    try output.finish()
    console.finish()
    guard out != nil, out != "-" else { return console.remark(text(summary)) }
    try common.show(summary) { text($0) + "\n" }
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
    try answer(step, typed: records, options, TagOutput(out, isJSON: common.json), console, \.text)
  }
}

extension TagPredictSummary {
  fileprivate var text: String {
    var text = String(
      format: "predict: %d texts (%@), %d entities, %.0f texts a second", records, precision,
      entities, Double(records) / max(seconds, 1e-9))
    if let scores {
      text += String(
        format:
          "\n         precision %.4f, recall %.4f, F1 %.4f on the %d entities of %d with tags",
        scores.precision, scores.recall, scores.f1, scores.support, scored)
    }
    return text
  }
}

extension PredictSummary {
  fileprivate var text: String {
    var lines = [
      String(
        format: "predict: %d %@ (%@), %.0f a second", records,
        records == 1 ? "text" : "texts", precision,
        Double(records) / max(seconds, 1e-9))
    ]
    if let regression = regression {
      lines.append(
        "         " + regression.text.trimmingCharacters(in: .newlines)
          + " on \(scored) with a number")
    }
    if let accuracy = accuracy, let micro = microF1, let macro = macroF1 {
      lines.append(
        String(
          format: "         micro-F1 %.4f, macro-F1 %.4f, all right %.4f on %d with labels", micro,
          macro, accuracy, scored))
    } else if let accuracy = accuracy, let f1 = macroF1 {
      lines.append(
        String(
          format: "         accuracy %.4f, macro-F1 %.4f on %d with a label", accuracy, f1,
          scored))
    }
    if let relations = relations {
      lines.append(
        String(
          format: "         macro-F1 %.4f of %d relations", relations.macro.f1,
          relations.relations.count))
    }
    if unknownLabels > 0 {
      lines.append("         \(unknownLabels) have a label the model does not know")
    }
    if longTexts > 0 {
      lines.append(
        "         \(longTexts) were longer than \(maximumTokens) tokens and were cut"
      )
    }
    return lines.joined(separator: "\n")
  }
}
