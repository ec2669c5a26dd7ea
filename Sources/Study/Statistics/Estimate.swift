import Curation

/// A number estimated from test items and seeds, with what the data say about its uncertainty.
public struct Estimate: Codable, Equatable, Sendable {
  /// The estimate itself: scores and differences of scores are fractions (0.01 is one point).
  public var value: Double
  /// Ends of the 95% interval.
  public var low: Double
  public var high: Double
  /// Estimated standard deviation of `value` over new test items and new seeds.
  public var standardError: Double
  /// Satterthwaite's degrees of freedom of the standard error.
  public var degreesOfFreedom: Double
  /// Test items that carry the estimate, the groups they form, and the seeds.
  public var items: Int
  public var groups: Int
  public var seeds: Int

  public init(
    value: Double, low: Double, high: Double, standardError: Double, degreesOfFreedom: Double,
    items: Int, groups: Int, seeds: Int
  ) {
    self.value = value
    self.low = low
    self.high = high
    self.standardError = standardError
    self.degreesOfFreedom = degreesOfFreedom
    self.items = items
    self.groups = groups
    self.seeds = seeds
  }

  /// Whether the interval lies on one side of zero.
  public var excludesZero: Bool { low > 0 || high < 0 }

  /// Whether the whole interval lies within `margin` of zero: an equivalence test at level 0.025
  /// (Schuirmann, "A comparison of the two one-sided tests procedure and the power approach", 1987,
  /// with the interval that is shown, which is wider than the test at 0.05 asks for).
  public func isWithin(_ margin: Double) -> Bool { low > -margin && high < margin }

  /// The true effect that a two-sided test at level 0.05 would have found with probability 0.8:
  /// `(z(0.975) + z(0.8)) * standardError`.
  public var minimumDetectableEffect: Double {
    (Normal.quantile(0.975) + Normal.quantile(0.8)) * standardError
  }
}

/// One arm's score on one slice.
public struct ArmScore: Codable, Equatable, Sendable {
  public var arm: String
  public var metric: Metric
  public var slice: TestSlice
  public var score: Estimate
  /// The score of each seed's model, in the order of the seeds.
  public var perSeed: [Double]

  public init(
    arm: String, metric: Metric, slice: TestSlice, score: Estimate, perSeed: [Double]
  ) {
    self.arm = arm
    self.metric = metric
    self.slice = slice
    self.score = score
    self.perSeed = perSeed
  }
}

/// The difference `arm − baseline` of one metric on one slice.
public struct Comparison: Codable, Equatable, Sendable {
  /// Holm's correction is applied within a family.
  public enum Family: String, Codable, Sendable {
    /// The questions of the study, in the first metric: every arm on the whole test set, and what
    /// near-copies in training are worth on the items that have one.
    case primary
    /// Everything else: slices and further metrics.
    case exploratory
  }

  public var arm: String
  public var baseline: String
  public var metric: Metric
  public var slice: TestSlice
  public var difference: Estimate
  public var family: Family
  /// Groups of items of which the two arms' models, all seeds together, get differently many right;
  /// only these can tell the arms apart.
  public var discordantGroups: Int
  /// Two-sided p-value of Student's t test of the difference over items and seeds.
  public var studentP: Double
  /// Two-sided p-value of swapping the arms group by group, the trained models held fixed.
  public var permutationP: Double
  /// The larger of both, Holm-adjusted within the family.
  public var adjustedP: Double

  public init(
    arm: String, baseline: String, metric: Metric, slice: TestSlice, difference: Estimate,
    family: Family, discordantGroups: Int, studentP: Double, permutationP: Double,
    adjustedP: Double
  ) {
    self.arm = arm
    self.baseline = baseline
    self.metric = metric
    self.slice = slice
    self.difference = difference
    self.family = family
    self.discordantGroups = discordantGroups
    self.studentP = studentP
    self.permutationP = permutationP
    self.adjustedP = adjustedP
  }

  /// Both tests agree after correction and the interval lies on one side of zero.
  public var isSignificant: Bool { adjustedP < 0.05 && difference.excludesZero }

  /// Fewer seeds, groups or discordant groups than these support no claim, whatever the interval:
  /// seed variance from two seeds has one degree of freedom; with few groups the resamples are too
  /// alike; and with five discordant groups no sign test reaches 0.05 (2 / 2^5 = 0.0625).
  public static let leastSeeds = 3
  public static let leastGroups = 30
  public static let leastDiscordantGroups = 6

  /// What is too little for any claim, in words; nil if there is enough.
  public var shortage: String? {
    func few(_ count: Int, _ least: Int, _ one: String, _ many: String) -> String? {
      count >= least ? nil : "\(count) \(count == 1 ? one : many), a claim needs \(least)"
    }
    return few(difference.seeds, Self.leastSeeds, "seed", "seeds")
      ?? few(difference.groups, Self.leastGroups, "group of test items", "groups of test items")
      ?? few(
        discordantGroups, Self.leastDiscordantGroups, "group that the arms answer differently",
        "groups that the arms answer differently")
  }

  /// The same with the arms exchanged.
  var reversed: Comparison {
    var result = self
    (result.arm, result.baseline) = (baseline, arm)
    result.difference.value = -difference.value
    (result.difference.low, result.difference.high) = (-difference.high, -difference.low)
    return result
  }
}

/// How far two slices of the test set differ for one arm: `score(slice) − score(reference)`.
public struct SliceGap: Codable, Equatable, Sendable {
  public var arm: String
  public var metric: Metric
  public var slice: TestSlice
  public var reference: TestSlice
  public var gap: Estimate

  public init(
    arm: String, metric: Metric, slice: TestSlice, reference: TestSlice, gap: Estimate
  ) {
    self.arm = arm
    self.metric = metric
    self.slice = slice
    self.reference = reference
    self.gap = gap
  }
}
