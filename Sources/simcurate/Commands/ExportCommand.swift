import ArgumentParser
import Curation
import Foundation

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write what an index holds as files: records, pairs, clusters, a datasets folder.",
    discussion: """
      Records: all, kept (the default), removed, train, development, test, balanced. The name of \
      the file says how: .jsonl (rows as they were read), .csv, .tsv, .conll (words and tags), .json \
      (questions, as SQuAD has them), or .txt for the ids alone.
      Tables: removals, pairs, clusters, outliers, as .jsonl, .csv or .tsv.
      Folders: splits, folds, and dataset, which Hugging Face's load_dataset reads.

      Example: simcurate export indexes/reviews --out kept.csv
      Example: simcurate export indexes/reviews --what dataset --out reviews-dataset
      Example: simcurate export indexes/reviews --what pairs --threshold 0.8 --out pairs.csv
      """)

  enum Content: String, CaseIterable, ExpressibleByArgument {
    case all, kept, removed, train, development, test, balanced
    case removals, pairs, clusters, outliers
    case splits, folds, dataset

    var isFolder: Bool { [.splits, .folds, .dataset].contains(self) }
  }

  @OptionGroup var index: IndexArgument
  @Option(
    name: .long,
    help: ArgumentHelp(
      "File to write, - for JSONL on standard output; for splits, folds and dataset a folder.",
      valueName: "path"))
  var out: String
  @Option(
    name: .long,
    help: ArgumentHelp("What to write; see above.", valueName: "what"))
  var what: Content = .kept
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Format of a folder's files (default: jsonl).", valueName: "format"))
  var format: ExportFormat?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Pairs of this stage: semantic, lexical or containment (default: semantic).",
      valueName: "stage"))
  var stage: RemovalStage?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Pairs at or above this score (default: all that are stored).", valueName: "t"))
  var threshold: Float?
  @OptionGroup var common: CommonOptions

  mutating func validate() throws {
    if format != nil, !what.isFolder {
      throw ValidationError(
        "--format belongs to folders (--what splits, folds or dataset); a file's name says its own."
      )
    }
    if what.isFolder, out == "-" {
      throw ValidationError("--what \(what.rawValue) writes a folder: name one with --out.")
    }
    if what != .pairs, stage != nil || threshold != nil {
      throw ValidationError("--stage and --threshold belong to --what pairs.")
    }
    if let stage, ![.semantic, .lexical, .containment].contains(stage) {
      throw ValidationError("--stage: pairs are stored of semantic, lexical and containment.")
    }
  }

  func run() throws {
    let console = common.begin()
    let files = try export(Exporter(try index.open(.shared, console)))
    let summary = ExportSummary(index: index.url.relativePath, out: out, files: files)
    if out == "-" {
      console.remark(summary.text)
    } else {
      try common.show(summary) { $0.text + "\n" }
    }
  }

  private func export(_ exporter: Exporter) throws -> [Exporter.File] {
    let rows: Int
    let format = format ?? .jsonl
    switch what {
    case .splits: return try exporter.exportSplits(to: out, format: format)
    case .folds: return try exporter.exportFolds(to: out, format: format)
    case .dataset: return try exporter.exportDataset(to: out, format: format)
    case .removals: rows = try exporter.exportRemoved(to: out)
    case .pairs:
      rows = try exporter.exportPairs(stage: stage ?? .semantic, minimum: threshold, to: out)
    case .clusters: rows = try exporter.exportClusters(to: out)
    case .outliers: rows = try exporter.exportOutliers(to: out)
    case .all: rows = try exporter.export(.all, to: out)
    case .kept: rows = try exporter.export(.kept, to: out)
    case .removed: rows = try exporter.export(.removed, to: out)
    case .train: rows = try exporter.export(.part(.train), to: out)
    case .development: rows = try exporter.export(.part(.development), to: out)
    case .test: rows = try exporter.export(.part(.test), to: out)
    case .balanced: rows = try exporter.export(.balanced, to: out)
    }
    return [Exporter.File(name: out, rows: rows)]
  }
}

extension ExportFormat: ExpressibleByArgument {}
extension RemovalStage: ExpressibleByArgument {}

/// What was written.
struct ExportSummary: Encodable {
  var index: String
  var out: String
  var files: [Exporter.File]

  var text: String {
    let names = files.map { "\($0.rows) rows in \($0.name)" }
    return "export: " + (files.count == 1 ? "" : "\(out): ") + names.joined(separator: ", ")
  }
}
