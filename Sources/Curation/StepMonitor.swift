/// How far a step has come: `completed` of `total` units of one phase.
public struct StepProgress: Sendable {
  /// What is being done, as a word for people: `embedding`, `joining`.
  public var phase: String
  public var completed: Int
  /// `nil` while the end is not known.
  public var total: Int?
  /// What is counted, in the plural: `sentences`, `steps`.
  public var unit: String

  public init(phase: String, completed: Int, total: Int?, unit: String) {
    self.phase = phase
    self.completed = completed
    self.total = total
    self.unit = unit
  }
}

/// What connects a long step to whoever started it: it is told progress and remarks, and is asked
/// whether to go on. The functions may be called from any thread.
public struct StepMonitor: Sendable {
  public var progress: @Sendable (StepProgress) -> Void
  /// A remark a person should see once, such as "nothing to do".
  public var remark: @Sendable (String) -> Void
  public var shouldStop: @Sendable () -> Bool

  public init(
    progress: @escaping @Sendable (StepProgress) -> Void = { _ in },
    remark: @escaping @Sendable (String) -> Void = { _ in },
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) {
    self.progress = progress
    self.remark = remark
    self.shouldStop = shouldStop
  }

  /// Throws ``Interrupted`` if a stop was asked for.
  public func checkpoint() throws {
    if shouldStop() { throw Interrupted() }
  }
}

/// A step ended early because it was asked to; what it had finished is kept.
public struct Interrupted: Error, Sendable {
  public init() {}
}
