/// What is wrong with a tokenizer's files.
public struct TokenizerError: Error, CustomStringConvertible, Sendable {
  /// The file, and where it is known the byte in it.
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
