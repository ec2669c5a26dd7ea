import ArgumentParser
import Curation
import Foundation

struct ClusterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cluster", abstract: "Group paraphrases and topics.",
    discussion: "Example: simcurate cluster indexes/reviews --topics 40")

  @OptionGroup var index: IndexArgument
  @OptionGroup var options: ClusterArguments
  @OptionGroup var seed: SeedOption
  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.begin()
    let summary = try ClusterStep(
      index.open(), options: options.options(seed: seed.seed),
      account: StepAccount(command: commandLine), monitor: console.monitor
    ).run()
    console.finish()
    try common.show(summary) { $0.text }
  }
}

struct ClusterArguments: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Cosine to a group's leading text at which another joins (default: dedup's floor).",
      valueName: "t"))
  var paraphrase: Float?

  @Option(
    name: .long,
    help: ArgumentHelp("Topic cells (default: by the number of texts).", valueName: "n"))
  var topics: Int?

  mutating func validate() throws {
    if let paraphrase, !(paraphrase > 0 && paraphrase <= 1) {
      throw ValidationError("--paraphrase must be above 0 and at most 1, got \(paraphrase).")
    }
    if let topics, topics < 1 { throw ValidationError("--topics must be at least 1.") }
  }

  func options(seed: UInt64) -> ClusterOptions {
    ClusterOptions(floor: paraphrase, topics: topics, seed: seed)
  }
}

extension ClusterSummary {
  var text: String {
    var text = nothingToDo ? "cluster: nothing to do; " : "cluster: "
    text += "\(paraphraseGroups) paraphrase groups with \(groupedRecords) records"
    text += " (largest \(largestGroup)"
    if let loosestPair { text += String(format: ", loosest pair %.3f", loosestPair) }
    return text + "), \(topics) topic cells\n"
  }
}
