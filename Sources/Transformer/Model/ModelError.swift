import Files

/// What is wrong with a model folder, one of its files, or a text's way through it.
public struct ModelError: Error, CustomStringConvertible, Sendable {
  /// The file or folder, and inside it the tensor or field.
  public var place: String
  public var expected: String
  public var found: String
  /// What the user can do about it, where that is known.
  public var advice: String?

  public init(place: String, expected: String, found: String, advice: String? = nil) {
    self.place = place
    self.expected = expected
    self.found = found
    self.advice = advice
  }

  public var description: String { "\(place): expected \(expected), found \(found)" }
}

extension ModelError {
  /// Runs `read`, and tells what keeps a file from being read as this room's error.
  package static func reading<Result>(_ read: () throws -> Result) throws -> Result {
    do {
      return try read()
    } catch let error as FileError {
      throw ModelError(
        place: error.place, expected: error.expected, found: error.found, advice: error.advice)
    }
  }
}
