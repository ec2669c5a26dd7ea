import Foundation

/// Regular files opened for reading: a pipe would keep whoever opens it waiting for a writer, and a
/// device may have no end.
package enum RegularFile {
  /// No JSON file or vocabulary of a model or index comes near it.
  package static let usualLimit = 1 << 28

  /// A descriptor of the file, at its start; the caller closes it.
  ///
  /// - Throws: ``FileError`` if it cannot be opened or is no regular file.
  package static func open(_ url: URL) throws -> Int32 {
    let place = url.relativePath
    // Without O_NONBLOCK opening a pipe waits until somebody writes to it.
    let descriptor = Foundation.open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError.unreadable(place) }
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    guard isKnown, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError(
        place: place, expected: "a regular file",
        found: isKnown ? kind(status.st_mode) : "something else")
    }
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    return descriptor
  }

  /// Checks a file that a library opens by its path.
  ///
  /// - Throws: as ``open(_:)``.
  package static func check(_ url: URL) throws { close(try open(url)) }

  /// All bytes of the file.
  ///
  /// - Parameter limit: the most bytes it may have.
  /// - Throws: ``FileError`` if it cannot be read, is no regular file, or is larger.
  package static func contents(of url: URL, limit: Int = usualLimit) throws -> Data {
    let file = FileHandle(fileDescriptor: try open(url), closeOnDealloc: true)
    var data = Data()
    while let piece = try file.read(upToCount: min(1 << 20, limit + 1 - data.count)),
      !piece.isEmpty
    {
      data += piece
      guard data.count <= limit else {
        throw FileError(
          place: url.relativePath, expected: "at most \(limit >> 20) MiB", found: "more")
      }
    }
    return data
  }

  /// What a file is that is not a regular one, in words.
  package static func kind(_ mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFDIR: "a folder"
    case S_IFIFO: "a pipe"
    case S_IFCHR, S_IFBLK: "a device"
    case S_IFSOCK: "a socket"
    default: "something else"
    }
  }
}
