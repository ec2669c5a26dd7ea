/// What the world got wrong about training data, options, model folders or checkpoints.
public struct TrainingError: Error, CustomStringConvertible, Hashable, Sendable {
  /// The file, option or data set at fault.
  public var place: String
  public var expected: String
  public var found: String
  /// What to do about it, where there is something.
  public var advice: String?

  public init(place: String, expected: String, found: String, advice: String? = nil) {
    self.place = place
    self.expected = expected
    self.found = found
    self.advice = advice
  }

  public var description: String { "\(place): expected \(expected), found \(found)" }
}
