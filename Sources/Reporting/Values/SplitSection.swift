/// The split to take home: how even it is, and how little leaks across it.
public struct SplitSection: Codable, Equatable, Sendable {
  public struct LabelRow: Codable, Equatable, Sendable {
    public var label: String
    /// Records per part, in the order of `parts`.
    public var counts: [Int]

    public init(label: String, counts: [Int]) {
      self.label = label
      self.counts = counts
    }
  }

  /// A measure of diversity or leakage before and after curation.
  public struct Measure: Codable, Equatable, Sendable {
    public enum Direction: String, Codable, Sendable { case higher, lower, neither }

    public var name: String
    public var before: Double?
    public var after: Double?
    /// Which way is better.
    public var better: Direction
    /// One line on what it measures.
    public var meaning: String?

    public init(
      name: String, before: Double?, after: Double?, better: Direction, meaning: String? = nil
    ) {
      self.name = name
      self.before = before
      self.after = after
      self.better = better
      self.meaning = meaning
    }
  }

  /// For example train, dev, test.
  public var parts: [String]
  /// The share asked for per part; empty if none was.
  public var targets: [Double]
  public var labels: [LabelRow]
  public var measures: [Measure]
  /// What "before" and "after" are, for example "random split" and "group-disjoint split".
  public var before: String
  public var after: String
  /// How the parts or the balanced subset were chosen, in a sentence.
  public var method: String?
  public var source: String

  public init(
    parts: [String], targets: [Double] = [], labels: [LabelRow], measures: [Measure] = [],
    before: String = "before", after: String = "after", method: String? = nil, source: String
  ) {
    self.parts = parts
    self.targets = targets
    self.labels = labels
    self.measures = measures
    self.before = before
    self.after = after
    self.method = method
    self.source = source
  }
}
