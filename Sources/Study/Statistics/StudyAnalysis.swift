/// Everything the statistics say about a study; a plain value for reports and JSON.
public struct StudyAnalysis: Codable, Equatable, Sendable {
  public var baseline: String
  /// The metric of the primary comparisons.
  public var primaryMetric: Metric
  /// Every arm, metric and slice that has at least two groups of items.
  public var scores: [ArmScore]
  public var comparisons: [Comparison]
  /// Per arm and metric: leaked − clean, and all − clean (the inflation).
  public var gaps: [SliceGap]
  public var verdict: Verdict

  public init(
    baseline: String, primaryMetric: Metric, scores: [ArmScore], comparisons: [Comparison],
    gaps: [SliceGap], verdict: Verdict
  ) {
    self.baseline = baseline
    self.primaryMetric = primaryMetric
    self.scores = scores
    self.comparisons = comparisons
    self.gaps = gaps
    self.verdict = verdict
  }

  /// Analyzes the predictions of all arms.
  ///
  /// Every arm is compared with the baseline and, so that filtering is told apart from mere
  /// shrinking, with the control (a random subset of equal size) if there is one.
  ///
  /// - Parameters:
  ///   - control: name of the control arm; ignored when no arm has it.
  ///   - relevantEffect: the smallest difference worth knowing about. A study that could not have
  ///     seen it says "too little data" rather than "no change".
  /// - Precondition: names are distinct, `baseline` is one of them, all arms have equally many
  ///   seeds.
  public init(
    items: TestItems, arms: [ArmPredictions], baseline: String = "raw",
    control: String? = "random", primaryMetric: Metric = .macroF1, relevantEffect: Double = 0.05,
    resamples: Int = 4000, seed: UInt64 = 1
  ) {
    precondition(Set(arms.map(\.name)).count == arms.count, "arm names repeat")
    precondition(arms.contains { $0.name == baseline }, "no arm is called \(baseline)")
    let bootstrap = HierarchicalBootstrap(items: items, resamples: resamples, seed: seed)
    let metrics = [primaryMetric] + Metric.allCases.filter { $0 != primaryMetric }
    self.baseline = baseline
    self.primaryMetric = primaryMetric
    scores = Self.scores(bootstrap, arms, metrics)
    gaps = Self.gaps(bootstrap, arms, metrics)
    comparisons = Self.comparisons(
      bootstrap, Self.pairs(arms, baseline: baseline, control: control), metrics)
    verdict = Verdict(
      scores: scores, comparisons: comparisons, gaps: gaps, baseline: baseline,
      metric: primaryMetric, relevantEffect: relevantEffect)
  }

  private static func scores(
    _ bootstrap: HierarchicalBootstrap, _ arms: [ArmPredictions], _ metrics: [Metric]
  ) -> [ArmScore] {
    metrics.flatMap { metric in
      arms.flatMap { arm in
        TestSlice.allCases.compactMap { slice in
          bootstrap.score(of: arm, metric, on: slice).map {
            ArmScore(
              arm: arm.name, metric: metric, slice: slice, score: $0,
              perSeed: bootstrap.scorePerSeed(of: arm, metric, on: slice))
          }
        }
      }
    }
  }

  private static func gaps(
    _ bootstrap: HierarchicalBootstrap, _ arms: [ArmPredictions], _ metrics: [Metric]
  ) -> [SliceGap] {
    metrics.flatMap { metric in
      arms.flatMap { arm in
        [TestSlice.leaked, .all].compactMap { slice in
          bootstrap.gap(of: arm, metric, from: .clean, to: slice).map {
            SliceGap(arm: arm.name, metric: metric, slice: slice, reference: .clean, gap: $0)
          }
        }
      }
    }
  }

  private static func pairs(_ arms: [ArmPredictions], baseline: String, control: String?)
    -> [(arm: ArmPredictions, baseline: ArmPredictions)]
  {
    let references = [baseline, control].compactMap { name in arms.first { $0.name == name } }
    return references.flatMap { reference in
      arms.filter { $0.name != reference.name && $0.name != baseline }.map { ($0, reference) }
    }
  }

  private static func comparisons(
    _ bootstrap: HierarchicalBootstrap,
    _ pairs: [(arm: ArmPredictions, baseline: ArmPredictions)], _ metrics: [Metric]
  ) -> [Comparison] {
    var result: [Comparison] = []
    for metric in metrics {
      for slice in TestSlice.allCases {
        result += pairs.compactMap { pair in
          bootstrap.comparison(
            pair.arm, with: pair.baseline, metric, on: slice,
            family: metric == metrics[0] && slice == .all ? .primary : .exploratory)
        }
      }
    }
    return Comparison.adjusted(result)
  }
}

extension HierarchicalBootstrap {
  /// Interval and both tests of one comparison, not yet adjusted; nil as in ``difference``.
  public func comparison(
    _ arm: ArmPredictions, with baseline: ArmPredictions, _ metric: Metric, on slice: TestSlice,
    family: Comparison.Family
  ) -> Comparison? {
    guard let difference = difference(arm, minus: baseline, metric, on: slice),
      let permutationP = permutationP(arm, against: baseline, metric, on: slice)
    else { return nil }
    let studentP = difference.studentP
    return Comparison(
      arm: arm.name, baseline: baseline.name, metric: metric, slice: slice, difference: difference,
      family: family, studentP: studentP, permutationP: permutationP,
      adjustedP: max(studentP, permutationP))
  }
}

extension Comparison {
  /// Sets `adjustedP` by Holm's correction of the larger p-value within each family.
  public static func adjusted(_ comparisons: [Comparison]) -> [Comparison] {
    var result = comparisons
    for family in [Family.primary, .exploratory] {
      let members = result.indices.filter { result[$0].family == family }
      let pValues = holmAdjusted(
        members.map { max(result[$0].studentP, result[$0].permutationP) })
      for (index, pValue) in zip(members, pValues) { result[index].adjustedP = pValue }
    }
    return result
  }
}

extension Estimate {
  /// Two-sided p-value of "the true value is zero"; 1 if both value and standard error are zero.
  public var studentP: Double {
    if value == 0 { return 1 }
    if standardError == 0 { return 0 }
    return StudentT.twoSidedP(value / standardError, degreesOfFreedom: degreesOfFreedom)
  }
}
