import Files
import Foundation

/// What simcurate writes into an index folder: a folder with anything else in it is not ours to
/// replace.
enum OwnFiles {
  /// What a whole index has at least.
  static let least: Set = ["manifest.json", "catalog.sqlite"]
  static let journal = "vectors.journal"
  private static let all = least.union([
    "catalog.sqlite-journal", "catalog.sqlite-wal", "catalog.sqlite-shm", "vectors.npy",
    "index.faiss", "runs", "comparison.json", "injection.json", "report.html", "report.md",
    "report.json", "trials.jsonl", "best.yaml",
  ])

  /// The first name in `folder` of a file that is not ours, nor half of one of ours.
  static func foreign(in folder: URL) -> String? {
    AtomicFolder.foreign(in: folder) { all.contains($0) || $0 == journal }
  }

  /// Empties a folder in which an index is built of what an earlier run left, but for its journal.
  static func clear(_ staging: URL) throws {
    let files = FileManager.default
    for name in try files.contentsOfDirectory(atPath: staging.path) where name != journal {
      try files.removeItem(at: staging.appendingPathComponent(name))
    }
  }
}
