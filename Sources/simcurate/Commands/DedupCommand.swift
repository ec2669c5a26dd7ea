import ArgumentParser
import Curation
import Foundation
import Neighbors

struct DedupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dedup",
    abstract: "Find near-duplicates and record each removal with its reason.",
    discussion: """
      Example: simcurate dedup indexes/reviews --threshold 0.9 --export kept.jsonl
      Example: simcurate dedup indexes/reviews --stages exact,normalized,lexical \
      --keep sources:wiki.jsonl,crawl.jsonl --conflicts majority
      """)

  @OptionGroup var index: IndexArgument
  @OptionGroup var options: DedupArguments
  @Option(
    name: .long, help: ArgumentHelp("Write the kept records to a file.", valueName: "file"))
  var export: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Write the removals (id, witness, score, stage, rule, guards) to a file.", valueName: "file"))
  var exportRemoved: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Apply the decisions of a reviewed file: columns id and decision (keep, both, drop, undo or empty), "
        + "as simcurate review writes it.", valueName: "file"))
  var reviewed: String?
  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.begin()
    let open = try index.open(.exclusive, console)
    if let reviewed { try DecisionStep(open).apply(reviewed: reviewed) }
    let summary = try DedupStep(
      open, options: options.options, account: StepAccount(command: commandLine),
      monitor: console.monitor
    ).run()
    let exporter = Exporter(open)
    if let export { try exporter.exportKept(to: export) }
    if let exportRemoved { try exporter.exportRemoved(to: exportRemoved) }
    console.finish()
    try common.show(summary) { $0.text }
  }
}

/// What counts as a near-duplicate and which is kept.
struct DedupArguments: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("Cosine at or above which texts are near-duplicates.", valueName: "t"))
  var threshold: Float = 0.9

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Store pairs down to this cosine (default: 0.1 below the threshold); the threshold can then "
        + "be moved down to it without a new join.", valueName: "t"))
  var floor: Float?

  @Option(
    name: .long,
    help: ArgumentHelp("Stages to run, of exact, normalized, lexical, semantic.", valueName: "list")
  )
  var stages = "exact,normalized,semantic"

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Jaccard index of the shingles at or above which texts are near-duplicates at the stage "
        + "lexical.", valueName: "t"))
  var lexicalThreshold: Float = 0.8

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Pieces compared at the stage lexical: words a shingle, and characters where a script has no "
        + "spaces between words.", valueName: "sizes"))
  var shingles: ShingleSizes = ShingleSizes()

  @Option(
    name: .long,
    help: ArgumentHelp(
      "With the stage lexical: texts are near-duplicates too if this share of the shorter one's "
        + "shingles is in the longer.", valueName: "t"))
  var containment: Float?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Never remove these records: ids, one a line (.txt), or a corpus file with ids.",
      valueName: "file"))
  var protect: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Never remove a record in which this field is true or a number other than 0.",
      valueName: "field"))
  var protectField: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Record to keep of several: first, longest, shortest, central, highest:FIELD, lowest:FIELD, "
        + "sources:A,B (names of the files, the best first).", valueName: "rule"))
  var keep: KeepRule = .longest

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What holds two near texts to be different: any of numbers, negation, names, script, opposites, "
        + "unknown, truncated; or none.",
      valueName: "list"))
  var guards = TextGuard.allCases.map(\.rawValue).joined(separator: ",")

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Near-duplicates with different labels: keepBoth (and report), ignore the labels, dropBoth, "
        + "or majority (the rarer label goes).",
      valueName: "policy"))
  var conflicts: RemovalOptions.ConflictPolicy = .keepBoth

  @Option(
    name: .long,
    help: ArgumentHelp(
      "all: within the set and against a given test set; leakage: only against the test set.",
      valueName: "scope"))
  var scope: RemovalOptions.Scope = .all

  @Option(
    name: .long,
    help: ArgumentHelp(
      "exact: all pairs; ivf: most pairs, with their share measured (for ten million records).",
      valueName: "method"))
  var join: JoinMethod = .exact

  mutating func validate() throws {
    let options = try options(protecting: [])
    try validated { try options.validate() }
    guard try containment == nil || stageList.contains(.lexical) else {
      throw ValidationError("--containment belongs to the stage lexical: add it to --stages.")
    }
    guard try keep != .central || stageList.contains(.semantic) else {
      throw ValidationError(
        "--keep central counts near texts of the stage semantic: add it to --stages.")
    }
  }

  private var stageList: [RemovalStage] {
    get throws {
      let list = try Self.list(stages, "--stages", RemovalStage.self)
      guard !list.contains(.containment) else {
        throw ValidationError("--stages: for containment give lexical and --containment SHARE.")
      }
      return containment == nil ? list : (list + [.containment]).sorted()
    }
  }

  private var guardList: [TextGuard] {
    get throws { guards == "none" ? [] : try Self.list(guards, "--guards", TextGuard.self) }
  }

  static func list<Value: RawRepresentable & CaseIterable & Hashable>(
    _ text: String, _ option: String, _ type: Value.Type
  ) throws -> [Value] where Value.RawValue == String {
    let values = try text.split(separator: ",").map { word in
      guard let value = Value(rawValue: String(word)) else {
        let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("\(option): '\(word)' is none of \(known).")
      }
      return value
    }
    guard !values.isEmpty else { throw ValidationError("\(option): name at least one.") }
    return Value.allCases.filter { values.contains($0) }
  }

  var options: DedupOptions {
    get throws { try options(protecting: Set(protect.flatMap(ProtectedIDs.read))) }
  }

  private func options(protecting ids: Set<String>) throws -> DedupOptions {
    var options = DedupOptions(
      threshold: threshold, floor: floor, stages: try stageList, keep: keep,
      guards: try guardList, conflicts: conflicts, scope: scope, join: join)
    options.lexicalThreshold = lexicalThreshold
    options.shingleWords = shingles.words
    options.shingleCharacters = shingles.characters
    options.containment = containment
    options.protectField = protectField
    options.protectedIDs = ids.sorted()
    return options
  }
}

