import Corpus
import Foundation
import Store

/// Formats of the files of an exported folder.
public enum ExportFormat: String, CaseIterable, Sendable {
  case jsonl, csv, tsv
}

extension Exporter {
  /// A file of an exported folder.
  public struct File: Codable, Sendable {
    public var name: String
    public var rows: Int

    public init(name: String, rows: Int) { (self.name, self.rows) = (name, rows) }
  }

  /// `train`, `development`, `test` and `balanced`, a file each, in a folder that is made if it is not
  /// there.
  public func exportSplits(to folder: String, format: ExportFormat = .jsonl) throws -> [File] {
    let parts = GivenSplit.allCases.map { ($0.rawValue, RecordSet.part($0)) }
    return try export(parts + [("balanced", .balanced)], to: folder, format)
  }

  /// For each fold the records it tests, `fold0-test`, and those it trains on, `fold0-train`.
  ///
  /// - Throws: ``CurationError`` if the split has no folds.
  public func exportFolds(to folder: String, format: ExportFormat = .jsonl) throws -> [File] {
    _ = try rows(of: .balanced)
    let folds = Set(try index.catalog.split().compactMap(\.fold)).sorted()
    guard !folds.isEmpty else {
      let path = index.folder.url.relativePath
      throw CurationError(
        place: path, expected: "a split with folds", found: "one without",
        advice: "run simcurate split \(path) --folds 5 first")
    }
    let sets = folds.flatMap { fold in
      [
        ("fold\(fold)-train", RecordSet.fold(fold, isTest: false)),
        ("fold\(fold)-test", RecordSet.fold(fold, isTest: true)),
      ]
    }
    return try export(sets, to: folder, format)
  }

  /// A folder that `datasets.load_dataset(folder)` of Hugging Face loads: a file each for `train`,
  /// `validation` and `test`, the balanced training part as configuration `balanced`, and a README
  /// whose head says which file is what. Without a split the kept records are `train`.
  ///
  /// Rows have the same fields in all files, `id`, `text`, `label` and those of the originals; what a
  /// row lacks is null. The README is written last.
  public func exportDataset(to folder: String, format: ExportFormat = .jsonl) throws -> [File] {
    var sets: [(String, RecordSet)] = [("train", .kept)]
    if try index.catalog.step("split") != nil {
      sets = [
        ("train", .part(.train)), ("validation", .part(.development)), ("test", .part(.test)),
        ("balanced", .balanced),
      ]
    }
    let columns = try columns(
      of: sets.reduce(into: Set()) { $0.formUnion(try rows(of: $1.1)) })
    try Self.make(folder)
    var files: [File] = []
    for (name, set) in sets {
      let rows = try rows(of: set)
      if rows.isEmpty { continue }
      let name = "\(name).\(format.rawValue)"
      let writer = try CorpusWriter(
        CorpusReader.location("\(folder)/\(name)"), columns: columns)
      try forEachRecord(rows) { try writer.write($0.row(columns)) }
      try writer.finish()
      files.append(File(name: name, rows: writer.rowCount))
    }
    let card = DatasetCard(files: files, format: format, index: index, columns: columns)
    let readme = try AtomicFile(CorpusReader.location("\(folder)/README.md"))
    try readme.write(card.text.utf8)
    try readme.commit()
    return files
  }

  private func export(_ sets: [(String, RecordSet)], to folder: String, _ format: ExportFormat)
    throws -> [File]
  {
    _ = try sets.map { try rows(of: $0.1) }
    try Self.make(folder)
    return try sets.map { name, set in
      let name = "\(name).\(format.rawValue)"
      return File(name: name, rows: try export(set, to: "\(folder)/\(name)"))
    }
  }

  private static func make(_ folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }
}

extension Record {
  /// A value for each of `columns`: `id`, `text` and `label` of the record, all others of its original
  /// row, null where it has none.
  func row(_ columns: [String]) throws -> [(name: String, value: CorpusWriter.Value)] {
    let fields = try originalFields()
    return columns.map { name in
      switch name {
      case "id": (name, .text(id))
      case "text": (name, .text(text))
      case "label": (name, label.map { .text($0) } ?? .null)
      default: (name, fields[name] ?? .null)
      }
    }
  }
}
