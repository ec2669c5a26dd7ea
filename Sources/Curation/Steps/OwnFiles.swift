import Foundation

/// What simcurate writes into an index folder: a folder with anything else in it is not ours to
/// replace.
enum OwnFiles {
  /// What a whole index has at least.
  static let least: Set = ["manifest.json", "catalog.sqlite"]
  static let journal = "vectors.journal"
  private static let all = least.union([
    "catalog.sqlite-journal", "catalog.sqlite-wal", "catalog.sqlite-shm", "vectors.npy",
    "index.faiss", "runs", "comparison.json", "report.html", "report.md", "report.json",
  ])

  /// The first name in `content` of a file that is not ours, nor half of one of ours.
  static func foreign(in content: [String]) -> String? {
    content.sorted().first { !all.contains($0) && $0 != journal && !isLeftover($0) }
  }

  /// Whether a killed run left `name` while it wrote one of our files: `.NAME.UUID.partial` or
  /// `NAME.PID.temporary`.
  static func isLeftover(_ name: String) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 2 else { return false }
    let key = parts[parts.count - 2]
    switch parts[parts.count - 1] {
    case "partial":
      let file = parts[1..<(parts.count - 2)].joined(separator: ".")
      return parts[0].isEmpty && all.contains(file) && UUID(uuidString: key) != nil
    case "temporary":
      return all.contains(parts.dropLast(2).joined(separator: ".")) && Int(key) != nil
    default: return false
    }
  }

  /// Empties a folder in which an index is built of what an earlier run left, but for its journal.
  static func clear(_ staging: URL) throws {
    let files = FileManager.default
    for name in try files.contentsOfDirectory(atPath: staging.path) where name != journal {
      try files.removeItem(at: staging.appendingPathComponent(name))
    }
  }
}
