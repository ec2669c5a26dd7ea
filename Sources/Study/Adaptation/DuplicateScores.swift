import Training

/// How well duplicates are told from other pairs.
public struct DuplicateScores: Codable, Hashable, Sendable {
  /// The share of what was found that is right.
  public var precision: Double
  /// The share of what is right that was found.
  public var recall: Double
  /// The harmonic mean of precision and recall.
  public var f1: Double
  /// Mean over the folds, by their duplicates; needs no threshold.
  public var averagePrecision: Double
}

/// A difference of F1 with its 95% interval.
public struct DuplicateGain: Codable, Hashable, Sendable {
  /// The value.
  public var value: Double
  /// The lower end.
  public var low: Double
  /// The upper end.
  public var high: Double

  package init(value: Double, low: Double, high: Double) {
    (self.value, self.low, self.high) = (value, low, high)
  }

  /// Whether all of the interval is above zero.
  public var isGain: Bool { low > 0 }
}

/// What two encoders said of pairs that neither had learned from.
package struct DuplicateJudgments {
  package struct Item {
    /// Pairs of one group are drawn together.
    package var group: Int
    package var isDuplicate: Bool
    package var before: Bool
    package var after: Bool

    package init(group: Int, isDuplicate: Bool, before: Bool, after: Bool) {
      (self.group, self.isDuplicate) = (group, isDuplicate)
      (self.before, self.after) = (before, after)
    }
  }

  private struct Counts {
    var before = MatchCounts()
    var after = MatchCounts()

    static func += (left: inout Counts, right: Counts) {
      left.before += right.before
      left.after += right.after
    }
  }

  private let byGroup: [Counts]
  private let all: Counts

  package init(_ items: [Item]) {
    var byGroup: [Int: Counts] = [:]
    for item in items {
      func counts(_ isFound: Bool) -> MatchCounts {
        MatchCounts(
          correct: item.isDuplicate && isFound ? 1 : 0, predicted: isFound ? 1 : 0,
          support: item.isDuplicate ? 1 : 0)
      }
      byGroup[item.group, default: Counts()] += Counts(
        before: counts(item.before), after: counts(item.after))
    }
    self.byGroup = byGroup.sorted { $0.key < $1.key }.map(\.value)
    all = self.byGroup.reduce(into: Counts(), +=)
  }

  package var groups: Int { byGroup.count }
  package var before: LabelScores { all.before.scores }
  package var after: LabelScores { all.after.scores }

  /// The gain in F1; its interval is a ``ResampledInterval`` over the groups, both encoders' pairs the same.
  package var gain: DuplicateGain {
    let interval = ResampledInterval(of: byGroup.count) { drawn in
      let sum = drawn.reduce(into: Counts()) { $0 += byGroup[$1] }
      return sum.after.scores.f1 - sum.before.scores.f1
    }!
    return DuplicateGain(value: after.f1 - before.f1, low: interval.low, high: interval.high)
  }
}
