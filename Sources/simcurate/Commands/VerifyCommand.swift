import ArgumentParser
import Curation
import Foundation

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Recompute from texts and vectors what the removals promise; exit 3 if one fails.",
    discussion: """
      Three promises: every removed record has a kept witness at or above the threshold with the \
      score in the ledger; no two kept records are at or above it, except pairs the ledger lists; \
      every group keeps at least one record.

      Example: simcurate verify indexes/reviews
      """)

  @OptionGroup var index: IndexArgument
  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.begin()
    let summary = try VerifyStep(index.open(readOnly: true), monitor: console.monitor).run()
    console.finish()
    try common.show(summary) { $0.text }
    if !summary.violationsByKind.isEmpty { throw ExitCode(3) }
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
    }
    var text = "verify: all invariants hold for \(kept) kept, \(removed) removed"
    text += dropped > 0 ? " and \(dropped) dropped records" : " records"
    text += " at \(threshold)\n"
    if vetoedPairs > 0 { text += "        \(vetoedPairs) pairs are kept apart by guards\n" }
    if conflictPairs > 0 { text += "        \(conflictPairs) pairs carry different labels\n" }
    return text
  }
}
