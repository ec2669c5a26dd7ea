import ArgumentParser
import Curation
import Foundation

struct ClusterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cluster", abstract: "Group paraphrases and topics; find outliers.",
    discussion: """
      Examples:
        simcurate cluster indexes/reviews --topics 40
        simcurate cluster indexes/reviews --linkage average --cohesion 0.85

      Without --topics their number is that of the highest Bayesian information criterion on a \
      sample of the texts.
      """)

  @OptionGroup var index: IndexArgument
  @OptionGroup var options: ClusterArguments
  @OptionGroup var seed: SeedOption
  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.begin()
    let summary = try ClusterStep(
      index.open(.exclusive, console), options: options.options(seed: seed.seed),
      account: StepAccount(command: commandLine), monitor: console.monitor
    ).run()
    console.finish()
    try common.show(summary) { $0.text + $0.examples }
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
    help: ArgumentHelp("Topic cells (default: suggested by the texts).", valueName: "n"))
  var topics: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "leader: groups around leading texts; average: also clusters by average linkage.",
      valueName: "rule"))
  var linkage: Linkage = .leader

  @Option(
    name: .long,
    help: ArgumentHelp(
      "With --linkage average: least mean cosine at which two clusters are joined (default: as "
        + "--paraphrase).", valueName: "t"))
  var cohesion: Float?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Texts least like their nearest others to note (default: one in a hundred, at most 100).",
      valueName: "n"))
  var outliers: Int?

  mutating func validate() throws {
    for (name, value) in [("paraphrase", paraphrase), ("cohesion", cohesion)] {
      if let value, !(value > 0 && value <= 1) {
        throw ValidationError("--\(name) must be above 0 and at most 1, got \(value).")
      }
    }
    if cohesion != nil, linkage != .average {
      throw ValidationError("--cohesion belongs to --linkage average.")
    }
    if let topics, topics < 1 { throw ValidationError("--topics must be at least 1.") }
    if let outliers, outliers < 0 {
      throw ValidationError("--outliers must not be negative, got \(outliers).")
    }
  }

  func options(seed: UInt64) -> ClusterOptions {
    ClusterOptions(
      floor: paraphrase, topics: topics, seed: seed, linkage: linkage == .leader ? nil : linkage,
      cohesion: cohesion, outliers: outliers)
  }
}

extension Linkage: ExpressibleByArgument {}

extension ClusterSummary {
  /// The figures, a line each.
  var text: String {
    let cells = "\(topics) topic cells" + (topicsSuggested ? " (a suggested number)" : "")
    var text = nothingToDo ? "cluster: nothing to do; " : "cluster: "
    text += Self.line(paraphrase, "paraphrase groups")
    if let average { text += "         " + Self.line(average, "average-linkage clusters") }
    return text + "         \(cells), \(outliers) outliers noted\n"
  }

  private static func line(_ figures: Figures, _ name: String) -> String {
    var text = "\(figures.groups) \(name) with \(figures.records) records"
    if figures.groups > 0 { text += ", the largest of \(figures.largest)" }
    text += "\n"
    if let pair = figures.loosest {
      text += String(format: "         loosest pair %.3f: ", pair.score)
      text += "\(excerpt(pair.textA, limit: 52))\n" + String(repeating: " ", count: 29)
      text += "\(excerpt(pair.textB, limit: 51))\n"
    }
    return text
  }

  /// The largest groups and topics, and the strangest texts.
  var examples: String {
    var text = ""
    if !largestGroups.isEmpty {
      var table = Table([
        ("size", .right), ("loosest", .right), ("words", .left), ("group", .left),
      ])
      for group in largestGroups {
        table.add([
          "\(group.size)", group.loosest.map { String(format: "%.3f", $0) } ?? "",
          Self.words(group.words, width: 24), excerpt(group.text, limit: 36),
        ])
      }
      text += "\n" + table.text
    }
    var topics = Table([("size", .right), ("words", .left), ("topic", .left)])
    for topic in largestTopics {
      topics.add([
        "\(topic.size)", Self.words(topic.words, width: 34), excerpt(topic.text, limit: 36),
      ])
    }
    text += "\n" + topics.text
    guard !strangest.isEmpty else { return text }
    var table = Table([("similarity", .right), ("outlier", .left), ("text", .left)])
    for outlier in strangest {
      table.add([
        String(format: "%.3f", outlier.similarity), excerpt(outlier.id, limit: 20),
        excerpt(outlier.text, limit: 44),
      ])
    }
    return text + "\n" + table.text
  }

  /// As many whole words as fit.
  private static func words(_ words: [String], width: Int) -> String {
    var text = ""
    for word in words {
      let longer = text.isEmpty ? word : text + " " + word
      if Table.width(longer) > width { break }
      text = longer
    }
    return text
  }
}
