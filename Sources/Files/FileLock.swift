import Foundation

/// A lock on a file or folder that may be replaced while it is held: `.NAME.lock` beside it.
///
/// The system frees it when its process ends, however it does. Whoever holds it last takes the lock
/// file away. Where none can be made beside a folder, the folder itself is locked; where that may not
/// be read either, nothing is.
package final class FileLock: @unchecked Sendable {
  /// Whether others may hold the lock too.
  package enum Kind: Sendable {
    /// With others that read.
    case shared
    /// Alone.
    case exclusive
  }

  /// Who holds a lock.
  package struct Holder: Codable, Equatable, Sendable {
    /// Its number.
    package var process: Int32
    /// Its command line's first words.
    package var command: String
    /// When it took the lock.
    package var since: Date
  }

  private let file: URL
  private let kind: Kind
  private var descriptor: Int32 = -1
  private var isFile = false

  /// Waits until the lock is free.
  ///
  /// - Parameters:
  ///   - command: what others who wait are told.
  ///   - whileHeld: called ten times a second with who holds it, if that is known; ends the waiting by
  ///     throwing.
  /// - Throws: what `whileHeld` throws.
  package init(
    _ url: URL, _ kind: Kind, command: String, whileHeld: (Holder?) throws -> Void
  ) throws {
    let place = Self.canonical(url)
    file = place.deletingLastPathComponent()
      .appendingPathComponent(".\(place.lastPathComponent).lock")
    self.kind = kind
    while !acquire(folder: place) {
      let holder = holder
      close(descriptor)
      descriptor = -1
      try whileHeld(holder)
      usleep(100_000)
    }
    let own = Holder(process: getpid(), command: command, since: Date())
    if isFile, let data = try? JSONEncoder().encode(own), ftruncate(descriptor, 0) == 0 {
      _ = data.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }
  }

  deinit { release() }

  /// Gives the lock back; does nothing the second time.
  package func release() {
    guard descriptor >= 0 else { return }
    // Nobody else may hold the file, or another one be in its place.
    if isFile, flock(descriptor, LOCK_EX | LOCK_NB) == 0, isCurrent { unlink(file.path) }
    close(descriptor)
    descriptor = -1
  }

  /// The same for all names of a place, whether it is there or not.
  private static func canonical(_ url: URL) -> URL {
    func real(_ url: URL) -> URL? {
      guard let path = realpath(url.path, nil) else { return nil }
      defer { free(path) }
      return URL(fileURLWithPath: String(cString: path))
    }
    let standard = url.standardizedFileURL
    return real(standard)
      ?? real(standard.deletingLastPathComponent())?
      .appendingPathComponent(standard.lastPathComponent) ?? standard
  }

  /// False if another process holds it.
  private func acquire(folder: URL) -> Bool {
    while true {
      openFile(folder: folder)
      if descriptor < 0 { return true }
      guard flock(descriptor, (kind == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 else {
        // A file system without locks is no reason not to work.
        return errno != EWOULDBLOCK && errno != EINTR
      }
      if !isFile || isCurrent { return true }
      // The holder before took the file away.
      close(descriptor)
    }
  }

  private func openFile(folder: URL) {
    descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    if descriptor < 0 { descriptor = open(file.path, O_RDONLY | O_CLOEXEC) }
    isFile = descriptor >= 0
    if !isFile { descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
  }

  private var isCurrent: Bool {
    var (own, there) = (stat(), stat())
    return fstat(descriptor, &own) == 0 && stat(file.path, &there) == 0
      && own.st_ino == there.st_ino && own.st_dev == there.st_dev
  }

  private var holder: Holder? {
    guard isFile else { return nil }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return try? JSONDecoder().decode(Holder.self, from: Data(bytes[..<max(0, count)]))
  }
}
