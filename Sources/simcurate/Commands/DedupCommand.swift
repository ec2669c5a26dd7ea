import ArgumentParser
import Curation
import Foundation
import Neighbors

struct DedupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dedup",
    abstract: "Find near-duplicates and record each removal with its reason.",
    discussion: "Example: simcurate dedup indexes/reviews --threshold 0.9 --export kept.jsonl")

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
  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.begin()
    let open = try index.open()
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
    help: ArgumentHelp("Stages to run, of exact, normalized, semantic.", valueName: "list"))
  var stages = "exact,normalized,semantic"

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Record to keep of several: first, longest, shortest, central, highest:FIELD, lowest:FIELD, "
        + "sources:A,B.", valueName: "rule"))
  var keep: KeepRule = .longest

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What holds two near texts to be different: any of numbers, negation, names, script; or none.",
      valueName: "list"))
  var guards = TextGuard.allCases.map(\.rawValue).joined(separator: ",")

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Near-duplicates with different labels: keepBoth (and report), or ignore the labels.",
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
    guard threshold > 0, threshold <= 1 else {
      throw ValidationError("--threshold must be above 0 and at most 1, got \(threshold).")
    }
    guard conflicts == .keepBoth || conflicts == .ignore else {
      throw ValidationError("--conflicts must be keepBoth or ignore, got \(conflicts.rawValue).")
    }
    _ = try stageList
    _ = try guardList
  }

  private var stageList: [RemovalStage] {
    get throws {
      let list = try Self.list(stages, "--stages", RemovalStage.self)
      if list.contains(.lexical) { throw ValidationError("--stages: lexical is not there yet.") }
      return list
    }
  }

  private var guardList: [TextGuard] {
    get throws { guards == "none" ? [] : try Self.list(guards, "--guards", TextGuard.self) }
  }

  private static func list<Value: RawRepresentable & CaseIterable & Hashable>(
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
    get throws {
      DedupOptions(
        threshold: threshold, floor: floor, stages: try stageList, keep: keep,
        guards: try guardList, conflicts: conflicts, scope: scope, join: join)
    }
  }
}

extension KeepRule: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
extension RemovalOptions.ConflictPolicy: ExpressibleByArgument {}
extension RemovalOptions.Scope: ExpressibleByArgument {}
extension JoinMethod: ExpressibleByArgument {}

extension DedupSummary {
  var text: String {
    let stages = ["exact", "normalized", "lexical", "semantic"].compactMap { stage in
      removedByStage[stage].map { "\($0) \(stage)" }
    }
    let share = Double(removed) / Double(max(1, records)) * 100
    var text = nothingToDo ? "dedup: nothing to do; " : "dedup: "
    text += "\(kept) of \(records) records kept at \(threshold), \(removed) removed"
    text += String(format: " (%.1f%%", share)
    text += stages.isEmpty ? ")\n" : ": " + stages.joined(separator: ", ") + ")\n"
    if removedForTest > 0 { text += "       \(removedForTest) of them repeat a test record\n" }
    if vetoes > 0 {
      let kinds = vetoesByGuard.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
      text +=
        "       \(vetoes) pairs kept apart by guards (" + kinds.joined(separator: ", ") + ")\n"
    }
    if let recall {
      text += String(
        format:
          "       approximate join: %.2f%% of a sample's %d pairs found (95%%: %.2f to %.2f)\n",
        recall.share * 100, recall.pairs, recall.interval.lowerBound * 100,
        recall.interval.upperBound * 100)
    }
    if conflicts > 0 {
      text += "       \(conflicts) near-duplicate pairs carry different labels, both kept\n"
    }
    return text
  }
}
