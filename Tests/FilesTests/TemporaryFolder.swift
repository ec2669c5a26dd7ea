import Foundation

/// A folder for one test.
final class TemporaryFolder {
  let url: URL
  /// No process has this number: Linux gives at most 2^22.
  static let deadProcess = 2_000_000_000

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "files-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  subscript(name: String) -> URL { url.appendingPathComponent(name) }

  /// All below it, in order.
  var names: [String] {
    get throws { try FileManager.default.subpathsOfDirectory(atPath: url.path).sorted() }
  }

  func write(_ name: String, _ text: String) throws {
    try FileManager.default.createDirectory(
      at: self[name].deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: self[name])
  }

  func text(_ name: String) throws -> String { try String(contentsOf: self[name], encoding: .utf8) }
}
