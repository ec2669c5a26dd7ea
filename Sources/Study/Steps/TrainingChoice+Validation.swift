import Files
import Training

extension TrainingChoice {
  /// Checks the numbers that a plan of the training is computed from, before it is.
  ///
  /// - Parameter steps: what ``steps`` was given as.
  /// - Throws: `FileError` naming the first that is out of its limit.
  func validateCounts(steps option: OptionName) throws {
    typealias Limits = TrainingOptions.Limits
    for (option, count, limit) in [
      (OptionName.epochs, epochs, Limits.epochs), (option, steps, Limits.updates),
      (.batchSize, batchSize, Limits.count),
    ] {
      guard let count, !limit.allows(count) else { continue }
      throw FileError(option: option, expected: limit.text, found: "\(count)")
    }
  }
}
