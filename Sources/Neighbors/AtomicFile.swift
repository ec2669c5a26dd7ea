import Foundation

/// Files that are there whole or not at all: written beside their place, synced, then renamed.
enum AtomicFile {
  /// Lets `write` fill a temporary file in the folder of `url`, then moves it there.
  static func replace(_ url: URL, write: (URL) throws -> Void) throws {
    let temporary = temporaryURL(for: url)
    do {
      try write(temporary)
      let file = open(temporary.path, O_RDONLY)
      guard file >= 0 else { throw systemError(temporary, "a file that was just written") }
      defer { close(file) }
      try commit(file, temporary, to: url)
    } catch {
      unlink(temporary.path)
      throw error
    }
  }

  static func temporaryURL(for url: URL) -> URL {
    url.deletingLastPathComponent().appendingPathComponent(
      ".\(url.lastPathComponent).\(UUID().uuidString).partial")
  }

  /// Syncs an open temporary file, moves it to its place and syncs the folder.
  static func commit(_ file: Int32, _ temporary: URL, to url: URL) throws {
    guard fsync(file) == 0 else { throw systemError(url, "the file to reach the disk") }
    guard rename(temporary.path, url.path) == 0 else {
      throw systemError(url, "a place to write to")
    }
    let folder = open(url.deletingLastPathComponent().path, O_RDONLY)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// What `errno` says about the last system call on `url`.
  static func systemError(_ url: URL, _ expected: String) -> NeighborsError {
    let code = errno
    return NeighborsError(
      place: url.path, expected: expected, found: String(cString: strerror(code)),
      advice: advice(code))
  }

  private static func advice(_ code: Int32) -> String? {
    switch code {
    case ENOSPC, EDQUOT: "free some space and run this again"
    case EFBIG: "raise the limit on file sizes (ulimit -f)"
    case EACCES, EPERM, EROFS: "check the permissions of the folder, or write elsewhere"
    case ENOENT, ENOTDIR: "make the folder first, or write elsewhere"
    default: nil
    }
  }
}
