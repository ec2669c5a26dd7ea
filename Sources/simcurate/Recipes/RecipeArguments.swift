import ArgumentParser
import Corpus
import Files
import Foundation
import Recipes
import Synchronization

/// Options in a file.
struct RecipeOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "YAML file of options by their names; the command line goes before it (-: standard input).",
      valueName: "file"))
  var recipe: String?
}

/// A command whose options can stand in a recipe.
protocol RecipeCommand: ParsableCommand {
  /// Options of a recipe that mean something else to this command, or nothing.
  static var foreignKeys: Set<String> { get }
  /// Whether it has a use for a recipe's section ``RecipeArguments/searchKey``.
  static var searches: Bool { get }
}

extension RecipeCommand {
  static var foreignKeys: Set<String> { [] }
  static var searches: Bool { false }
}

/// A recipe as the arguments of a command that its options are.
struct RecipeArguments: Sendable {
  /// The key under which stands what `sweep` is to try.
  static let searchKey = "search"

  let file: RecipeFile
  /// What it says of the command's options.
  let arguments: [String]
  /// Keys that this command has no use for, in the order of the file.
  let unused: [String]
  /// Names of options that may be given several times: of them the parser would take those of both.
  private let repeated: Set<String>

  /// The recipe of the command that runs; a stream can be read once only.
  private static let current = Mutex<RecipeArguments?>(nil)
  static var given: RecipeArguments? { current.withLock { $0 } }

  /// Says which keys of the recipe `command` has no use for, if there are any.
  static func remarkUnused(_ command: String, _ console: Console) {
    guard let unused = given?.unused, !unused.isEmpty else { return }
    console.remark(
      "\(command) has no use for these of the recipe: " + unused.joined(separator: ", "))
  }

  /// - Throws: `FileError` with the line of an unknown key or an impossible value.
  init(_ file: RecipeFile, for command: any RecipeCommand.Type) throws {
    self.file = file
    let own = Set(OptionField.all(of: command).map(\.key)).subtracting(command.foreignKeys)
    let known = Self.known(to: command)
    var (arguments, unused): ([String], [String]) = ([], [])
    for entry in file.entries where entry.key != Self.searchKey || !command.searches {
      guard let field = known[entry.key] else { throw Self.unknown(entry, file, known) }
      let given = try RecipeValue(field, file).arguments(entry)
      if given.isEmpty { continue }
      if own.contains(entry.key) { arguments += given } else { unused.append(entry.key) }
    }
    (self.arguments, self.unused) = (arguments, unused)
    repeated = Set(known.values.filter(\.isRepeated).map { "--" + $0.key })
  }

  /// What a recipe may hold: the options of `finetune`, and the command's own.
  static func known(to command: any RecipeCommand.Type) -> [String: OptionField] {
    Dictionary(
      (OptionField.all(of: FinetuneCommand.self) + OptionField.all(of: command)).map {
        ($0.key, $0)
      }, uniquingKeysWith: { first, _ in first })
  }

  static func unknown(
    _ entry: RecipeFile.Entry, _ file: RecipeFile, _ known: [String: OptionField]
  ) -> FileError {
    let call = OptionField.ofCalls.contains(entry.key)
    let nearest = FieldNames.nearest(to: entry.key, among: known.keys.sorted())
    let advice =
      entry.key == searchKey
      ? "simcurate sweep searches; leave the section out here"
      : call
        ? "that is for the command line: --\(entry.key)"
        : nearest.map { "did you mean '\($0)'?" } ?? "finetune --print-config shows all keys"
    return FileError(
      place: file.place(line: entry.line), expected: "the name of an option",
      found: "'\(excerpt(entry.key))'", advice: advice)
  }

  /// `arguments` of a process with those of its recipe before them; as they are without one.
  ///
  /// - Throws: as ``init(_:for:)``, and if the file cannot be read.
  static func expand(
    _ arguments: [String], commands: [any ParsableCommand.Type]
  ) throws -> [String] {
    let command = commands.first { $0.configuration.commandName == arguments.first }
    guard let command = command as? any RecipeCommand.Type, let path = path(in: arguments) else {
      return arguments
    }
    let recipe = try RecipeArguments(RecipeFile(path: path), for: command)
    current.withLock { $0 = recipe }
    let named = recipe.repeated.intersection(arguments.map(name))
    return arguments.prefix(1) + recipe.arguments.filter { !named.contains(name($0)) }
      + arguments.dropFirst()
  }

  /// `--key=value` without the value.
  private static func name(_ argument: String) -> String { String(argument.prefix { $0 != "=" }) }

  private static func path(in arguments: [String]) -> String? {
    var path: String?
    for (place, argument) in arguments.enumerated() {
      if argument == "--" { break }
      if argument == "--recipe", place + 1 < arguments.count { path = arguments[place + 1] }
      if argument.hasPrefix("--recipe=") { path = String(argument.dropFirst("--recipe=".count)) }
    }
    return path
  }

  /// What the parser says of an option in the file, with its line; nil if it is about the command line.
  ///
  /// - Parameters:
  ///   - message: of the parser.
  ///   - commandLine: without the recipe's arguments.
  func failure(_ message: String, commandLine: [String]) -> FileError? {
    let words = message.split(whereSeparator: { " .,;:'\n".contains($0) })
    let given = Set(commandLine.map(Self.name))
    let entries = words.lazy.compactMap { word in
      file.entries.first { "--" + $0.key == word && !unused.contains($0.key) }
    }
    let entry = entries.first { !given.contains("--" + $0.key) }
    return entry.map {
      FileError(
        place: file.place(line: $0.line), expected: "options that go together",
        found: message.split(separator: "\n").first.map(String.init) ?? message)
    }
  }
}
