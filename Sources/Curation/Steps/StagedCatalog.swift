import Corpus
import Files
import Foundation
import Neighbors
import Store

/// How an index was made; an append must agree with it.
struct IndexOptions: Codable {
  struct Fields: Codable, Equatable {
    /// The first text field.
    var text: String
    /// The other text fields; nil if there are none, and then the separator is nil too.
    var moreTexts: [String]?
    var separator: String?
    var label: String
    var labelSeparator: String?
    var tagColumn: Int?
    var id: String

    init(_ reading: ReadingOptions) {
      text = reading.textFields[0]
      if reading.textFields.count > 1 {
        moreTexts = Array(reading.textFields.dropFirst())
        separator = reading.textSeparator
      }
      label = reading.labelField
      labelSeparator = reading.labelSeparator
      tagColumn = reading.tagColumn
      id = reading.idField
    }

    var textNames: [String] { [text] + (moreTexts ?? []) }

    /// The text fields as they are given on the command line.
    var texts: String { textNames.joined(separator: " \(OptionName.textField) ") }

    var shownTagColumn: String { tagColumn.map { "\($0)" } ?? "(the last)" }

    var shownSeparator: String { "'" + (separator ?? "\n").replacing("\n", with: "\\n") + "'" }
  }

  var model: Manifest.Model
  var fields: Fields
}

/// The catalog of an index that is being built.
struct StagedCatalog {
  let catalog: Catalog
  private(set) var corpusHash = ""
  private(set) var skipped = 0
  private(set) var records = 0
  /// Records by the script most of their letters are of.
  private(set) var scripts: [ScriptGuard.Script: Int] = [:]
  private let monitor: StepMonitor

  /// A new catalog at `url`, in place of what a run before left there.
  init(at url: URL, monitor: StepMonitor) throws {
    Self.remove(url)
    catalog = try Catalog.create(at: url)
    self.monitor = monitor
  }

  /// A copy of the catalog of `old` with its records, pairs, removals, drops and decisions by hand;
  /// all that other steps made is left out.
  init(copying old: OpenIndex, to url: URL, monitor: StepMonitor) throws {
    Self.remove(url)
    try FileManager.default.copyItem(at: old.folder.catalog, to: url)
    catalog = try Catalog.open(at: url)
    self.monitor = monitor
    let coverage = try PairCoverage(old).afterAppend()
    let catalog = catalog
    let (runs, steps) = (try catalog.runs(), try catalog.steps())
    try catalog.update { editor in
      try editor.replaceComparisons([ComparisonRow]())
      try editor.replaceTestSlices([TestSliceRow]())
      for run in runs { try editor.deleteRun(id: run.id) }
      try editor.forgetStepsAfterDedup()
      try editor.replaceVetoes([Veto]())
      try editor.replaceConflicts([Conflict]())
      try editor.replaceOutliers([Outlier]())
      for step in steps { try editor.forget(step: step.name) }
      // The recall of an approximate join stays with its pairs, and how many records were decided.
      try editor.forgetFigures(ReadingCounts.self)
      try editor.replaceFigures(coverage)
    }
    records = old.manifest.recordCount
  }

  /// A copy of the catalog of `old` with its records and decisions by hand only: what another model will see of
  /// them is to be found out anew.
  init(recordsOf old: OpenIndex, to url: URL, monitor: StepMonitor) throws {
    try self.init(copying: old, to: url, monitor: monitor)
    try catalog.update { editor in
      for stage in RemovalStage.allCases {
        try editor.replacePairs(stage: stage.rawValue, [StoredPair]())
      }
      try editor.replaceRemovals([RemovalRow]())
      try editor.replaceDrops([Drop]())
      try editor.forgetFigures(PairCoverage.self)
      try editor.forgetFigures(JoinRecall.self)
      try editor.forgetFigures(DedupFigures.self)
    }
    try summarize()
  }

  private static func remove(_ url: URL) {
    for path in [url.path, url.path + "-journal"] {
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  /// Adds the records of `files` after those that are there.
  ///
  /// - Throws: `FileError` for a line that cannot be read, and with both places for an id that is
  ///   there already.
  mutating func read(_ files: [CorpusFile], _ reading: ReadingOptions) throws {
    var (row, skippedRows) = (records, 0)
    try catalog.update { editor in
      for file in files {
        let summary = try CorpusReader(options: reading).read(file.url, split: file.split) {
          record in
          try editor.insert(StoredRecord(row: row, record: record))
          row += 1
          if row % 1000 == 0 {
            monitor.progress(
              StepProgress(phase: "reading", completed: row, total: nil, unit: "records"))
            try monitor.checkpoint()
          }
        }
        skippedRows += summary.skippedCount
        for remark in summary.remarks { monitor.remark(remark) }
        if reading.requiresLabel, summary.labeledCount < summary.recordCount {
          let missing = summary.recordCount - summary.labeledCount
          monitor.remark(
            "\(file.url.relativePath): \(missing) of \(summary.recordCount) records have no label "
              + "in '\(reading.labelField)'")
        }
        for error in summary.skipped { monitor.remark("skipped: \(error)") }
      }
    }
    (records, skipped) = (row, skippedRows)
    try summarize()
  }

  /// One reading of all records, old and new.
  private mutating func summarize() throws {
    var scripts: [ScriptGuard.Script: Int] = [:]
    corpusHash = try Self.corpusHash(catalog) { record in
      if let script = ScriptGuard.dominantScript(of: record.text) {
        scripts[script, default: 0] += 1
      }
    }
    self.scripts = scripts
  }

  /// SHA-256 (hexadecimal) over all of the records that a user gave, each of which `body` sees too.
  static func corpusHash(
    _ catalog: Catalog, forEach body: (StoredRecord) -> Void = { _ in }
  ) throws -> String {
    var hasher = SHA256Hasher()
    try catalog.forEachRecord { record in
      body(record)
      for part in [
        record.id, record.text, record.label ?? "", record.givenSplit?.rawValue ?? "",
        record.fields ?? "",
      ] {
        hasher.update("\(part.utf8.count):")
        hasher.update(part)
      }
    }
    return SHA256Hasher.hexadecimal(hasher.finish())
  }
}
