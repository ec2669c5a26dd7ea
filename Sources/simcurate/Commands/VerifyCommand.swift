import ArgumentParser
import Curation
import Foundation
import Study

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Recompute what an index promises; exit 3 if something does not hold.",
    discussion: """
      Plain, it holds files and records against their hashes, every removal against threshold, \
      guards, labels and keep order, the kept records against each other, the split against near \
      pairs, and scores against predictions. --replay does dedup, cluster, split and compare again \
      from texts, vectors and options, on a copy, and compares row by row. --embed embeds texts \
      again with the model. Docs/Verify.md says what each proves and what none can.

      Example: simcurate verify indexes/reviews
      Example: simcurate verify indexes/reviews --replay --embed 1000
      """)

  @OptionGroup var index: IndexArgument
  @Flag(
    name: .long,
    help: "Do the recorded steps again and compare all they decide; models are not trained again.")
  var replay = false
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Embed so many records again, drawn by --seed, and compare the vectors.",
      valueName: "n|all"))
  var embed: EmbedSample?
  @OptionGroup var model: ModelOptions
  @OptionGroup var seed: SeedOption
  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.begin()
    let open = try index.open(.shared, console)
    var summary = try VerifyStep(open, monitor: console.monitor).run()
    var found = try StudyCheck(open).violations()
    if replay {
      let outcome = try ReplayStep(open, model: model.open, monitor: console.monitor).run()
      summary.replayed = outcome.steps
      found += outcome.violations
    }
    if let embed {
      let check = EmbeddingCheck(
        open, embedder: try open.embedder(model.folder), monitor: console.monitor)
      let outcome = try check.run(count: embed.count, seed: seed.seed)
      summary.embedded = outcome.checked
      found += outcome.violations
    }
    let ids = found.isEmpty ? [] : try open.records().ids
    summary.add(found) { "'\(ids[Int($0)])'" }
    console.finish()
    try common.show(summary) { $0.text }
    if !summary.violationsByKind.isEmpty { throw ExitCode(3) }
  }
}

/// How many records to embed again.
enum EmbedSample: ExpressibleByArgument {
  case all
  case some(Int)

  init?(argument: String) {
    if argument == "all" {
      self = .all
    } else if let count = Int(argument), count > 0 {
      self = .some(count)
    } else {
      return nil
    }
  }

  /// Nil for all.
  var count: Int? {
    if case .some(let count) = self { count } else { nil }
  }
}

extension VerifySummary {
  var text: String {
    guard violationsByKind.isEmpty else {
      let count = violationsByKind.values.reduce(0, +)
      let kinds = violationsByKind.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
      let listed = violations.prefix(20).map { "  \($0)\n" }.joined()
      let more = count > 20 ? "  … and \(count - 20) more (--json lists 100)\n" : ""
      return "verify: \(count) violations (\(kinds.joined(separator: ", ")))\n" + listed + more
        + advice.map { "- \($0)\n" }.joined()
    }
    var text = "verify: all invariants hold for \(kept) kept, \(removed) removed"
    text += dropped > 0 ? " and \(dropped) dropped records" : " records"
    text += " at \(threshold)\n"
    if let replayed {
      text += "        done again with the same outcome: \(replayed.joined(separator: ", "))\n"
    }
    if let embedded { text += "        \(embedded) texts embedded again have their vectors\n" }
    if vetoedPairs > 0 { text += "        \(vetoedPairs) pairs are kept apart by guards\n" }
    if conflictPairs > 0 { text += "        \(conflictPairs) pairs carry different labels\n" }
    return text
  }
}
