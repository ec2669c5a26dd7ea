import Foundation

/// Writes a file so that readers see the old content or all of the new, whatever happens between:
/// a temporary file beside it, fsync, rename, fsync of the folder.
struct AtomicFile: ~Copyable {
  private let destination: URL
  private let temporary: URL
  private let descriptor: Int32
  private var isCommitted = false

  init(_ destination: URL) throws {
    self.destination = destination
    let name = ".\(destination.lastPathComponent).\(UUID().uuidString).partial"
    temporary = destination.deletingLastPathComponent().appendingPathComponent(name)
    descriptor = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw ModelError.system(destination, expected: "a folder that can be written")
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while !rest.isEmpty {
      let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw ModelError.system(destination, expected: "room to write \(bytes.count) bytes")
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  consuming func commit() throws {
    guard fsync(descriptor) == 0, rename(temporary.path, destination.path) == 0 else {
      throw ModelError.system(destination, expected: "a file that can be replaced")
    }
    isCommitted = true
    let folder = open(destination.deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  deinit {
    close(descriptor)
    if !isCommitted { unlink(temporary.path) }
  }

  static func write(_ data: Data, to destination: URL) throws {
    let file = try AtomicFile(destination)
    try data.withUnsafeBytes { try file.write($0) }
    try file.commit()
  }
}
