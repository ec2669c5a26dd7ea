import Foundation

/// A folder and those above it, made where they were not there, so that they can be taken away again.
package struct MadeFolders: Sendable {
  /// Those that were made, the innermost first.
  private let made: [URL]

  /// Makes `folder` with all above it. What keeps one from being made is told by whoever writes into it.
  package init(_ folder: URL) {
    var missing: [URL] = []
    var next = folder.standardizedFileURL
    while !FileManager.default.fileExists(atPath: next.path), next.path != "/" {
      missing.append(next)
      next.deleteLastPathComponent()
    }
    made = missing
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Takes away those that were made and have nothing in them.
  package func removeEmpty() {
    for folder in made { guard rmdir(folder.path) == 0 else { return } }
  }
}
