import ArgumentParser
import Corpus
import Curation
import Foundation
import Neighbors
import Transformer

struct LeakCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leak",
    abstract: "Find what files share: test items that repeat training items; exit 3 over a rate.",
    discussion: """
      A record leaks if another file has its text, the same text after normalization, nearly the \
      same words, or a text at or above the threshold. Ids may repeat across files. In place of a \
      file an index folder will do.

      Example: simcurate leak --train a.jsonl --test b.jsonl --threshold 0.9 --max-rate 0.01
      Example: simcurate leak train.csv dev.csv test.csv
      """)

  @Argument(
    help: ArgumentHelp("Files to compare, each with all others.", valueName: "file"))
  var files: [String] = []
  @Option(name: .long, help: ArgumentHelp("Training file (may be repeated).", valueName: "file"))
  var train: [String] = []
  @Option(name: .long, help: ArgumentHelp("Test file (may be repeated).", valueName: "file"))
  var test: [String] = []
  @Option(
    name: .long, help: ArgumentHelp("Cosine from which on a record leaks.", valueName: "t"))
  var threshold: Float = 0.9
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Jaccard index of the shingles from which on a record leaks.", valueName: "t"))
  var lexicalThreshold: Float = 0.8
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Exit 3 if more than this share of the records of a test file (without --test: of any file) "
        + "leaks.", valueName: "r"))
  var maxRate: Double?
  @Option(name: .long, help: ArgumentHelp("How many pairs to list.", valueName: "n"))
  var worst = 10
  @OptionGroup var reading: CorpusOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var encoder: EncoderOptions
  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    for (name, value) in [("threshold", threshold), ("lexical-threshold", lexicalThreshold)]
    where !(value > 0 && value <= 1) {
      throw ValidationError("--\(name) must be above 0 and at most 1, got \(value).")
    }
    if let maxRate, !(0...1).contains(maxRate) {
      throw ValidationError("--max-rate must be between 0 and 1, got \(maxRate).")
    }
    guard worst >= 0 else { throw ValidationError("--worst must not be negative, got \(worst).") }
    if files.isEmpty {
      guard !train.isEmpty, !test.isEmpty else {
        throw ValidationError("Name two files or more, or --train FILE and --test FILE.")
      }
    } else {
      guard train.isEmpty, test.isEmpty else {
        throw ValidationError("Give files, or --train and --test, not both.")
      }
      guard files.count > 1 else { throw ValidationError("Name two files or more to compare.") }
    }
  }

  func run() throws {
    let console = common.begin()
    var opened: (any Embedder)?
    let check = LeakCheck(
      reading: reading.reading,
      options: LeakOptions(
        threshold: threshold, lexicalThreshold: lexicalThreshold, maxRate: maxRate, worst: worst),
      monitor: console.monitor
    ) {
      let embedder = try encoder.embedder(model)
      opened = embedder
      return embedder
    }
    let summary = try check.run(
      files.isEmpty
        ? .test(test.map(CorpusReader.location), train: train.map(CorpusReader.location))
        : .all(files.map(CorpusReader.location)))
    console.finish()
    let texts = summary.files.reduce(0) { $0 + $1.records }
    if let opened, let remark = opened.identity.remark(long: opened.longTextCount, of: texts) {
      console.remark(remark)
    }
    try common.show(summary) { $0.text }
    if !summary.overLimit.isEmpty { throw ExitCode(3) }
  }
}
