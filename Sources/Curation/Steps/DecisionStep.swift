import Corpus
import Files
import Foundation
import Store

/// What is known of decisions by hand after a change.
public struct DecisionSummary: Codable, Sendable {
  /// The folder of the index.
  public var index: String
  /// Decisions that stand now.
  public var keep: Int
  /// How many are to be left out.
  public var drop: Int
}

/// Writes decisions that people made about records; `dedup` applies them.
public struct DecisionStep {
  private let index: OpenIndex

  /// Only prepares the work.
  public init(_ index: OpenIndex) { self.index = index }

  /// Decides about records by id, in place of earlier decisions; a nil verdict withdraws them.
  ///
  /// - Throws: `FileError` for an id that is not in the index; nothing is written then.
  @discardableResult
  package func decide(_ ids: [String], _ verdict: Decision.Verdict?, note: String? = nil) throws
    -> DecisionSummary
  {
    for id in ids { try check(id, place: index.folder.url.relativePath) }
    return try write(ids.map { ($0, verdict, note) })
  }

  /// Applies a file with the columns `id` and `decision` (`keep`, `drop`, `undo` or nothing;
  /// `both` keeps the record and the one in the column `witness`).
  ///
  /// - Throws: `FileError` with file and line for an id that is not in the index, another word,
  ///   or two decisions about one id; nothing is written then.
  @discardableResult
  public func apply(reviewed path: String) throws -> DecisionSummary {
    var decisions: [(id: String, verdict: Decision.Verdict?, note: String?)] = []
    let reading = ReadingOptions(textField: "decision")
    try CorpusReader(options: reading).read(CorpusReader.location(path)) { row in
      let word = row.text.trimmingCharacters(in: .whitespaces).lowercased()
      if word.isEmpty { return }
      let place = "\(row.source):\(row.line)"
      if word == "both" {
        guard let witness = Self.field("witness", of: row) else {
          throw FileError(
            place: place, expected: "a witness to keep as well", found: "no column 'witness'")
        }
        let note = Self.field("note", of: row)
        for id in [row.id, witness] {
          try check(id, place: place)
          decisions.append((id, .keep, note))
        }
        return
      }
      let verdict = Decision.Verdict(rawValue: word)
      guard verdict != nil || word == "undo" else {
        throw FileError(
          place: place, expected: "a decision: keep, both, drop, undo or nothing",
          found: "'\(row.text)'")
      }
      try check(row.id, place: place)
      decisions.append((row.id, verdict, Self.field("note", of: row)))
    }
    return try write(decisions)
  }

  private static func field(_ name: String, of row: Record) -> String? {
    row.original(name)?.plain.flatMap { $0.isEmpty ? nil : $0 }
  }

  private func check(_ id: String, place: String) throws {
    if try index.catalog.record(id: id) != nil { return }
    let near = try index.catalog.ids(near: id)
    throw FileError(
      place: place, expected: "the id of a record in the index", found: "'\(id)'",
      advice: near.isEmpty ? nil : "ids like it: " + near.joined(separator: ", "))
  }

  private func write(_ decisions: [(id: String, verdict: Decision.Verdict?, note: String?)]) throws
    -> DecisionSummary
  {
    try index.catalog.update { editor in
      for (id, verdict, note) in decisions {
        guard let verdict else {
          try editor.withdrawDecision(id: id)
          continue
        }
        try editor.decide([Decision(id: id, verdict: verdict, note: note, decidedAt: Date())])
      }
    }
    let all = try index.catalog.decisions()
    return DecisionSummary(
      index: index.folder.url.relativePath, keep: all.count { $0.verdict == .keep },
      drop: all.count { $0.verdict == .drop })
  }
}

/// Ids of records that are not to be removed, from a file.
public enum ProtectedIDs {
  /// The ids of a corpus file, or of a text file with one a line.
  public static func read(_ path: String) throws -> [String] {
    let url = CorpusReader.location(path)
    let isText = try RecordFormat(fileName: url.lastPathComponent) == .text
    var ids: [String] = []
    let reading = ReadingOptions(textField: isText ? "text" : "id")
    try CorpusReader(options: reading).read(url) { record in
      ids.append(isText ? record.text.trimmingCharacters(in: .whitespaces) : record.id)
    }
    return ids
  }
}

/// Writes the removals as a file to look through, with a column for the decision.
public struct ReviewExport {
  private let index: OpenIndex

  /// Only prepares the work.
  public init(_ index: OpenIndex) { self.index = index }

  /// The removals whose score is lowest first: those worth looking at.
  ///
  /// - Parameter limit: the most rows to write; all if nil.
  /// - Returns: how many rows were written.
  /// - Throws: `FileError` if the file is there with decisions that were not applied yet.
  public func write(to path: String, limit: Int? = nil) throws -> Int {
    try checkApplied(path)
    let columns = [
      "id", "decision", "note", "text", "witness", "witness_text", "score", "stage", "label",
      "witness_label",
    ]
    let writer = try CorpusWriter(CorpusReader.location(path), columns: columns)
    let removals = try index.catalog.removals().sorted { ($0.score, $0.row) < ($1.score, $1.row) }
    for removal in removals.prefix(limit ?? removals.count) {
      guard let record = try index.catalog.record(row: removal.row),
        let witness = try index.catalog.record(row: removal.witness)
      else { continue }
      let decision = try index.catalog.decision(id: record.id)
      try writer.write([
        ("id", .text(record.id)), ("decision", .text(decision?.verdict.rawValue ?? "")),
        ("note", .text(decision?.note ?? "")), ("text", .text(record.text)),
        ("witness", .text(witness.id)), ("witness_text", .text(witness.text)),
        ("score", .number(removal.score)), ("stage", .text(removal.stage)),
        ("label", .text(record.label ?? "")), ("witness_label", .text(witness.label ?? "")),
      ])
    }
    try writer.finish()
    return min(removals.count, limit ?? removals.count)
  }

  /// Somebody's work may be in the file. One that cannot be read as such is replaced as any other.
  private func checkApplied(_ path: String) throws {
    let url = CorpusReader.location(path)
    var status = stat()
    guard stat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
    var pending: [String] = []
    let known = Dictionary(
      uniqueKeysWithValues: try index.catalog.decisions().map { ($0.id, $0.verdict.rawValue) })
    _ = try? CorpusReader(options: ReadingOptions(textField: "decision")).read(url) { row in
      let word = row.text.trimmingCharacters(in: .whitespaces).lowercased()
      let applied = ["both": "keep", "undo": ""][word] ?? word
      if !word.isEmpty, applied != known[row.id, default: ""] { pending.append(row.id) }
    }
    guard let first = pending.first else { return }
    throw FileError(
      place: path, expected: "no file, or one whose decisions were applied",
      found: "\(pending.count) that were not, the first for '\(first)'",
      advice: "dedup \(OptionName.reviewed) \(path) applies them; or choose another "
        + "\(OptionName.out)")
  }
}
