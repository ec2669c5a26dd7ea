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

  /// With one seed nothing is known of how much training again would change the result.
  public var coversSeeds: Bool { seeds > 1 }

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
    /// The question of the study: the first metric on the whole test set.
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
  /// Two-sided p-value of Student's t test of the difference over items and seeds.
  public var studentP: Double
  /// Two-sided p-value of swapping the arms group by group, the trained models held fixed.
  public var permutationP: Double
  /// The larger of both, Holm-adjusted within the family.
  public var adjustedP: Double

  public init(
    arm: String, baseline: String, metric: Metric, slice: TestSlice, difference: Estimate,
    family: Family, studentP: Double, permutationP: Double, adjustedP: Double
  ) {
    self.arm = arm
    self.baseline = baseline
    self.metric = metric
    self.slice = slice
    self.difference = difference
    self.family = family
    self.studentP = studentP
    self.permutationP = permutationP
    self.adjustedP = adjustedP
  }

  /// Both tests agree after correction and the interval lies on one side of zero.
  public var isSignificant: Bool { adjustedP < 0.05 && difference.excludesZero }
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
