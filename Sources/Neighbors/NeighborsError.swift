import Files
import Foundation

/// What can go wrong with vectors and indexes through no fault of the caller: a damaged file, a
/// full disk, a value that is no number.
public struct NeighborsError: Error, CustomStringConvertible, Sendable {
  /// The file (and row, where one is known).
  public var place: String
  public var expected: String
  public var found: String
  /// What the user can do about it, where something can be done.
  public var advice: String?

  public init(place: String, expected: String, found: String, advice: String? = nil) {
    self.place = place
    self.expected = expected
    self.found = found
    self.advice = advice
  }

  public var description: String { "\(place): expected \(expected), found \(found)" }

  /// What `errno` says about the last system call on `url`, which was to read.
  static func system(_ url: URL, _ expected: String) -> NeighborsError {
    NeighborsError(place: url.path, expected: expected, found: String(cString: strerror(errno)))
  }
}

extension NeighborsError {
  /// Runs `read`, and tells what keeps a file from being read as this room's error.
  static func reading<Result>(_ read: () throws -> Result) throws -> Result {
    do {
      return try read()
    } catch let error as FileError {
      throw NeighborsError(
        place: error.place, expected: error.expected, found: error.found, advice: error.advice)
    }
  }
}
