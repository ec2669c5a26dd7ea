import ArgumentParser
import Corpus
import Curation
import Foundation
import Neighbors
import Transformer

struct LeakCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "leak",
    abstract: "Find what files share: test items that repeat training items; exit 3 over a rate.",
    discussion: """
      A record leaks if another file has its text, the same text after normalization, or a text at \
      or above the threshold, by the rules of dedup: pairs that a guard tells apart and pairs whose \
      labels differ do not count. Ids may repeat across files. In place of a file an index folder \
      will do; one given with --train counts without its own test part.

      Example: simcurate leak --train a.jsonl --test b.jsonl --threshold 0.9 --max-rate 0.01
      Example: simcurate leak train.csv dev.csv test.csv
      """)

  @Argument(
    help: ArgumentHelp("Files to compare, each with all others.", valueName: "file"))
  var files: [String] = []
  @Option(name: .long, help: ArgumentHelp("Training file (may be repeated).", valueName: "file"))
  var train: [String] = []
  @Option(name: .long, help: ArgumentHelp("Test file (may be repeated).", valueName: "file"))
  var test: [String] = []
  @Option(
    name: .long, help: ArgumentHelp("Cosine from which on a record leaks.", valueName: "t"))
  var threshold: Float = 0.9
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Nearly the same words leak too: from this Jaccard index of the shingles on.",
      valueName: "t"))
  var lexicalThreshold: Float?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "What holds two near texts to be different: as --guards of dedup; none for no guard.",
      valueName: "list"))
  var guards = TextGuard.allCases.map(\.rawValue).joined(separator: ",")
  @Flag(name: .long, help: "Near records with different labels leak too.")
  var countConflicts = false
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Write every leaked record with what it repeats to a file (.jsonl, .csv, .tsv).",
      valueName: "file"))
  var out: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Exit 3 if more than this share of the records of a test file (without --test: of any file) "
        + "leaks.", valueName: "r"))
  var maxRate: Double?
  @Option(name: .long, help: ArgumentHelp("How many pairs to list.", valueName: "n"))
  var worst = 10
  @OptionGroup var reading: CorpusOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var encoder: EncoderOptions
  @OptionGroup var locks: LockOptions
  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    _ = try guardList
    for (name, value) in [
      ("threshold", threshold), ("lexical-threshold", lexicalThreshold ?? 1),
    ] where !(value > 0 && value <= 1) {
      throw ValidationError("--\(name) must be above 0 and at most 1, got \(value).")
    }
    if let maxRate, !(0...1).contains(maxRate) {
      throw ValidationError("--max-rate must be between 0 and 1, got \(maxRate).")
    }
    guard worst >= 0 else { throw ValidationError("--worst must not be negative, got \(worst).") }
    if files.isEmpty {
      guard !train.isEmpty, !test.isEmpty else {
        throw ValidationError("Name two files or more, or --train FILE and --test FILE.")
      }
    } else {
      guard train.isEmpty, test.isEmpty else {
        throw ValidationError("Give files, or --train and --test, not both.")
      }
      guard files.count > 1 else { throw ValidationError("Name two files or more to compare.") }
    }
  }

  private var guardList: [TextGuard] {
    get throws {
      guards == "none" ? [] : try DedupArguments.list(guards, "--guards", TextGuard.self)
    }
  }

  func run() throws {
    let console = common.begin()
    for path in files + train + test where LeakCheck.isIndex(CorpusReader.location(path)) {
      try locks.hold(CorpusReader.location(path), .shared, console)
    }
    var opened: (any Embedder)?
    let check = LeakCheck(
      reading: reading.reading,
      options: LeakOptions(
        threshold: threshold, lexicalThreshold: lexicalThreshold, guards: try guardList,
        countsLabelConflicts: countConflicts, maxRate: maxRate, worst: worst),
      monitor: console.monitor
    ) {
      let embedder = try encoder.embedder(model)
      opened = embedder
      return embedder
    }
    let writer = try out.map {
      try CorpusWriter(CorpusReader.location($0), columns: LeakSummary.Pair.columns)
    }
    let summary = try check.run(
      files.isEmpty
        ? .test(test.map(CorpusReader.location), train: train.map(CorpusReader.location))
        : .all(files.map(CorpusReader.location))
    ) { try writer?.write($0.row) }
    try writer?.finish()
    console.finish()
    let texts = summary.files.reduce(0) { $0 + $1.records }
    if let opened, let remark = opened.identity.remark(long: opened.longTextCount, of: texts) {
      console.remark(remark)
    }
    try common.show(summary) { $0.text }
    if !summary.overLimit.isEmpty { throw ExitCode(3) }
  }
}

extension LeakSummary.Pair {
  static let columns = [
    "id", "place", "repeats", "repeats_place", "score", "kind", "text", "repeats_text",
  ]

  /// Of the list that `--out` writes.
  var row: [(name: String, value: CorpusWriter.Value)] {
    [
      ("id", .text(test)), ("place", .text(testPlace)), ("repeats", .text(train)),
      ("repeats_place", .text(trainPlace)), ("score", .number(score.decimal)),
      ("kind", .text(kind.rawValue)), ("text", .text(testText)), ("repeats_text", .text(trainText)),
    ]
  }
}
