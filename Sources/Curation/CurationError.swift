/// Something about an index folder, an option or a file that keeps a step from running.
public struct CurationError: Error, Sendable, CustomStringConvertible {
  /// The file, folder, option or record concerned.
  public var place: String
  public var expected: String
  public var found: String
  /// What to do about it.
  public var advice: String?

  public init(place: String, expected: String, found: String, advice: String? = nil) {
    self.place = place
    self.expected = expected
    self.found = found
    self.advice = advice
  }

  public var description: String { "\(place): expected \(expected), found \(found)" }
}
