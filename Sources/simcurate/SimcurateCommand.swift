import ArgumentParser
import Corpus
import Curation
import Foundation
import Kernels

/// `simcurate`: flags to options to steps to an exit code.
@main
struct SimcurateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simcurate",
    abstract: "Find what repeats and leaks in a text data set, split it, fine-tune on it, and see "
      + "whether it mattered.",
    discussion: """
      The whole job on one corpus:
        simcurate run reviews.jsonl --out indexes/reviews

      Or step by step, each resumable:
        simcurate index reviews.jsonl --out indexes/reviews
        simcurate dedup indexes/reviews --threshold 0.9
        simcurate verify indexes/reviews

      Exit codes: 0 done, 1 failure, 3 a requested check failed, 64 wrong usage, 130 interrupted.
      """,
    version: simcurateVersion,
    subcommands: [],
    groupedSubcommands: [
      CommandGroup(name: "The whole job", subcommands: [RunCommand.self]),
      CommandGroup(
        name: "Its steps",
        subcommands: [
          IndexCommand.self, DedupCommand.self, VerifyCommand.self, ClusterCommand.self,
          SplitCommand.self, CompositionCommand.self, FinetuneCommand.self, SweepCommand.self,
          AdaptCommand.self, CompareCommand.self, ReportCommand.self, ExportCommand.self,
        ]),
      CommandGroup(
        name: "Decisions by hand",
        subcommands: [
          ReviewCommand.self, KeepCommand.self, DropCommand.self, UndoCommand.self,
        ]),
      CommandGroup(
        name: "Questions to an index or a model",
        subcommands: [
          ExplainCommand.self, SearchCommand.self, PredictCommand.self, CalibrateCommand.self,
          LeakCommand.self, ProbeCommand.self,
        ]),
      CommandGroup(
        name: "Pieces by themselves",
        subcommands: [EmbedCommand.self, TokenizeCommand.self, ModelCommand.self]),
    ])

  static func main() {
    Interruption.install()
    do {
      try checkProcessor()
      try checkSubcommand()
      var command = try parse(Array(CommandLine.arguments.dropFirst()))
      try command.run()
      LockOptions.releaseAll()
    } catch {
      LockOptions.releaseAll()
      Failure(error).exit(as: self)
    }
  }

  private static var commands: [any ParsableCommand.Type] {
    configuration.subcommands + configuration.groupedSubcommands.flatMap { $0.subcommands }
  }

  /// The command that `arguments` and the recipe they name ask for.
  private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    let expanded = try RecipeArguments.expand(arguments, commands: commands)
    do {
      return try parseAsRoot(expanded)
    } catch {
      // Where the command line alone is right, the recipe is at fault.
      guard let recipe = RecipeArguments.given, exitCode(for: error) == .validationFailure,
        let failure = recipe.failure(message(for: error), commandLine: arguments)
      else { throw error }
      throw failure
    }
  }

  /// ArgumentParser calls an unknown command an unexpected argument.
  private static func checkSubcommand() throws {
    guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-") else { return }
    let names = commands.compactMap { $0.configuration.commandName } + ["help"]
    if names.contains(word) { return }
    let meant = FieldNames.nearest(to: word, among: names)
    throw ValidationError(
      "There is no command '\(word)'."
        + (meant.map { " Did you mean '\($0)'?" } ?? " See simcurate --help for all."))
  }

  /// A misspelled level would test the wrong processor without a word.
  private static func checkProcessor() throws {
    guard Processor.emulated == nil else { return }
    let levels = Processor.Level.allCases.map(\.rawValue).joined(separator: ", ")
    throw ValidationError("SIMCURATE_PROCESSOR is none of \(levels).")
  }
}
