import ArgumentParser
import Curation
import Foundation
import Store

/// The records a person decides about.
struct DecisionArguments: ParsableArguments {
  @OptionGroup var index: IndexArgument
  @Argument(help: ArgumentHelp("Ids of the records.", valueName: "id"))
  var ids: [String]
  @OptionGroup var common: CommonOptions

  /// Writes the decision and applies it at once where the index was deduplicated; stored pairs make
  /// that cheap.
  func decide(_ verdict: Decision.Verdict?, note: String? = nil) throws {
    let console = common.begin()
    let open = try index.open(.exclusive, console)
    let summary = try DecisionStep(open).decide(ids, verdict, note: note)
    if try open.catalog.step("dedup") != nil {
      let options = try open.options(of: "dedup", as: DedupOptions.self)
      let dedup = try DedupStep(
        open, options: options, account: StepAccount(command: commandLine),
        monitor: console.monitor
      ).run()
      console.remark(dedup.text.trimmingCharacters(in: .newlines))
    }
    console.finish()
    try common.show(summary) {
      "decided by hand: \($0.keep) to keep, \($0.drop) to drop\n"
    }
  }
}

struct KeepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keep",
    abstract: "Decide by hand that records stay, whatever they repeat.",
    discussion: """
      The decision is applied at once and by every later dedup.

      Example: simcurate keep indexes/reviews review-17 review-40 --note "different products"
      """)
  @OptionGroup var arguments: DecisionArguments
  @Option(name: .long, help: ArgumentHelp("Why, for the ledger.", valueName: "text"))
  var note: String?

  func run() throws { try arguments.decide(.keep, note: note) }
}

struct DropCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drop",
    abstract: "Decide by hand that records go, and never stand for others.",
    discussion: """
      The decision is applied at once and by every later dedup.

      Example: simcurate drop indexes/reviews review-17 --note "spam"
      """)
  @OptionGroup var arguments: DecisionArguments
  @Option(name: .long, help: ArgumentHelp("Why, for the ledger.", valueName: "text"))
  var note: String?

  func run() throws { try arguments.decide(.drop, note: note) }
}

struct UndoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo",
    abstract: "Withdraw decisions made by hand.",
    discussion: "Example: simcurate undo indexes/reviews review-17")
  @OptionGroup var arguments: DecisionArguments

  func run() throws { try arguments.decide(nil) }
}

struct ReviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review",
    abstract: "Write the removals, least similar first, to a file with a column for decisions.",
    discussion: """
      Put keep, drop, undo, or both (the record and its witness stay) into the column decision and apply it with dedup --reviewed.

      Example: simcurate review indexes/reviews --out review.csv
      """)
  @OptionGroup var index: IndexArgument
  @Option(
    name: .long, help: ArgumentHelp("File to write (.csv, .tsv or .jsonl).", valueName: "file"))
  var out: String
  @Option(name: .long, help: ArgumentHelp("The most rows to write.", valueName: "n"))
  var limit: Int?
  @OptionGroup var common: CommonOptions

  struct Summary: Codable {
    var file: String
    var rows: Int
  }

  mutating func validate() throws {
    if let limit, limit < 1 {
      throw ValidationError("--limit must be at least 1, got \(limit).")
    }
  }

  func run() throws {
    let console = common.begin()
    let rows = try ReviewExport(index.open(.shared, console)).write(to: out, limit: limit)
    try common.show(Summary(file: out, rows: rows)) {
      "review: \($0.rows) removals in \($0.file)\n"
    }
  }
}
