import Curation

/// A number estimated from test items and seeds, with what the data say about its uncertainty.
public struct Estimate: Codable, Equatable, Sendable {
  /// The estimate itself: scores and differences of scores are fractions (0.01 is one point).
  public var value: Double
  /// Ends of the 95% interval.
  public var low: Double
  /// The upper end.
  public var high: Double
  /// Estimated standard deviation of `value` over new test items and new seeds.
  public var standardError: Double
  /// Satterthwaite's degrees of freedom of the standard error.
  public var degreesOfFreedom: Double
  /// Test items that carry the estimate, the groups they form, and the seeds.
  public var items: Int
  /// How many groups of items there are, which stay together.
  public var groups: Int
  /// The seeds, one a model.
  public var seeds: Int

  /// Each parameter is the property of that name.
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

  /// With Student's 95% interval.
  ///
  /// - Precondition: `degreesOfFreedom >= 1`.
  public init(
    value: Double, standardError: Double, degreesOfFreedom: Double, items: Int, groups: Int,
    seeds: Int
  ) {
    let half =
      standardError
      * StudentT.twoSidedQuantile(0.05, degreesOfFreedom: degreesOfFreedom)
    self.init(
      value: value, low: value - half, high: value + half, standardError: standardError,
      degreesOfFreedom: degreesOfFreedom, items: items, groups: groups, seeds: seeds)
  }

  /// Whether the interval lies on one side of zero.
  public var excludesZero: Bool { low > 0 || high < 0 }

  /// Two-sided p-value of "the true value is zero"; 1 if both value and standard error are zero.
  public var studentP: Double {
    if value == 0 { return 1 }
    if standardError == 0 { return 0 }
    return StudentT.twoSidedP(value / standardError, degreesOfFreedom: degreesOfFreedom)
  }

  /// P-value of "the true value is `margin` or more away from zero": the larger of two one-sided t
  /// tests (Schuirmann, "A comparison of the two one-sided tests procedure and the power approach",
  /// 1987). Below 0.05 where the 90% interval lies within the margin.
  public func equivalenceP(_ margin: Double) -> Double {
    let room = margin - abs(value)
    if standardError == 0 { return room > 0 ? 0 : 1 }
    let p = StudentT.twoSidedP(room / standardError, degreesOfFreedom: degreesOfFreedom) / 2
    return room > 0 ? p : 1 - p
  }

  /// The true value that a two-sided t test at `level` would find with probability 0.8, by the
  /// noncentral t distribution.
  public func detectable(level: Double = 0.05) -> Double {
    standardError
      * NoncentralT.noncentrality(power: 0.8, level: level, degreesOfFreedom: degreesOfFreedom)
  }

  /// The same times a number that is held fixed.
  ///
  /// - Precondition: `factor` is not negative.
  public func scaled(by factor: Double) -> Estimate {
    var result = self
    result.value *= factor
    result.low *= factor
    result.high *= factor
    result.standardError *= factor
    return result
  }

  func clamped(to range: ClosedRange<Double>) -> Estimate {
    var result = self
    result.low = max(low, range.lowerBound)
    result.high = min(high, range.upperBound)
    return result
  }

  func clamped(toDifferenceOf metric: Metric) -> Estimate {
    let most = metric.range.upperBound - metric.range.lowerBound
    return clamped(to: -most...most)
  }
}

/// One arm's score on one slice.
public struct ArmScore: Codable, Equatable, Sendable {
  /// What is trained on.
  public var arm: String
  /// What is measured.
  public var metric: Metric
  /// The test items that it is measured on.
  public var slice: TestSlice
  /// The score.
  public var score: Estimate
  /// The score of each seed's model, in the order of the seeds.
  public var perSeed: [Double]

  /// Each parameter is the property of that name.
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

/// How far two slices of the test set differ for one arm: `score(slice) − score(reference)`.
public struct SliceGap: Codable, Equatable, Sendable {
  package var arm: String
  package var metric: Metric
  package var slice: TestSlice
  package var reference: TestSlice
  package var gap: Estimate

  package init(
    arm: String, metric: Metric, slice: TestSlice, reference: TestSlice, gap: Estimate
  ) {
    self.arm = arm
    self.metric = metric
    self.slice = slice
    self.reference = reference
    self.gap = gap
  }
}
