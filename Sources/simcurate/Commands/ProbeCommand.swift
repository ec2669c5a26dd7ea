import ArgumentParser
import Corpus
import Curation
import Files
import Foundation
import Reporting
import Study
import Transformer

struct ProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Look into models: attention by how alike positions are, diversity of states.",
    discussion: """
      Runs the models over the same texts and measures, layer by layer and head by head, where \
      attention goes (the same token, one near in meaning, any other, the first copy of a text that \
      stands twice), how even it is, how many directions the states of texts use, and how alike layers \
      and models are. Models of one --arm are pooled, with intervals over texts and models; every other \
      arm is compared with the first. Of an index the test part is read.

      Examples:
        simcurate probe models/all-MiniLM-L6-v2 --texts corpora/customer-service.jsonl
        simcurate probe --arm raw=a1,a2,a3 --arm deduplicated=b1,b2,b3 --texts indexes/reviews \
      --out probe.html
      """)

  @Argument(
    help: ArgumentHelp("Model folders, each an arm of its own.", valueName: "model"))
  var models: [String] = []
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Models of an arm, which differ by their seed alone (may be repeated).",
      valueName: "name=model,…"))
  var arm: [String] = []
  @Option(
    name: .long,
    help: ArgumentHelp("File of texts, or index folder.", valueName: "file"))
  var texts: String
  @Option(
    name: .long,
    help: ArgumentHelp("How many different texts are drawn, up to 2000.", valueName: "n"))
  var limit = 256
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Texts are cut to this many tokens, special tokens included (default: the model's limit).",
      valueName: "n"))
  var maximumTokens: Int?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Cosine of input embeddings from which on two tokens are near in meaning.", valueName: "t"))
  var near = 0.4
  @Option(
    name: .long, help: ArgumentHelp("Write a page with figures to a file.", valueName: "file.html"))
  var out: String?
  @OptionGroup var reading: CorpusOptions
  @OptionGroup var seed: SeedOption
  @OptionGroup var locks: LockOptions
  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    let arms = try arms
    guard !arms.isEmpty else {
      throw ValidationError("Name a model folder, or --arm NAME=MODEL.")
    }
    guard (ProbeOptions.leastTexts...2000).contains(limit) else {
      throw ValidationError(
        "--limit must be in \(ProbeOptions.leastTexts)...2000, got \(limit).")
    }
    guard near > 0, near <= 1 else {
      throw ValidationError("--near must be above 0 and at most 1, got \(near).")
    }
    if let out, !out.hasSuffix(".html") {
      throw ValidationError("--out must end in .html, got '\(out)'.")
    }
  }

  /// Models by themselves first, under the names of their folders; then the named arms.
  private var arms: [ProbeOptions.Arm] {
    get throws {
      var arms: [ProbeOptions.Arm] = []
      for model in models {
        let url = URL(fileURLWithPath: model)
        let isTaken = arms.contains { $0.name == url.lastPathComponent }
        arms.append(.init(name: isTaken ? model : url.lastPathComponent, models: [url]))
      }
      for option in arm {
        let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let folders = parts.count == 2 ? parts[1].split(separator: ",").map(String.init) : []
        guard parts.count == 2, !parts[0].isEmpty, !folders.isEmpty else {
          throw ValidationError("--arm takes NAME=MODEL or NAME=MODEL,MODEL,…, got '\(option)'.")
        }
        let urls = folders.map { URL(fileURLWithPath: $0) }
        if let place = arms.firstIndex(where: { $0.name == parts[0] }) {
          arms[place].models += urls
        } else {
          arms.append(.init(name: String(parts[0]), models: urls))
        }
      }
      for arm in arms where Set(arm.models.map(\.standardizedFileURL)).count < arm.models.count {
        throw ValidationError("The arm \(arm.name) names a model twice.")
      }
      return arms
    }
  }

  func run() throws {
    let console = common.begin()
    // Before the work, which would be lost if there were no place for it.
    let page = try out.map { try AtomicFile(URL(fileURLWithPath: $0)) }
    let options = ProbeOptions(
      arms: try arms, maximumTokens: maximumTokens, near: near, seed: seed.seed)
    let (sample, groups) = try sample(console)
    let result = try ProbeStep(options, monitor: console.monitor)
      .run(sample, source: texts, groups: groups)
    console.finish()
    if let page {
      try page.write(Data(result.html().utf8))
      try page.commit()
    }
    try common.show(result) { $0.text }
  }

  /// Different texts, and of an index that was clustered the paraphrase group of each.
  private func sample(_ console: Console) throws -> (texts: [String], groups: [Int]?) {
    let url = CorpusReader.location(texts)
    var sample = TextSample(limit: limit, seed: seed.seed)
    guard LeakCheck.isIndex(url) else {
      try CorpusReader(options: reading.reading).read(url) { record in
        try console.monitor.checkpoint()
        sample.add(record.text)
      }
      return (sample.texts, nil)
    }
    try locks.hold(url, .shared, console)
    let index = try OpenIndex(at: url, readOnly: true)
    let test = Set(try index.catalog.split().filter { $0.part == .test }.map(\.row))
    guard !test.isEmpty else {
      throw FileError(
        place: texts, expected: "an index with a test part", found: "none",
        advice: "run simcurate split \(texts), or give a file of texts")
    }
    let isClustered = try index.catalog.step("cluster") != nil
    let clusters = Dictionary(
      uniqueKeysWithValues: try index.catalog.members(kind: .paraphrase).map {
        ($0.row, $0.cluster)
      })
    var groups: [String: Int] = [:]
    try index.catalog.forEachRecord { record in
      guard test.contains(record.row) else { return }
      sample.add(record.text)
      // What is in no group is one of its own. Records of one text are in one group.
      groups[record.text] = groups[record.text] ?? clusters[record.row] ?? -1 - record.row
    }
    let texts = sample.texts
    return (texts, isClustered ? texts.map { groups[$0]! } : nil)
  }
}
