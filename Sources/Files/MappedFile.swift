import Foundation

/// A file's bytes, memory-mapped read-only for the life of the object: pages come in when touched.
///
/// Whoever truncates the file meanwhile kills the process (SIGBUS), as with every mapping; our own
/// writers replace files by rename, which leaves a mapping intact.
package final class MappedFile: @unchecked Sendable {
  package let url: URL
  package let bytes: UnsafeRawBufferPointer

  /// - Throws: ``FileError`` if the file cannot be opened, is no regular file, or cannot be mapped.
  package init(_ url: URL) throws {
    self.url = url
    let descriptor = try RegularFile.open(url)
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw FileError.unreadable(url.relativePath)
    }
    let count = Int(status.st_size)
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address, address != MAP_FAILED else {
      throw FileError.unreadable(url.relativePath, "a file that can be memory-mapped")
    }
    bytes = UnsafeRawBufferPointer(start: address, count: count)
  }

  /// Bytes that stand for a file's without being in it.
  ///
  /// - Throws: ``FileError`` without memory for them.
  package init(_ url: URL, contents: Data) throws {
    self.url = url
    let address = mmap(
      nil, max(1, contents.count), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address, address != MAP_FAILED else {
      throw FileError.unreadable(url.relativePath, "memory for \(contents.count) bytes")
    }
    contents.copyBytes(to: UnsafeMutableRawBufferPointer(start: address, count: contents.count))
    bytes = UnsafeRawBufferPointer(start: address, count: contents.count)
  }

  deinit {
    if let start = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }
  }
}
