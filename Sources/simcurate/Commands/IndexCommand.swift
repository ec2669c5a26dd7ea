import ArgumentParser
import Curation
import Foundation

struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index", abstract: "Embed a corpus and index it.",
    discussion: "Example: simcurate index reviews.csv --text-field review --out indexes/reviews")

  @OptionGroup var corpus: CorpusArguments
  @Option(name: .long, help: ArgumentHelp("Index folder to write.", valueName: "index"))
  var out: String?
  @OptionGroup var model: ModelOptions
  @OptionGroup var encoder: EncoderOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.begin()
    let summary = try Self.index(
      corpus, out: out, model: model, encoder: encoder, console: console)
    console.finish()
    try common.show(summary) { $0.text }
  }

  static func index(
    _ corpus: CorpusArguments, out: String?, model: ModelOptions, encoder: EncoderOptions,
    console: Console
  ) throws -> IndexSummary {
    let embedder = try encoder.embedder(model)
    let summary = try IndexStep(
      folder: URL(fileURLWithPath: out ?? corpus.defaultIndex),
      account: StepAccount(command: commandLine), monitor: console.monitor
    ).run(corpus.files, reading: corpus.options.reading, embedder: embedder)
    if let remark = embedder.identity.remark(long: summary.longTexts, of: summary.embedded) {
      console.remark(remark)
    }
    return summary
  }
}

extension IndexSummary {
  var text: String {
    if nothingToDo { return "index: nothing to do, \(index) holds these \(records) records\n" }
    var text = "index: \(records) records, \(distinctTexts) distinct texts"
    text += " (\(embedded) embedded now, \(dimension) dimensions, \(precision)) in \(index)\n"
    if skippedLines > 0 { text += "       \(skippedLines) invalid lines skipped\n" }
    return text
  }
}
