import Corpus
import Files
import Foundation
import Store

/// Formats of the files of an exported folder.
public enum ExportFormat: String, CaseIterable, Sendable {
  case jsonl, csv, tsv
}

extension Exporter {
  /// A file of an exported folder.
  public struct File: Codable, Sendable {
    /// As people know it.
    public var name: String
    /// How many rows it has.
    public var rows: Int

    /// Each parameter is the property of that name.
    public init(name: String, rows: Int) { (self.name, self.rows) = (name, rows) }
  }

  /// `train`, `development`, `test` and `balanced`, a file each, in a folder that takes the place of
  /// what was exported there before.
  ///
  /// - Throws: `FileError` if the folder holds something else; so do the other exports.
  public func exportSplits(to folder: String, format: ExportFormat = .jsonl) throws -> [File] {
    let parts = GivenSplit.allCases.map { ($0.rawValue, RecordSet.part($0)) }
    let sets = parts + [("balanced", .balanced)]
    return try export(sets, to: folder, format) { name in sets.contains { $0.0 == name } }
  }

  /// For each fold the records it tests, `fold0-test`, and those it trains on, `fold0-train`.
  ///
  /// - Throws: `FileError` if the split has no folds.
  public func exportFolds(to folder: String, format: ExportFormat = .jsonl) throws -> [File] {
    _ = try rows(of: .balanced)
    let folds = Set(try index.catalog.split().compactMap(\.fold)).sorted()
    guard !folds.isEmpty else {
      let path = index.folder.url.relativePath
      throw FileError(
        place: path, expected: "a split with folds", found: "one without",
        advice: "run simcurate split \(path) \(OptionName.folds) 5 first")
    }
    let sets = folds.flatMap { fold in
      [
        ("fold\(fold)-train", RecordSet.fold(fold, isTest: false)),
        ("fold\(fold)-test", RecordSet.fold(fold, isTest: true)),
      ]
    }
    // An earlier export may have had more folds.
    return try export(sets, to: folder, format) {
      $0.wholeMatch(of: /fold[0-9]+-(train|test)/) != nil
    }
  }

  /// A folder that `datasets.load_dataset(folder)` of Hugging Face loads: a file each for `train`,
  /// `validation` and `test`, the balanced training part as configuration `balanced`, and a README
  /// whose head says which file is what. Without a split the kept records are `train`.
  ///
  /// Rows have the same fields in all files, `id`, `text`, `label` and those of the originals; what a
  /// row lacks is null.
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
    let names: Set = ["train", "validation", "test", "balanced"]
    return try replace(folder, isOwn: names.contains) { folder in
      var files: [File] = []
      for (name, set) in sets {
        let rows = try rows(of: set)
        if rows.isEmpty { continue }
        let name = "\(name).\(format.rawValue)"
        let writer = try CorpusWriter(folder.appendingPathComponent(name), columns: columns)
        try forEachRecord(rows) { try writer.write($0.row(columns)) }
        try writer.finish()
        files.append(File(name: name, rows: writer.rowCount))
      }
      let card = DatasetCard(files: files, format: format, index: index, columns: columns)
      try AtomicFile.write(Data(card.text.utf8), to: folder.appendingPathComponent("README.md"))
      return files
    }
  }

  private func export(
    _ sets: [(String, RecordSet)], to folder: String, _ format: ExportFormat,
    isOwn: (String) -> Bool
  ) throws -> [File] {
    _ = try sets.map { try rows(of: $0.1) }
    return try replace(folder, isOwn: isOwn) { folder in
      try sets.map { name, set in
        let name = "\(name).\(format.rawValue)"
        let path = folder.appendingPathComponent(name).path
        return File(name: name, rows: try export(set, to: path))
      }
    }
  }

  /// Puts what `fill` writes in the place of `path`, if nothing is there but earlier exports.
  ///
  /// - Parameter isOwn: of names without extension.
  private func replace(
    _ path: String, isOwn: (String) -> Bool, fill: (URL) throws -> [File]
  ) throws -> [File] {
    let folder = URL(fileURLWithPath: path)
    let foreign = AtomicFolder.foreign(in: folder) { name in
      let file = folder.appendingPathComponent(name)
      let isExport = ExportFormat(rawValue: file.pathExtension) != nil
      return isExport && isOwn(file.deletingPathExtension().lastPathComponent)
        || DatasetCard.isOne(file)
    }
    if let foreign {
      throw FileError(
        place: path, expected: "a folder of an earlier export, an empty one or none",
        found: "a folder with another file, '\(foreign)'",
        advice: "choose another folder; an exported folder is replaced as a whole")
    }
    return try AtomicFolder.replace(folder, fill: fill)
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
