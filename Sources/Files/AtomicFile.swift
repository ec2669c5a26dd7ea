import Foundation

/// A file that appears whole or not at all: written beside its place, synchronized to the disk,
/// then renamed over what was there.
///
/// Standard output (`-`) and devices are written as they are. Without ``commit()`` the temporary
/// file is deleted with the object; what a killed process left in the folder is swept away.
package final class AtomicFile {
  /// The place that command lines call `-`.
  package static let standardStream = URL(string: "stdin:-")!

  private let destination: URL
  /// Where the rename goes: behind a symbolic link its target.
  private let target: URL
  private let temporary: URL?
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var isCommitted = false
  private static let bufferSize = 1 << 18

  /// - Throws: ``FileError`` if the folder cannot be written, or there is a folder, or a file that is
  ///   not to be written.
  package init(_ destination: URL) throws {
    self.destination = destination
    if destination == Self.standardStream {
      (descriptor, temporary, target) = (1, nil, destination)
      return
    }
    var status = stat()
    let isThere = stat(destination.path, &status) == 0
    let kind = status.st_mode & S_IFMT
    if isThere, kind == S_IFDIR {
      throw FileError(
        place: destination.relativePath, expected: "a file to write", found: "a folder",
        advice: "name a file in it")
    }
    if isThere, kind != S_IFREG {
      (descriptor, temporary) = (open(destination.path, O_WRONLY | O_CLOEXEC), nil)
      target = destination
    } else {
      target = isThere ? destination.resolvingSymlinksInPath() : destination
      Leftover.sweepOnce(target.deletingLastPathComponent())
      let place = Leftover.place(for: target)
      let isClosed = isThere && access(target.path, W_OK) != 0
      descriptor =
        isClosed ? -1 : open(place.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
      temporary = place
    }
    if descriptor < 0 { throw failure("a file that can be written") }
    // What is private stays so.
    if isThere, temporary != nil { fchmod(descriptor, status.st_mode & 0o777) }
  }

  deinit {
    if descriptor > 2 { close(descriptor) }
    if !isCommitted, descriptor >= 0, let temporary { unlink(temporary.path) }
  }

  /// Appends `bytes`, through a buffer of 256 KiB.
  ///
  /// - Throws: ``FileError`` if they cannot be written.
  package func write(_ bytes: some Sequence<UInt8>) throws {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Appends `bytes` of any size; many of them without a copy.
  ///
  /// - Throws: ``FileError`` if they cannot be written.
  package func write(_ bytes: UnsafeRawBufferPointer) throws {
    if buffer.count + bytes.count >= Self.bufferSize { try flush() }
    if bytes.count >= Self.bufferSize { return try writeOut(bytes) }
    buffer.append(contentsOf: bytes)
  }

  /// Writes `bytes` over the first ones of the file, as many as have been written at least.
  ///
  /// - Throws: ``FileError`` if they cannot be written, or the file is a stream.
  package func overwriteStart(_ bytes: [UInt8]) throws {
    try flush()
    let count = pwrite(descriptor, bytes, bytes.count, 0)
    guard count == bytes.count else { throw failure("a file that can be rewound") }
  }

  /// Replaces `destination` by `data`.
  ///
  /// - Throws: ``FileError`` if it cannot be written; what was there is then untouched.
  package static func write(_ data: Data, to destination: URL) throws {
    let file = try AtomicFile(destination)
    try data.withUnsafeBytes { try file.write($0) }
    try file.commit()
  }

  /// Replaces `destination` by what `write` writes to the path it is given.
  ///
  /// - Throws: ``FileError`` if it cannot be written, and what `write` throws; what was there is
  ///   then untouched.
  package static func replace(_ destination: URL, write: (URL) throws -> Void) throws {
    let file = try AtomicFile(destination)
    try write(file.temporary ?? destination)
    try file.commit()
  }

  /// Brings all to the disk and puts the file in its place; nothing may be written afterwards.
  ///
  /// - Throws: ``FileError`` if the disk refuses; what was there before is then untouched.
  package func commit() throws {
    try flush()
    if let temporary {
      guard fsync(descriptor) == 0, rename(temporary.path, target.path) == 0 else {
        throw failure("to put the file in its place")
      }
      synchronize(target.deletingLastPathComponent())
    }
    isCommitted = true
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

  private func failure(_ expected: String) -> FileError {
    .system(destination == Self.standardStream ? "-" : destination.relativePath, expected)
  }
}
