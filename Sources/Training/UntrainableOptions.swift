import Files

/// Options with which a model cannot be trained: one out of its range, or a learning rate at which loss or
/// gradient grow beyond all numbers.
///
/// A type of its own, since whoever tries many options counts this as a result and goes on; whatever else
/// keeps a training from its end is a `FileError`.
public struct UntrainableOptions: Error, CustomStringConvertible, Sendable {
  /// The option or training step, and what was wrong there.
  public let reason: FileError

  init(_ reason: FileError) { self.reason = reason }

  /// - Parameter option: its name in ``TrainingOptions``.
  init(option: String, expected: String, found: String, advice: String? = nil) {
    reason = FileError(
      place: "option \(option)", expected: expected, found: found, advice: advice)
  }

  public var description: String { reason.description }
}
