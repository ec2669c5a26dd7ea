/// How far a step has come: `completed` of `total` units of one phase.
public struct StepProgress: Sendable {
  /// What is being done, as a word for people: `embedding`, `joining`.
  public var phase: String
  /// How much of it is done.
  public var completed: Int
  /// `nil` while the end is not known.
  public var total: Int?
  /// What is counted, in the plural: `sentences`, `steps`.
  public var unit: String

  /// Each parameter is the property of that name.
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
  /// Called with how far the work is.
  public var progress: @Sendable (StepProgress) -> Void
  /// A remark a person should see once, such as "nothing to do".
  public var remark: @Sendable (String) -> Void
  /// Asked now and then; true ends the work with ``Interrupted``.
  public var shouldStop: @Sendable () -> Bool

  /// Only prepares the work.
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
  /// Each parameter is the property of that name.
  public init() {}
}
