import Foundation

/// Puts a finished folder where an older one may be.
enum FolderExchange {
  /// After this `target` is the new folder and the old one is gone. The change itself is one atomic
  /// step (`renameat2` with RENAME_EXCHANGE); on a file system that lacks it, the old folder is
  /// moved aside first, so that a crash in between leaves both whole under other names.
  static func place(_ source: URL, at target: URL) throws {
    try sync(source)
    if !FileManager.default.fileExists(atPath: target.path) {
      try FileManager.default.moveItem(at: source, to: target)
    } else if exchange(source, target) {
      try FileManager.default.removeItem(at: source)
    } else {
      let aside = URL(fileURLWithPath: target.path + ".old")
      try? FileManager.default.removeItem(at: aside)
      try FileManager.default.moveItem(at: target, to: aside)
      try FileManager.default.moveItem(at: source, to: target)
      try FileManager.default.removeItem(at: aside)
    }
    try sync(target.deletingLastPathComponent())
  }

  /// Swift's import of glibc leaves `renameat2` out, so it is looked up by name.
  private static func exchange(_ a: URL, _ b: URL) -> Bool {
    typealias Rename =
      @convention(c) (
        Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32
      ) -> Int32
    guard let symbol = dlsym(nil, "renameat2") else { return false }
    let exchangeFlag: UInt32 = 2
    return unsafeBitCast(symbol, to: Rename.self)(
      AT_FDCWD, a.path, AT_FDCWD, b.path, exchangeFlag) == 0
  }

  private static func sync(_ folder: URL) throws {
    let descriptor = open(folder.path, O_RDONLY)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
