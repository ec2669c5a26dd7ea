import ArgumentParser
import Curation

/// The guards of commands that judge pairs but remove nothing.
struct GuardOption: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Pairs that these hold to be different are no duplicates: any of numbers, negation, names, "
        + "script, opposites, entities, unknown, truncated; all; or none.", valueName: "list"))
  var guards = "none"

  mutating func validate() throws { _ = try list }

  var list: [TextGuard] {
    get throws {
      switch guards {
      case "none": []
      case "all": TextGuard.allCases
      default: try DedupArguments.list(guards, "--guards", TextGuard.self)
      }
    }
  }
}
