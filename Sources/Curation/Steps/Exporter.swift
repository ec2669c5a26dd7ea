import Corpus
import Files
import Foundation
import Store

/// A set of an index's records.
public enum RecordSet: Hashable, Sendable {
  case all
  /// Neither removed nor dropped.
  case kept
  /// Removed or dropped.
  case removed
  /// A part of the split.
  case part(GivenSplit)
  /// The balanced subset of the training part.
  case balanced
  /// The records of a fold, or all that are in other folds.
  case fold(Int, isTest: Bool)
}

/// Writes what an index holds as files; every file appears whole or not at all.
public struct Exporter {
  let index: OpenIndex

  /// Only prepares the work.
  public init(_ index: OpenIndex) { self.index = index }

  /// The records of `set`: in JSONL as they were read; in CSV and TSV with the columns `id`, `text`,
  /// `label` and all other fields that one of them has; in a `.txt` file their ids, one a line; in a
  /// `.conll` file their words, each with its tag; in a `.json` file questions, as SQuAD has them.
  ///
  /// - Parameter path: a file name (`.jsonl`, `.csv`, `.tsv`, `.txt`, `.conll`, `.json`), or `-` for JSONL on
  ///   standard output.
  /// - Returns: how many there are.
  /// - Throws: `FileError` if there is no split yet, or no folds, and the set needs one; for a `.conll`
  ///   or `.json` file naming a record without tags, or that is no question.
  @discardableResult
  public func export(_ set: RecordSet, to path: String) throws -> Int {
    let rows = try rows(of: set)
    let url = CorpusReader.location(path)
    if url.pathExtension == "txt" { return try exportIDs(rows, to: url) }
    if url.pathExtension == "conll" { return try exportSentences(rows, to: url) }
    if url.pathExtension == "json" { return try exportQuestions(rows, to: url) }
    let isDelimited = ["csv", "tsv", "tab"].contains(url.pathExtension)
    let columns = isDelimited ? try columns(of: rows) : []
    let writer = try CorpusWriter(url, columns: columns)
    try forEachRecord(rows) { record in
      if isDelimited { try writer.write(record.row(columns)) } else { try writer.write(record) }
    }
    try writer.finish()
    return writer.rowCount
  }

  /// The kept records, as they were read.
  public func exportKept(to path: String) throws { try export(.kept, to: path) }

  /// The rows of `set`.
  func rows(of set: RecordSet) throws -> Set<Int> {
    switch set {
    case .all: return Set(0..<index.manifest.recordCount)
    case .kept: return Set(try index.catalog.keptRows())
    case .removed:
      return Set(0..<index.manifest.recordCount).subtracting(try index.catalog.keptRows())
    case .part(let part): return try assignedRows { $0.part == part }
    case .balanced: return try assignedRows { $0.part == .train && $0.selected }
    case .fold(let fold, let isTest):
      return try assignedRows { $0.fold != nil && ($0.fold == fold) == isTest }
    }
  }

  private func assignedRows(_ isWanted: (SplitAssignment) -> Bool) throws -> Set<Int> {
    let split = try index.catalog.split()
    guard !split.isEmpty else {
      let path = index.folder.url.relativePath
      throw FileError(
        place: path, expected: "an index after the step 'split'", found: "one without it",
        advice: "run simcurate split \(path) first")
    }
    return Set(split.filter(isWanted).map(\.row))
  }

  func forEachRecord(_ rows: Set<Int>, _ body: (Record) throws -> Void) throws {
    try index.catalog.forEachRecord { if rows.contains($0.row) { try body($0.record) } }
  }

  /// `id`, `text`, `label`, then the fields of the original rows that are none of these, in the order
  /// in which they come.
  func columns(of rows: Set<Int>) throws -> [String] {
    let own = try index.readFields()
    var columns = ["id", "text", "label"]
    // The text of several fields is that of none of them.
    let text = own?.moreTexts == nil ? own?.text : nil
    var known = Set(columns + [text, own?.label, own?.id].compactMap { $0 })
    try forEachRecord(rows) { record in
      for (name, _) in try record.originalMembers() where known.insert(name).inserted {
        columns.append(name)
      }
    }
    return columns
  }

  private func exportIDs(_ rows: Set<Int>, to url: URL) throws -> Int {
    let file = try AtomicFile(url)
    try forEachRecord(rows) { record in
      guard !record.id.utf8.contains(0x0a) else {
        throw FileError(
          place: url.relativePath, expected: "ids without line ends",
          found: "'\(record.id)'", advice: "export as CSV or JSONL")
      }
      try file.write(Array(record.id.utf8) + [0x0a])
    }
    try file.commit()
    return rows.count
  }

  /// A word and its tag a line, parted by a tab, an empty line after each sentence.
  private func exportSentences(_ rows: Set<Int>, to url: URL) throws -> Int {
    let file = try AtomicFile(url)
    try forEachRecord(rows) { record in
      let sentence = try record.taggedSentence()
      var lines: [UInt8] = []
      for (word, tag) in zip(sentence.words, sentence.tags) {
        guard !(word + tag).utf8.contains(where: { [0x09, 0x0a, 0x0d].contains($0) }) else {
          throw FileError(
            place: url.relativePath, expected: "words and tags without tabs and line ends",
            found: "'\(word)' with '\(tag)' in '\(record.id)'", advice: "export as JSONL")
        }
        lines += Array("\(word)\t\(tag)\n".utf8)
      }
      try file.write(lines + [0x0a])
    }
    try file.commit()
    return rows.count
  }
}
