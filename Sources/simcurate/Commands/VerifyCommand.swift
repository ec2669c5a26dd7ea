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
    if !summary.violations.isEmpty { throw ExitCode(3) }
  }
}

extension VerifySummary {
  var text: String {
    guard violations.isEmpty else {
      let listed = violations.prefix(20).map { "  \($0)\n" }.joined()
      let more = violations.count > 20 ? "  … and \(violations.count - 20) more (--json)\n" : ""
      return "verify: \(violations.count) violations\n" + listed + more
    }
    var text = "verify: all invariants hold for \(kept) kept and \(removed) removed records"
    text += " at \(threshold)\n"
    if listedPairs > 0 {
      text += "        \(listedPairs) pairs at or above it are listed as vetoed or in conflict\n"
    }
    return text
  }
}
