import ArgumentParser
import Curation
import Foundation
import Transformer

struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index", abstract: "Embed a corpus and index it.",
    discussion: """
      Examples:
        simcurate index reviews.csv --text-field review --out indexes/reviews
        simcurate index --append december.csv --text-field review --out indexes/reviews
      """)

  @OptionGroup var corpus: CorpusArguments
  @Option(name: .long, help: ArgumentHelp("Index folder to write.", valueName: "index"))
  var out: String?
  @Flag(
    name: .long,
    help: ArgumentHelp(
      "Add the files to the index at --out; only new texts are embedded.",
      discussion:
        "Old records keep their places. Run dedup and what follows again after it; models "
        + "and reports in the folder are dropped."))
  var append = false
  @OptionGroup var force: ForceOption
  @OptionGroup var locks: LockOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var encoder: EncoderOptions
  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    if append, out == nil { throw ValidationError("--append needs --out, the index to add to.") }
    if append, force.force {
      throw ValidationError("--append keeps what is there; --force replaces it. Give one of them.")
    }
  }

  func run() throws {
    let console = common.begin()
    let url = try corpus.hold(out, locks, console)
    let summary = try Self.index(
      corpus, at: url, append: append, replacing: force.force, embedder: encoder.embedder(model),
      console: console)
    console.finish()
    try common.show(summary) { $0.text }
  }

  static func index(
    _ corpus: CorpusArguments, at url: URL, append: Bool = false, replacing: Bool,
    embedder: any Embedder, console: Console
  ) throws -> IndexSummary {
    let step = IndexStep(
      folder: url, account: StepAccount(command: commandLine), monitor: console.monitor)
    let (files, reading) = (corpus.files, corpus.options.reading)
    let summary =
      append
      ? try step.append(files, reading: reading, embedder: embedder)
      : try step.run(files, reading: reading, embedder: embedder, replacing: replacing)
    if let remark = embedder.identity.remark(long: summary.longTexts, of: summary.embedded) {
      console.remark(remark)
    }
    return summary
  }
}

extension CorpusArguments {
  /// The folder to index into, held for this command alone.
  func hold(_ out: String?, _ locks: LockOptions, _ console: Console) throws -> URL {
    let url = URL(fileURLWithPath: out ?? defaultIndex)
    LockOptions.make(url.deletingLastPathComponent())
    try locks.hold(url, .exclusive, console)
    return url
  }
}

extension IndexSummary {
  var text: String {
    if nothingToDo { return "index: nothing to do, \(index) holds these \(records) records\n" }
    var text = "index: \(records) records, \(distinctTexts) distinct texts"
    text += " (\(embedded) embedded now, \(dimension) dimensions, \(precision)) in \(index)\n"
    if skippedLines > 0 { text += "       \(skippedLines) invalid lines skipped\n" }
    if let readings, readings.unknown > 0 {
      text += "       \(readings.unknown) records have words the model does not know "
      text += "(\(Self.list(readings.unknownByScript)))\n"
    }
    return text + foreignText
  }

  private var foreignText: String {
    if foreignScripts.isEmpty { return "" }
    return "       \(Self.list(foreignScripts)): the model's vocabulary is Latin, "
      + "and its vectors say little of these records\n"
      + "       for other languages: corpora/fetch.sh e5, and "
      + "--model models/multilingual-e5-small\n"
  }

  /// `25 Han, 3 symbols`: the most first.
  private static func list(_ counts: [String: Int]) -> String {
    counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
  }
}
