import Curation
import Files
import Foundation
import Store

/// The trials of an index that have ended, a JSON line each: what was trained once is not trained again, by
/// this sweep or another.
struct TrialLog {
  private let url: URL
  private var lines: [String]
  private var records: [String: TrialRecord] = [:]

  /// - Throws: `FileError` naming the line that is no trial.
  init(_ index: OpenIndex) throws {
    url = index.folder.trials
    guard FileManager.default.fileExists(atPath: url.path) else {
      lines = []
      return
    }
    let text = String(decoding: try RegularFile.contents(of: url), as: UTF8.self)
    lines = text.split(separator: "\n").map(String.init)
    for (number, line) in lines.enumerated() {
      let record = try StoredJSON.decode(
        TrialRecord.self, from: Data(line.utf8), place: "\(url.relativePath):\(number + 1)",
        advice: "delete the line; its trial is then made again")
      records[record.id] = record
    }
  }

  subscript(id: String) -> TrialRecord? { records[id] }

  /// Adds a record; the file has it whole or not at all.
  mutating func append(_ record: TrialRecord) throws {
    lines.append(try StepAccount.json(record))
    records[record.id] = record
    try AtomicFile.write(Data((lines.joined(separator: "\n") + "\n").utf8), to: url)
  }
}
