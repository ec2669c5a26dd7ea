import ArgumentParser
import Corpus
import Curation
import Foundation

struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Choose a threshold with evidence: precision and recall from labeled pairs.",
    discussion: """
      With --pairs: pairs labeled elsewhere, as texts (text_a, text_b, duplicate) or, with an index, \
      as ids (id_a, id_b, duplicate).
      With an index and --label: asks about a random sample of its stored pairs and estimates \
      precision and recall among all of them; what was answered is kept, and asked no more.
      With an index alone: the distribution of nearest-neighbor similarities, which is no evidence.

      Example: simcurate calibrate --pairs pairs.csv --target-precision 0.95
      Example: simcurate calibrate indexes/reviews --label --pairs-out decisions.csv
      Example: simcurate calibrate --pairs sts.tsv --no-header --field-a 2 --field-b 3 \
      --duplicate-field 1 --positive-from 4
      """)

  @Argument(help: ArgumentHelp("Index folder.", valueName: "index"))
  var index: String?
  @Option(
    name: .long, help: ArgumentHelp("Labeled pairs (.jsonl, .csv, .tsv).", valueName: "file"))
  var pairs: String?
  @OptionGroup var fields: PairFieldOptions
  @Flag(name: .long, help: "Label a sample of the index's stored pairs at the prompt.")
  var label = false
  @Option(
    name: .long,
    help: ArgumentHelp(
      "File of the decisions made at the prompt, .csv or .jsonl (default: INDEX.decisions.csv).",
      valueName: "file"))
  var pairsOut: String?
  @Option(
    name: .long,
    help: ArgumentHelp("Pairs to label in all, earlier ones included.", valueName: "n"))
  var sample = 200
  @Option(
    name: .long,
    help: ArgumentHelp("Precision to be sure of at the recommended threshold.", valueName: "p"))
  var targetPrecision = 0.95
  @Option(name: .long, help: ArgumentHelp("Confidence of the intervals.", valueName: "p"))
  var confidence = 0.95
  @OptionGroup var guards: GuardOption
  @OptionGroup var model: ModelOptions
  @OptionGroup var encoder: EncoderOptions
  @OptionGroup var seed: SeedOption
  @OptionGroup var locks: LockOptions
  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    for (name, value) in [("target-precision", targetPrecision), ("confidence", confidence)]
    where !(value > 0 && value < 1) {
      throw ValidationError("--\(name) must be above 0 and below 1, got \(value).")
    }
    guard sample > 0 else { throw ValidationError("--sample must be at least 1, got \(sample).") }
    guard index != nil || pairs != nil else {
      throw ValidationError("Name an index, or a file of labeled pairs with --pairs.")
    }
    if label {
      guard index != nil, pairs == nil else {
        throw ValidationError("--label takes an index and no --pairs.")
      }
    } else if pairsOut != nil {
      throw ValidationError("--pairs-out belongs to --label.")
    }
  }

  func run() throws {
    let console = common.begin()
    if let pairs {
      let summary = try judge(pairs, console)
      console.finish()
      try common.show(summary) { $0.text }
    } else if label {
      let summary = try labeled(console)
      try common.show(summary) { $0.text }
    } else {
      let open = try open(index!, console)
      let summary = try UnlabeledCalibration(open, monitor: console.monitor).run()
      console.finish()
      try common.show(summary) { $0.text }
    }
  }

  private var options: CalibrationOptions {
    get throws {
      CalibrationOptions(
        targetPrecision: targetPrecision, confidence: confidence, guards: try guards.list)
    }
  }

  private func judge(_ pairs: String, _ console: Console) throws -> CalibrationSummary {
    let labeled = try fields.reader(ids: index != nil).read(CorpusReader.location(pairs))
    let calibration = PairCalibration(options: try options, monitor: console.monitor)
    guard let index else {
      return try calibration.run(labeled, embedder: encoder.embedder(model))
    }
    return try calibration.run(labeled, index: open(index, console))
  }

  private func open(_ index: String, _ console: Console) throws -> OpenIndex {
    let url = URL(fileURLWithPath: index)
    try locks.hold(url, .shared, console)
    return try OpenIndex(at: url, readOnly: true)
  }

  private func labeled(_ console: Console) throws -> CalibrationSummary {
    let open = try open(index!, console)
    let file = URL(fileURLWithPath: pairsOut ?? (open.folder.url.path + ".decisions.csv"))
    // Two who label at once would each write the file without the other's answers.
    try locks.hold(file, .exclusive, console)
    let labeler = Labeler()
    return try SampleCalibration(open, options: options, size: sample, seed: seed.seed)
      .run(file: file) { try labeler.ask($0) }
  }
}

/// How a file of labeled pairs is read.
struct PairFieldOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("Field of the first text or id (default: text_a, id_a).", valueName: "name"))
  var fieldA: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Field of the second text or id (default: text_b, id_b).", valueName: "name"))
  var fieldB: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Field that holds 1 or 0, true or false, or unsure.", valueName: "name"))
  var duplicateField = "duplicate"
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The duplicate field holds a number; duplicates are the pairs from this one up.",
      valueName: "x"))
  var positiveFrom: Double?
  @Option(name: .long, help: "Format of the pairs, if the name does not tell: jsonl, csv or tsv.")
  var format: RecordFormat?
  @Flag(name: .long, help: "CSV and TSV files have no first row of column names.")
  var noHeader = false

  func reader(ids: Bool) -> LabeledPairReader {
    LabeledPairReader(
      PairFields(
        a: fieldA ?? (ids ? "id_a" : "text_a"), b: fieldB ?? (ids ? "id_b" : "text_b"),
        duplicate: duplicateField, positiveFrom: positiveFrom),
      format: format, hasHeader: !noHeader)
  }
}