extension KeepRule: ExpressibleByArgument {
  /// Nil for what is no rule.
  public init?(argument: String) { self.init(argument) }
}
extension RemovalOptions.ConflictPolicy: ExpressibleByArgument {}
extension RemovalOptions.Scope: ExpressibleByArgument {}
extension JoinMethod: ExpressibleByArgument {}

/// `words:2,characters:3`; what is left out has its default.
struct ShingleSizes: ExpressibleByArgument, CustomStringConvertible {
  var words = 2
  var characters = 3

  init() {}

  init?(argument: String) {
    if argument == "auto" { return }
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = part.split(separator: ":")
      guard pair.count == 2, let size = Int(pair[1]), (1...16).contains(size) else { return nil }
      switch pair[0] {
      case "words": words = size
      case "characters": characters = size
      default: return nil
      }
    }
  }

  var description: String { "words:\(words),characters:\(characters)" }
  var defaultValueDescription: String { description }
}

extension DedupSummary {
  var text: String {
    let stages = ["exact", "normalized", "lexical", "containment", "semantic"].compactMap { stage in
      removedByStage[stage].map { "\($0) \(stage)" }
    }
    let share = Double(removed) / Double(max(1, records - testRecords)) * 100
    var text = nothingToDo ? "dedup: nothing to do; " : "dedup: "
    text += "\(kept) of \(records) records kept at \(threshold), \(removed) removed"
    text += String(format: " (%.1f%%", share)
    if testRecords > 0 { text += " of the \(records - testRecords) that are no test records" }
    text += stages.isEmpty ? ")\n" : ": " + stages.joined(separator: ", ") + ")\n"
    if testRecords > 0 {
      text += "       \(removedForTest) of them repeat a test record, "
      text += "\(removed - removedForTest) repeat another record\n"
    }
    if let byHand = dropped["manual"] { text += "       \(byHand) dropped by hand\n" }
    if let overLabels = dropped["conflict"] {
      text += "       \(overLabels) dropped because a near-duplicate has another label\n"
    }
    if protectedRepeats > 0 {
      text += "       \(protectedRepeats) protected records repeat another protected one and stay\n"
    }
    if vetoes > 0 {
      let kinds = vetoesByGuard.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
      text +=
        "       \(vetoes) pairs kept apart by guards (" + kinds.joined(separator: ", ") + ")\n"
    }
    if let readings, readings.cut > 0 {
      text += "       \(readings.cut) records were cut at \(maximumTokens) tokens; the guard "
      text += "truncated keeps apart what differs after that\n"
      text += "       (index --long chunk embeds all of a text: then the model judges it)\n"
    } else if readings == nil {
      text += "       the index does not say which texts were cut or have unknown words: "
      text += "index into another folder\n"
    }
    if let recall {
      text += String(
        format:
          "       approximate join: %.2f%% of a sample's %d pairs found (95%%: %.2f to %.2f)\n",
        recall.share * 100, recall.pairs, recall.interval.low * 100,
        recall.interval.high * 100)
    }
    if conflicts > 0 {
      text += "       \(conflicts) near-duplicate pairs carry different labels\n"
    }
    if let changes {
      let added = records - changes.earlierRecords
      text +=
        "       against the dedup before (\(added) records are new): \(changes.nowKept) removed "
      text += "then are kept now, \(changes.nowRemoved) kept then are left out now, "
      text += "\(changes.otherWitness) have another witness\n"
    }
    return text
  }
}
