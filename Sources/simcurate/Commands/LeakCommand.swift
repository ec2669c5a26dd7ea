import ArgumentParser
import Corpus
import Curation
import Foundation
import Neighbors

struct LeakCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leak",
    abstract: "Find test items that repeat training items; exit 3 over a rate.",
    discussion:
      "Example: simcurate leak --train a.jsonl --test b.jsonl --threshold 0.9 --max-rate 0.01")

  @Option(name: .long, help: ArgumentHelp("Training file.", valueName: "file"))
  var train: [String]
  @Option(name: .long, help: ArgumentHelp("Test file.", valueName: "file"))
  var test: [String]
  @Option(
    name: .long, help: ArgumentHelp("Cosine from which on a test item leaks.", valueName: "t"))
  var threshold: Float = 0.9
  @Option(
    name: .long,
    help: ArgumentHelp("Exit 3 if more than this share of the test items leaks.", valueName: "r"))
  var maxRate: Double?
  @OptionGroup var reading: CorpusOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var encoder: EncoderOptions
  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    guard threshold > 0, threshold <= 1 else {
      throw ValidationError("--threshold must be above 0 and at most 1, got \(threshold).")
    }
    if let maxRate, !(0...1).contains(maxRate) {
      throw ValidationError("--max-rate must be between 0 and 1, got \(maxRate).")
    }
  }

  func run() throws {
    let console = common.begin()
    let embedder = try encoder.embedder(model)
    let summary = try LeakCheck(
      embedder: embedder, reading: reading.reading, threshold: threshold, monitor: console.monitor
    ).run(train: train.map(CorpusReader.location), test: test.map(CorpusReader.location))
    console.finish()
    let texts = summary.trainRecords + summary.testRecords
    if let remark = embedder.identity.remark(long: embedder.longTextCount, of: texts) {
      console.remark(remark)
    }
    try common.show(summary) { text(of: $0) }
    if let maxRate, summary.rate > maxRate { throw ExitCode(3) }
  }

  private func text(of summary: LeakSummary) -> String {
    var text = String(
      format: "leak: %d of %d test items (%.2f%%) have a training item at %.3g or above\n",
      summary.leaked, summary.testRecords, summary.rate * 100, Double(summary.threshold))
    guard !summary.worst.isEmpty else { return text }
    var table = Table([
      ("score", .right), ("test", .left), ("text", .left), ("training", .left), ("text", .left),
    ])
    for pair in summary.worst {
      table.add([
        String(format: "%.4f", pair.score), excerpt(pair.test, limit: 20),
        excerpt(pair.testText, limit: 40), excerpt(pair.train, limit: 20),
        excerpt(pair.trainText, limit: 40),
      ])
    }
    text += table.text
    if let maxRate, summary.rate > maxRate { text += "over the limit of \(maxRate)\n" }
    return text
  }
}
