/// A corpus that cannot be read or written: where, what was expected, what was found, what to do.
public struct CorpusError: Error, Equatable, CustomStringConvertible, Sendable {
  /// `file:line`, or the file alone.
  public var place: String
  public var expected: String
  public var found: String
  /// What the user can do about it.
  public var advice: String?

  public init(place: String, expected: String, found: String, advice: String? = nil) {
    self.place = place
    self.expected = expected
    self.found = found
    self.advice = advice
  }

  public var description: String { "\(place): expected \(expected), found \(found)" }
}

/// A row that `skipInvalid` may pass over: the place where the next row begins is known.
struct InvalidRow: Error {
  var error: CorpusError
}
