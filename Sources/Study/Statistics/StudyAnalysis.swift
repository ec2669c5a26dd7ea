/// How many training records were left out of an arm, by what they repeat.
public struct ArmRemovals: Codable, Equatable, Sendable {
  /// Another training record, or one of another label where the policy drops both.
  public var within: Int
  /// A test record.
  public var againstTest: Int

  public init(within: Int, againstTest: Int) {
    self.within = within
    self.againstTest = againstTest
  }
}

/// Everything the statistics say about a study; a plain value for reports and JSON.
public struct StudyAnalysis: Codable, Equatable, Sendable {
  public var baseline: String
  /// The metric of the primary comparisons.
  public var primaryMetric: Metric
  /// Every arm, metric and slice that has at least two groups of items.
  public var scores: [ArmScore]
  public var comparisons: [Comparison]
  /// Per arm and metric: leaked − clean, and all − clean: how much easier items with a near-copy
  /// are, whether or not the arm saw the copy.
  public var gaps: [SliceGap]
  /// What classifiers on the vectors as they are reach from each arm's records, in the primary
  /// metric; empty where none were given.
  public var baselines: [BaselineScore]
  /// How far each arm's models came in training; empty where it is not known.
  public var fits: [ArmFit]
  /// Test items by slice.
  public var items: [String: Int]
  /// The smallest difference worth knowing about; differences surely below it count as none.
  public var relevantEffect: Double
  /// What the arm `deduped` lacks of the raw training records; nil where it is not known.
  public var removed: ArmRemovals?
  /// What takes no part in the study, in sentences.
  public var notes: [String]
  public var verdict: Verdict

  /// Analyzes the predictions of all arms.
  ///
  /// Every arm is compared with the baseline and, so that filtering is told apart from mere
  /// shrinking, with the control (a random subset of equal size) if there is one.
  ///
  /// - Parameters:
  ///   - control: name of the control arm; ignored when no arm has it.
  ///   - baselines: per method what it predicts from each arm's records, named and seeded as the
  ///     arms are.
  ///   - relevantEffect: the smallest difference worth knowing about. Arms are called equivalent if
  ///     the whole interval of their difference is nearer to zero.
  /// - Precondition: names are distinct, `baseline` is one of them, all arms have equally many
  ///   seeds.
  public init(
    items: TestItems, arms: [ArmPredictions], baseline: String = "raw",
    control: String? = "random", baselines: [FrozenBaseline: [ArmPredictions]] = [:],
    fits: [ArmFit] = [], removed: ArmRemovals? = nil,
    notes: [String] = [], primaryMetric: Metric = .macroF1,
    relevantEffect: Double = StudyOptions.defaultRelevantEffect, resamples: Int = 4000,
    seed: UInt64 = 1
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
    self.baselines = Self.baselines(bootstrap, arms, baselines, primaryMetric)
    self.fits = fits
    self.items = Dictionary(
      uniqueKeysWithValues: TestSlice.allCases.map { ($0.rawValue, items.indices(in: $0).count) })
    self.relevantEffect = relevantEffect
    self.notes = notes
    self.removed = removed
    verdict = Verdict(headline: "", statements: [], caveats: [])
    verdict = Verdict(self)
  }

  /// What a comparison supports; nothing where models are underfit.
  public func finding(of comparison: Comparison) -> Verdict.Finding {
    verdict.statements.contains { $0.finding == .underfit }
      ? .underfit : Verdict.finding(of: comparison, relevantEffect: relevantEffect)
  }

  private static func baselines(
    _ bootstrap: HierarchicalBootstrap, _ arms: [ArmPredictions],
    _ predictions: [FrozenBaseline: [ArmPredictions]], _ metric: Metric
  ) -> [BaselineScore] {
    arms.flatMap { arm in
      FrozenBaseline.allCases.flatMap { method -> [BaselineScore] in
        guard let own = predictions[method]?.first(where: { $0.name == arm.name }) else {
          return []
        }
        return TestSlice.allCases.compactMap { slice in
          guard let score = bootstrap.score(of: own, metric, on: slice),
            let advantage = bootstrap.difference(arm, minus: own, metric, on: slice)
          else { return nil }
          return BaselineScore(
            arm: arm.name, baseline: method, metric: metric, slice: slice, score: score,
            advantage: advantage)
        }
      }
    }
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
            family: metric == metrics[0] && isPlanned(pair, slice) ? .primary : .exploratory)
        }
      }
    }
    return Comparison.adjusted(result)
  }

  /// The whole test set for all, and leaked items for the arm without near-copies.
  private static func isPlanned(
    _ pair: (arm: ArmPredictions, baseline: ArmPredictions), _ slice: TestSlice
  ) -> Bool {
    slice == .all
      || slice == .leaked && pair.arm.name == Arm.deduped.rawValue
        && pair.baseline.name == Arm.raw.rawValue
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
      family: family, discordantGroups: discordantGroups(arm, baseline, on: slice),
      studentP: studentP, permutationP: permutationP, adjustedP: max(studentP, permutationP))
  }
}

extension HierarchicalBootstrap {
  /// Groups of which the arms' models, all seeds together, get differently many items right.
  func discordantGroups(
    _ arm: ArmPredictions, _ baseline: ArmPredictions, on slice: TestSlice
  ) -> Int {
    var balance: [Int: Int] = [:]
    for item in items.indices(in: slice) {
      let hits = { (arm: ArmPredictions) in
        arm.predictions.count { $0[item] == items.labels[item] }
      }
      balance[items.groups[item], default: 0] += hits(arm) - hits(baseline)
    }
    return balance.values.count { $0 != 0 }
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
