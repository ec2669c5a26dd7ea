import Curation

/// The split to take home: how even it is, and how little leaks across it.
public struct SplitSection: Codable, Equatable, Sendable {
  package struct LabelRow: Codable, Equatable, Sendable {
    package var label: String
    /// Records per part, in the order of `parts`.
    public var counts: [Int]

    package init(label: String, counts: [Int]) {
      self.label = label
      self.counts = counts
    }
  }

  /// For example train, dev, test.
  public var parts: [String]
  /// The share asked for per part; empty if none was.
  public var targets: [Double]
  package var labels: [LabelRow]
  /// Diversity and leakage before and after curation.
  public var measures: [SplitMeasure]
  /// What "before" and "after" are, for example "random split" and "group-disjoint split".
  public var before: String
  package var after: String
  /// How the parts or the balanced subset were chosen, in a sentence.
  public var method: String?
  package var source: String

  package init(
    parts: [String], targets: [Double] = [], labels: [LabelRow], measures: [SplitMeasure] = [],
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
