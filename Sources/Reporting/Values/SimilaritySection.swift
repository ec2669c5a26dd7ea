/// How alike the records are, and what another threshold would have done.
public struct SimilaritySection: Codable, Equatable, Sendable {
  package struct Bin: Codable, Equatable, Sendable {
    /// The bin holds scores in `low..<high`; the last one includes `high`.
    public var low: Double
    package var high: Double
    package var count: Int

    package init(low: Double, high: Double, count: Int) {
      self.low = low
      self.high = high
      self.count = count
    }
  }

  package struct Retention: Codable, Equatable, Sendable {
    package var threshold: Double
    package var kept: Int

    package init(threshold: Double, kept: Int) {
      self.threshold = threshold
      self.kept = kept
    }
  }

  /// What the histogram counts, for example "records by cosine to their nearest neighbor".
  public var quantity: String
  package var bins: [Bin]
  /// The threshold in force, marked in both plots.
  public var threshold: Double
  /// Records kept at each threshold of the stage semantic, the other stages as run; empty if not
  /// computed.
  package var retention: [Retention]
  package var records: Int
  package var source: String

  package init(
    quantity: String, bins: [Bin], threshold: Double, retention: [Retention], records: Int,
    source: String
  ) {
    self.quantity = quantity
    self.bins = bins
    self.threshold = threshold
    self.retention = retention
    self.records = records
    self.source = source
  }
}

extension SimilaritySection {
  /// Counts `scores` into `count` equal bins over `low...high`; scores outside go to the end bins
  /// and NaN is left out. O(scores).
  package static func bins(
    of scores: some Sequence<Double>, low: Double = 0, high: Double = 1, count: Int = 40
  ) -> [Bin] {
    precondition(low < high && count > 0)
    var counts = [Int](repeating: 0, count: count)
    for score in scores where !score.isNaN {
      let position = (score - low) / (high - low) * Double(count)
      counts[Int(min(max(position, 0), Double(count - 1)))] += 1
    }
    let width = (high - low) / Double(count)
    return counts.enumerated().map { index, number in
      Bin(low: low + Double(index) * width, high: low + Double(index + 1) * width, count: number)
    }
  }
}
