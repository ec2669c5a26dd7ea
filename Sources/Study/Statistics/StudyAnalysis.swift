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
  /// Arms that surely differ by less are equivalent.
  public var margins: Margins
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
  ///   - permutations: of the test that stands beside each comparison.
  /// - Precondition: names are distinct, `baseline` is one of them, all arms have equally many
  ///   seeds.
  public init(
    items: TestItems, arms: [ArmPredictions], baseline: String = "raw",
    control: String? = "random", baselines: [FrozenBaseline: [ArmPredictions]] = [:],
    fits: [ArmFit] = [], removed: ArmRemovals? = nil,
    notes: [String] = [], primaryMetric: Metric = .accuracy, margins: Margins = Margins(),
    permutations: Int = 4000, seed: UInt64 = 1
  ) {
    precondition(Set(arms.map(\.name)).count == arms.count, "arm names repeat")
    precondition(arms.contains { $0.name == baseline }, "no arm is called \(baseline)")
    let inference = CrossedInference(items: items, permutations: permutations, seed: seed)
    let metrics = [primaryMetric] + Metric.ofClasses.filter { $0 != primaryMetric }
    self.baseline = baseline
    self.primaryMetric = primaryMetric
    scores = Self.scores(inference, arms, metrics)
    gaps = Self.gaps(inference, arms, metrics)
    comparisons = Self.comparisons(
      inference, arms, Self.pairs(arms, baseline: baseline, control: control), metrics, margins)
    self.baselines = Self.baselines(inference, arms, baselines, primaryMetric)
    self.fits = fits
    self.items = Dictionary(
      uniqueKeysWithValues: TestSlice.allCases.map { ($0.rawValue, items.indices(in: $0).count) })
    self.margins = margins
    self.notes = notes
    self.removed = removed
    verdict = Verdict(headline: "", statements: [], caveats: [])
    verdict = Verdict(self)
  }

  /// What a comparison supports; nothing where models are underfit.
  public func finding(of comparison: Comparison) -> Verdict.Finding {
    verdict.statements.contains { $0.finding == .underfit }
      ? .underfit : comparison.finding
  }

  private static func baselines(
    _ inference: CrossedInference, _ arms: [ArmPredictions],
    _ predictions: [FrozenBaseline: [ArmPredictions]], _ metric: Metric
  ) -> [BaselineScore] {
    arms.flatMap { arm in
      FrozenBaseline.allCases.flatMap { method -> [BaselineScore] in
        guard let own = predictions[method]?.first(where: { $0.name == arm.name }) else {
          return []
        }
        return TestSlice.allCases.compactMap { slice in
          guard let score = inference.score(of: own, metric, on: slice),
            let advantage = inference.difference(arm, minus: own, metric, on: slice)
          else { return nil }
          return BaselineScore(
            arm: arm.name, baseline: method, metric: metric, slice: slice, score: score,
            advantage: advantage)
        }
      }
    }
  }

  private static func scores(
    _ inference: CrossedInference, _ arms: [ArmPredictions], _ metrics: [Metric]
  ) -> [ArmScore] {
    metrics.flatMap { metric in
      arms.flatMap { arm in
        TestSlice.allCases.compactMap { slice in
          inference.score(of: arm, metric, on: slice).map {
            ArmScore(
              arm: arm.name, metric: metric, slice: slice, score: $0,
              perSeed: inference.scorePerSeed(of: arm, metric, on: slice))
          }
        }
      }
    }
  }

  private static func gaps(
    _ inference: CrossedInference, _ arms: [ArmPredictions], _ metrics: [Metric]
  ) -> [SliceGap] {
    metrics.flatMap { metric in
      arms.flatMap { arm in
        [TestSlice.leaked, .all].compactMap { slice in
          inference.gap(of: arm, metric, from: .clean, to: slice).map {
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
    _ inference: CrossedInference, _ arms: [ArmPredictions],
    _ pairs: [(arm: ArmPredictions, baseline: ArmPredictions)], _ metrics: [Metric],
    _ margins: Margins
  ) -> [Comparison] {
    var result: [Comparison] = []
    for metric in metrics {
      for slice in TestSlice.allCases {
        result += pairs.compactMap { pair in
          inference.comparison(
            pair.arm, with: pair.baseline, metric, on: slice, among: arms,
            family: metric == metrics[0] && isPlanned(pair, slice) ? .primary : .exploratory,
            margin: margins.of(slice))
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
