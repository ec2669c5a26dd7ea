import Curation
import Foundation
import Training

/// What trainings read of the catalog of one index, kept for the next of them: the trials of a sweep differ
/// in how they learn, and read each record once together.
///
/// It holds what was read for as long as it lives, once for each arm (of the arm `random` for each seed).
public final class LearningMemory {
  private struct Key: Hashable {
    var kind: ObjectIdentifier
    var task: LearningTask
    var arm: Arm
    var seed: UInt64?
    var tagNames: [String]?
    var readsTest: Bool
  }

  private var known: [Key: Any] = [:]

  /// Empty.
  public init() {}

  /// What `read` gave for these options before, or gives now.
  ///
  /// - Parameters:
  ///   - options: that decide what is read: task, arm and names of tags, and the seed of an arm that is drawn.
  ///   - readsTest: whether records of the test part are among it.
  func recall<Value>(
    _ options: FinetuneOptions, readsTest: Bool, read: () throws -> Value
  ) throws -> Value {
    let key = Key(
      kind: ObjectIdentifier(Value.self), task: options.task, arm: options.arm,
      seed: options.arm == .random ? options.seed : nil, tagNames: options.tagNames,
      readsTest: readsTest)
    if let value = known[key] as? Value { return value }
    let value = try read()
    known[key] = value
    return value
  }
}
