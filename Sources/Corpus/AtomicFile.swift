import Foundation

/// A file that appears whole or not at all: written beside its place, synchronized to the disk,
/// then renamed over what was there.
///
/// Standard output (`-`) and devices are written as they are. Without ``commit()`` the temporary
/// file is deleted with the object.
public final class AtomicFile {
  private let destination: URL
  private let temporary: String?
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var isCommitted = false
  private static let bufferSize = 1 << 18

  /// - Throws: ``CorpusError`` if the folder cannot be written.
  public init(_ destination: URL) throws {
    self.destination = destination
    if destination == CorpusReader.standardInput {
      (descriptor, temporary) = (1, nil)
      return
    }
    var status = stat()
    if stat(destination.path, &status) == 0, status.st_mode & S_IFMT != S_IFREG,
      status.st_mode & S_IFMT != S_IFDIR
    {
      (descriptor, temporary) = (open(destination.path, O_WRONLY | O_CLOEXEC), nil)
    } else {
      let path = "\(destination.path).\(getpid()).temporary"
      descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
      temporary = path
    }
    if descriptor < 0 { throw failure("a file that can be written") }
  }

  deinit {
    if descriptor > 2 { close(descriptor) }
    if !isCommitted, descriptor >= 0, let temporary { unlink(temporary) }
  }

  /// Appends `bytes`, through a buffer of 256 KiB.
  ///
  /// - Throws: ``CorpusError`` if they cannot be written.
  public func write(_ bytes: some Sequence<UInt8>) throws {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Appends `bytes` of any size without a copy of them.
  ///
  /// - Throws: ``CorpusError`` if they cannot be written.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    try flush()
    try writeOut(bytes)
  }

  /// Replaces `destination` by `data`.
  ///
  /// - Throws: ``CorpusError`` if it cannot be written; what was there is then untouched.
  public static func write(_ data: Data, to destination: URL) throws {
    let file = try AtomicFile(destination)
    try data.withUnsafeBytes { try file.write($0) }
    try file.commit()
  }

  /// Brings all to the disk and puts the file in its place; nothing may be written afterwards.
  ///
  /// - Throws: ``CorpusError`` if the disk refuses; what was there before is then untouched.
  public func commit() throws {
    try flush()
    guard let temporary else {
      isCommitted = true
      return
    }
    guard fsync(descriptor) == 0, rename(temporary, destination.path) == 0 else {
      throw failure("to put the file in its place")
    }
    isCommitted = true
    // The rename itself lasts only once the folder is on the disk.
    let folder = open(destination.deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  private func flush() throws {
    try buffer.withUnsafeBytes(writeOut)
    buffer.removeAll(keepingCapacity: true)
  }

  private func writeOut(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("to write")
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  private func failure(_ expected: String) -> CorpusError {
    let code = errno
    let place = destination == CorpusReader.standardInput ? "-" : destination.relativePath
    return CorpusError(
      place: place, expected: expected, found: String(cString: strerror(code)),
      advice: Self.advice(code))
  }

  /// What was there before is untouched in every case.
  private static func advice(_ code: Int32) -> String? {
    switch code {
    case ENOSPC, EDQUOT: "free some space; what was there before is untouched"
    case EFBIG: "raise the limit on file sizes (ulimit -f); what was there before is untouched"
    case EACCES, EPERM, EROFS: "check the permissions of the folder, or write elsewhere"
    case ENOENT, ENOTDIR: "make the folder first, or write elsewhere"
    default: nil
    }
  }
}
