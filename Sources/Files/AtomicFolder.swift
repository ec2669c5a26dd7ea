import Foundation

/// Folders that are replaced as a whole.
package enum AtomicFolder {
  /// Puts what `fill` writes into an empty folder in the place of `url`, whose old content goes.
  ///
  /// - Throws: ``FileError`` if the folder cannot be written, and what `fill` throws; what was there is
  ///   then untouched, and folders above it that were not there are not there.
  package static func replace<Result>(_ url: URL, fill: (URL) throws -> Result) throws -> Result {
    let target = url.resolvingSymlinksInPath()
    let parent = target.deletingLastPathComponent()
    let made = MadeFolders(parent)
    var isPlaced = false
    defer { if !isPlaced { made.removeEmpty() } }
    Leftover.sweepOnce(parent)
    let temporary = Leftover.place(for: target)
    guard mkdir(temporary.path, 0o777) == 0 else {
      throw FileError.system(url.relativePath, "a folder that can be written")
    }
    defer { try? FileManager.default.removeItem(at: temporary) }
    let result = try fill(temporary)
    try place(temporary, at: target)
    isPlaced = true
    return result
  }

  /// After this `target` is the folder that was `source`, and what was there is gone. The change itself
  /// is one step (`renameat2` with RENAME_EXCHANGE). On a file system that lacks it the old folder is
  /// moved aside first; after a crash in between, ``Leftover/sweep(_:recursively:)`` moves it back.
  ///
  /// - Throws: ``FileError`` if it cannot be done; both are then as before.
  package static func place(_ source: URL, at target: URL) throws {
    try checkPlace(target)
    var status = stat()
    let isThere = stat(target.path, &status) == 0
    // What is private stays so.
    if isThere { chmod(source.path, status.st_mode & 0o777) }
    synchronize(source)
    if !isThere {
      try move(source, to: target)
    } else if exchange(source, target) {
      try discard(source, from: target)
    } else {
      try placeByMoves(source, at: target)
    }
    synchronize(target.deletingLastPathComponent())
  }

  /// Checked before long work too, which would else be in vain.
  ///
  /// - Throws: ``FileError`` if `target` is there and no folder: exchanged for one, a file would be lost.
  package static func checkPlace(_ target: URL) throws {
    var status = stat()
    guard stat(target.path, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { return }
    throw FileError(
      place: target.relativePath, expected: "a folder, or nothing yet", found: "a file",
      advice: "name another place; a file is not replaced by a folder")
  }

  /// In two steps, for file systems that exchange nothing.
  package static func placeByMoves(_ source: URL, at target: URL) throws {
    let aside = Leftover.aside(of: target)
    try move(target, to: aside)
    do {
      try move(source, to: target)
    } catch {
      rename(aside.path, target.path)
      throw error
    }
    try discard(aside, from: target)
  }

  /// Removes what was at `target`, under a name by which it is known as a leftover if this is cut
  /// short.
  private static func discard(_ old: URL, from target: URL) throws {
    let name = Leftover.place(for: target)
    try move(old, to: name)
    try? FileManager.default.removeItem(at: name)
  }

  private static func move(_ source: URL, to target: URL) throws {
    guard rename(source.path, target.path) == 0 else {
      throw FileError.system(target.relativePath, "to put the folder in its place")
    }
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

  /// The first name in `folder`, in alphabetical order, that `isOwn` does not know and that is no
  /// leftover; nil if there is none, or no folder.
  package static func foreign(in folder: URL, isOwn: (String) -> Bool) -> String? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().first { !isOwn($0) && !Leftover.isOne($0) }
  }
}
