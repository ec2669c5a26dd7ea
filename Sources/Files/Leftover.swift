import Foundation
import Synchronization

/// Files and folders that are not yet, or no longer, in their places: `.NAME.PID-NUMBER.simcurate`
/// beside the place of `NAME`, by the process that is at work on it.
///
/// A process that was killed leaves them; the next one that works in the folder sweeps them away.
package enum Leftover {
  /// What becomes of one whose process is gone.
  private enum Fate: String, CaseIterable {
    /// It is half of something, or was replaced.
    case goes = "simcurate"
    /// It was moved aside for its successor: it goes back if that did not come.
    case returns = "simcurate-old"
  }

  private struct Name {
    var original: String
    var process: pid_t
    var fate: Fate

    init?(_ name: String) {
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count >= 4, parts[0].isEmpty, let fate = Fate(rawValue: String(parts.last!))
      else { return nil }
      let numbers = parts[parts.count - 2].split(
        separator: "-", omittingEmptySubsequences: false)
      guard numbers.count == 2, let process = pid_t(numbers[0]), process > 0,
        UInt(numbers[1]) != nil
      else { return nil }
      original = parts[1..<(parts.count - 2)].joined(separator: ".")
      self.process = process
      self.fate = fate
    }

    /// A process of another user answers that it may not be signaled.
    var isAlive: Bool { kill(process, 0) == 0 || errno == EPERM }
  }

  /// File systems take names of 255 bytes.
  private static let longestName = 200
  private static let counter = Atomic(0)
  private static let swept = Mutex<Set<String>>([])

  /// A new name beside `url` for what will take its place.
  package static func place(for url: URL) -> URL { place(for: url, .goes) }

  /// A new name beside `url` for what was there.
  static func aside(of url: URL) -> URL { place(for: url, .returns) }

  private static func place(for url: URL, _ fate: Fate) -> URL {
    let name = String(decoding: url.lastPathComponent.utf8.prefix(longestName), as: UTF8.self)
    let number = counter.add(1, ordering: .relaxed).newValue
    return url.deletingLastPathComponent().appendingPathComponent(
      ".\(name).\(getpid())-\(number).\(fate.rawValue)")
  }

  /// Whether `name` is one of ``place(for:)``.
  package static func isOne(_ name: String) -> Bool { Name(name) != nil }

  /// Removes what processes that are gone left in `folder`, and below it if `recursively`; links are
  /// not followed. What cannot be removed stays.
  package static func sweep(_ folder: URL, recursively: Bool = false) {
    let files = FileManager.default
    for name in (try? files.contentsOfDirectory(atPath: folder.path)) ?? [] {
      let url = folder.appendingPathComponent(name)
      if let left = Name(name) {
        if !left.isAlive { settle(left, url) }
      } else if recursively, isFolder(url) {
        sweep(url, recursively: true)
      }
    }
  }

  /// Sweeps `folder` the first time this process works in it.
  static func sweepOnce(_ folder: URL) {
    let isNew = swept.withLock { $0.insert(folder.path).inserted }
    if isNew { sweep(folder) }
  }

  private static func settle(_ left: Name, _ url: URL) {
    let original = url.deletingLastPathComponent().appendingPathComponent(left.original)
    let isWhole = left.original.utf8.count < longestName
    if left.fate == .returns, !isWhole { return }
    if left.fate == .returns, !exists(original) {
      rename(url.path, original.path)
    } else {
      try? FileManager.default.removeItem(at: url)
    }
  }

  private static func exists(_ url: URL) -> Bool {
    var status = stat()
    return lstat(url.path, &status) == 0
  }

  private static func isFolder(_ url: URL) -> Bool {
    var status = stat()
    return lstat(url.path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
