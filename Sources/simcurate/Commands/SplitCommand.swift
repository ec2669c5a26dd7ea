import ArgumentParser
import Corpus
import Curation
import Foundation

struct SplitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "Divide the kept records into parts without leaks; choose a balanced subset.",
    discussion: """
      No paraphrase group and no pair at or above the threshold crosses from one part to another. \
      A test set given to index stays as it is, and what is near one of its records leaves training \
      (with --leave-out group its whole paraphrase group does). Questions about one text, and records with \
      the same --group-field, are in one part.

      Examples:
        simcurate split indexes/reviews --shares 0.8,0.1,0.1 --export splits/
        simcurate split indexes/reviews --time-field date
        simcurate split indexes/reviews --folds 5
        simcurate split indexes/reviews --budget-tokens 200000 --selection stochastic-greedy
        simcurate split indexes/reviews --quality-field stars --selection mmr --budget 5000
        simcurate split indexes/reviews --balance source --quota web=3 --quota forum=1
        simcurate split indexes/reviews --pin topic
        simcurate split indexes/news --disjoint entities
        simcurate split indexes/squad --group-field title
      """)

  @OptionGroup var index: IndexArgument
  @OptionGroup var options: SplitArguments
  @OptionGroup var seed: SeedOption
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Write train.jsonl, development.jsonl, test.jsonl and balanced.jsonl as a folder.",
      valueName: "folder"))
  var export: String?
  @OptionGroup var common: CommonOptions

  func run() throws {
    let console = common.begin()
    let open = try index.open(.exclusive, console)
    let summary = try SplitStep(
      open, options: options.options(seed: seed.seed),
      account: StepAccount(command: commandLine), monitor: console.monitor
    ).run()
    if let export { _ = try Exporter(open).exportSplits(to: export) }
    console.finish()
    try common.show(summary) { $0.text }
  }
}

struct SplitArguments: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("Shares of training, development and test part.", valueName: "a,b,c"))
  var shares = "0.8,0.1,0.1"

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Size of the balanced training subset: a share up to 1, or a number of records.",
      valueName: "n"))
  var budget = 0.5

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Size of the balanced training subset in tokens, in place of --budget.", valueName: "n"))
  var budgetTokens: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How the subset is chosen: facility-location (what represents all best), stochastic-greedy (the "
        + "same, each step over a sample), k-center (what is farthest apart), mmr (quality "
        + "against likeness).", valueName: "method"))
  var selection: SplitOptions.Selection = .facilityLocation

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A field whose number says how good a record is, higher is better; ranks count, not the scale.",
      valueName: "field"))
  var qualityField: String?

  @Option(
    name: .long,
    help: ArgumentHelp("What quality counts against diversity, 0 to 1.", valueName: "w"))
  var qualityWeight = 0.5

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Equal quotas of the subset by label, source or topic; or none.", valueName: "key"))
  var balance: SplitOptions.Balance = .label

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Weight of a group of --balance, for example spam=3; groups not named weigh 1. Repeatable.",
      valueName: "group=weight"))
  var quota: [QuotaWeight] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Keep the mixture that all records had before dedup, by label, source, length, topic or "
        + "script, in place of --balance.", valueName: "key"))
  var pin: CompositionKey?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "With a given test set, what leaves training: near (records at or above the threshold to a test "
        + "record), or group (their whole paraphrase groups too).", valueName: "what"))
  var leaveOut: SplitOptions.LeaveOut = .near

  @Option(
    name: .long,
    help: ArgumentHelp(
      "entities: no entity that CoNLL tags mark is in training and test at once, as far as groups "
        + "allow.", valueName: "what"))
  var disjoint: SplitOptions.Disjoint?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Records with the same value of this field, such as a document or an author, stay in one part.",
      valueName: "field"))
  var groupField: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Train on the earliest, test on the latest records by this field (ISO dates or numbers).",
      valueName: "field"))
  var timeField: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Also divide all records into folds for cross-validation (column fold of splits).",
      valueName: "k"))
  var folds: Int?

  mutating func validate() throws {
    guard shareList.count == 3 else {
      throw ValidationError("--shares must be three positive shares that sum to 1: 0.8,0.1,0.1.")
    }
    let options = options(seed: 0)
    try validated { try options.validate() }
  }

  private var shareList: [Double] { shares.split(separator: ",").compactMap { Double($0) } }

  func options(seed: UInt64) -> SplitOptions {
    var options = SplitOptions(
      trainShare: shareList[0], developmentShare: shareList[1], testShare: shareList[2],
      budget: budget, selection: selection, balance: balance, seed: seed, folds: folds,
      timeField: timeField)
    options.budgetTokens = budgetTokens
    options.quotas = Dictionary(quota.map { ($0.group, $0.weight) }, uniquingKeysWith: { $1 })
    options.pin = pin
    options.qualityField = qualityField
    options.qualityWeight = qualityWeight
    options.disjoint = disjoint
    options.groupField = groupField
    options.leaveOut = leaveOut
    return options
  }
}

/// `GROUP=WEIGHT`; a group's name may hold more equals signs.
struct QuotaWeight: ExpressibleByArgument {
  let group: String
  let weight: Double

  init?(argument: String) {
    guard let place = argument.lastIndex(of: "="), place > argument.startIndex,
      let weight = Double(argument[argument.index(after: place)...]), weight >= 0,
      weight.isFinite
    else { return nil }
    self.weight = weight
    group = String(argument[..<place])
  }
}

extension SplitOptions.Selection: ExpressibleByArgument {}
extension SplitOptions.Balance: ExpressibleByArgument {}
extension SplitOptions.LeaveOut: ExpressibleByArgument {}
extension SplitOptions.Disjoint: ExpressibleByArgument {}
extension CompositionKey: ExpressibleByArgument {}

extension SplitSummary {
  var text: String {
    let parts = parts.map { String(format: "%@ %d (%.1f%%)", $0.name, $0.records, $0.share * 100) }
    var text = nothingToDo ? "split: nothing to do; " : "split: "
    text += parts.joined(separator: ", ") + "; \(selected) selected for balance\n"
    if leftOut > 0 {
      let reasons = figures.leftOut.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
      text += "       \(leftOut) kept records left out of training: "
      text += reasons.joined(separator: ", ")
      let hasGroups = figures.leftOut["group of a test record"] != nil
      text += hasGroups ? " (--leave-out near leaves out only what is near itself)\n" : "\n"
    }
    text += "       selected by \(method); guarantee: \(guarantee)\n"
    var table = Table([
      ("measure", .left), ("before", .right), ("after", .right), ("selected", .right),
    ])
    for measure in figures.measures {
      table.add(
        [measure.name]
          + [measure.before, measure.after, measure.selected].map { $0.map(Self.shown) ?? "" })
    }
    var targets = Table([("target", .left), ("off by", .right)])
    for target in figures.targets.sorted(by: { $0.name < $1.name }) {
      targets.add([target.name, String(format: "%.2f%%", target.difference * 100)])
    }
    text += table.text + "\n" + targets.text
    if let folds = figures.folds {
      text += String(
        format:
          "\nfolds: %d to %d records, label shares off by at most %.2f%%, %d near pairs across\n",
        folds.smallest, folds.largest, folds.labelShares * 100, folds.nearPairsAcross)
    }
    return text
  }

  private static func shown(_ value: Double) -> String {
    String(format: value == value.rounded() && value >= 1000 ? "%.0f" : "%.4g", value)
  }
}
