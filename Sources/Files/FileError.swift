import Foundation

/// What keeps a command from its work through no fault of the code: where, what was expected there,
/// what was found instead, and what to do about it.
public struct FileError: Error, Equatable, CustomStringConvertible, Sendable {
  /// The file (`file:line` or its row, where one is known), folder, option or record concerned.
  public var place: String
  /// What should be there, as it goes on after "expected".
  public var expected: String
  /// What is there instead.
  public var found: String
  /// What the user can do about it, where something can be done.
  public var advice: String?

  /// - Parameter advice: what the user can do, where something can be done.
  public init(place: String, expected: String, found: String, advice: String? = nil) {
    self.place = place
    self.expected = expected
    self.found = found
    self.advice = advice
  }

  /// One line, without the advice.
  public var description: String { "\(place): expected \(expected), found \(found)" }

  /// What `errno` says about the last system call, which was to read `place`.
  package static func unreadable(
    _ place: String, _ expected: String = "a readable file"
  ) -> FileError {
    FileError(place: place, expected: expected, found: String(cString: strerror(errno)))
  }

  /// What `errno` says about the last system call, which was to write `place`.
  package static func system(_ place: String, _ expected: String) -> FileError {
    let code = errno
    return FileError(
      place: place, expected: expected, found: String(cString: strerror(code)),
      advice: advice(code))
  }

  /// What was there before is untouched in every case: files and folders are replaced last.
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

/// Brings the entries of a folder to the disk: a rename lasts only then.
func synchronize(_ folder: URL) {
  let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  fsync(descriptor)
  close(descriptor)
}
