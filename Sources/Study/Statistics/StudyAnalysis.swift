/// Everything the statistics say about a study; a plain value for reports and JSON.
public struct StudyAnalysis: Codable, Equatable, Sendable {
  /// The metric of the primary comparisons.
  public var primaryMetric: Metric
  /// Every arm, metric and slice that has at least two groups of items.
  public var scores: [ArmScore]
  package var comparisons: [Comparison]
  /// What near-copies in training add to the score of the whole test set: the leak effect times the
  /// share of leaked items, which is held fixed. Nil without leaked items or the arms to tell, and
  /// where the score is no mean over items.
  public var leakContribution: Estimate?
  /// Per arm and metric: leaked − clean, and all − clean: how much easier items with a near-copy
  /// are, whether or not the arm saw the copy.
  public var gaps: [SliceGap]
  /// How much larger the gap all − clean is for the raw records than without near-copies of test
  /// items; nil where there are no such arms.
  public var gapDifference: Estimate?
  /// What classifiers on the vectors as they are reach from each arm's records, in the primary
  /// metric; empty where none were given.
  public var baselines: [BaselineScore]
  /// How far each arm's models came in training; empty where it is not known.
  public var fits: [ArmFit]
  /// What leak effect and difficulty gap would be with other thresholds; empty where nearness is not
  /// known.
  public var leakCurves: [LeakCurve]
  /// Test items by slice.
  public var items: [String: Int]
  /// How many folds the test items are, each answered by models of its own; nil for one test set.
  public var folds: Int?
  /// Arms that surely differ by less are equivalent.
  public var margins: Margins
  /// The primary metric's comparisons where smaller arms make as many passes as `raw` in place of as many updates;
  /// nil if that was not asked.
  public var sameEpochs: EpochBudget?
  /// The learning rates that a development part chose; nil if all arms have the same.
  public var learningRates: [RateChoice]?
  /// Ids of the runs whose predictions these are.
  public var runs: [String]
  /// In what this is not the comparison that was planned before the first model was trained, as a
  /// sentence; nil if it is.
  public var deviation: String?
  /// What takes no part in the study, in sentences.
  public var notes: [String]
  package var verdict: Verdict

  /// Analyzes the predictions of all arms.
  ///
  /// Two comparisons are primary: the *leak effect*, the control of `decontaminated` (random records
  /// in place of the near-copies) minus `decontaminated` on leaked items; and the *generalization
  /// effect*, `deduplicated` minus its control on clean items. Beside them every arm is compared
  /// with `raw` and with its control, on every slice.
  ///
  /// - Parameters:
  ///   - arms: named as ``StudyArm`` names them.
  ///   - baselines: per method what it predicts from each arm's records, named and seeded as the
  ///     arms are.
  ///   - sameEpochs: the arms but for `raw` with as many passes in place of as many updates.
  ///   - nearness: of every item to the training record nearest to it.
  ///   - metrics: first the one of the primary comparisons; of the kind of the answers.
  ///   - permutations: of the test that stands beside each comparison.
  /// - Precondition: names are distinct, `raw` is one of them, all arms have equally many seeds.
  public init(
    items: TestItems, arms: [ArmPredictions],
    baselines: [FrozenBaseline: [ArmPredictions]] = [:], fits: [ArmFit] = [],
    sameEpochs: EpochBudget.Models? = nil, nearness: [NearnessMeasure: [Double]] = [:],
    runs: [String] = [], deviation: String? = nil,
    notes: [String] = [],
    metrics: [Metric] = Metric.ofClasses,
    margins: Margins = Margins(), permutations: Int = 4000, seed: UInt64 = 1
  ) {
    precondition(Set(arms.map(\.name)).count == arms.count, "arm names repeat")
    precondition(arms.contains { $0.name == StudyArm.raw.rawValue }, "there is no arm raw")
    let inference = CrossedInference(items: items, permutations: permutations, seed: seed)
    let counts = Dictionary(
      uniqueKeysWithValues: TestSlice.allCases.map { ($0.rawValue, items.indices(in: $0).count) })
    primaryMetric = metrics[0]
    scores = Self.scores(inference, arms, metrics)
    gaps = Self.gaps(inference, arms, metrics)
    gapDifference = Self.gapDifference(inference, arms, metrics[0])
    comparisons = Self.comparisons(inference, arms, metrics, margins)
    self.baselines = Self.baselines(inference, arms, baselines, metrics[0])
    self.fits = fits
    self.sameEpochs = sameEpochs.map {
      EpochBudget(
        $0, raw: arms.filter { $0.name == StudyArm.raw.rawValue }, inference, metrics[0], margins)
    }
    leakCurves = NearnessMeasure.allCases.compactMap { measure in
      nearness[measure].map { LeakCurve(measure, $0, items, arms, metrics[0]) }
    }
    self.items = counts
    folds = items.foldCount > 1 ? items.foldCount : nil
    self.margins = margins
    self.runs = runs
    self.deviation = deviation
    self.notes = notes
    verdict = Verdict(headline: "", statements: [], caveats: [])
    let share = Double(counts[TestSlice.leaked.rawValue]!) / Double(max(1, items.count))
    leakContribution =
      metrics[0].isMean ? leakEffect?.difference.scaled(by: share) : nil
    verdict = Verdict(self)
  }

  /// What near-copies in training are worth on the items that have one.
  public var leakEffect: Comparison? {
    comparisons.first { $0.family == .primary && $0.slice == .leaked }
  }

  /// What leaving out near-duplicates within training does to items unlike any training record.
  public var generalizationEffect: Comparison? {
    comparisons.first { $0.family == .primary && $0.slice == .clean }
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

  private static func gapDifference(
    _ inference: CrossedInference, _ arms: [ArmPredictions], _ metric: Metric
  ) -> Estimate? {
    func named(_ arm: StudyArm) -> ArmPredictions? { arms.first { $0.name == arm.rawValue } }
    guard let raw = named(.raw), let decontaminated = named(.decontaminated) else { return nil }
    return inference.gap(of: raw, minus: decontaminated, metric, from: .clean, to: .all)
  }

  /// The primary comparisons alone.
  package static func primaryComparisons(
    _ inference: CrossedInference, _ arms: [ArmPredictions], _ metric: Metric = .accuracy,
    _ margins: Margins = Margins()
  ) -> [Comparison] {
    comparisons(inference, arms, [metric], margins) { $0 == $1.primarySlice }
  }

  static func comparisons(
    _ inference: CrossedInference, _ arms: [ArmPredictions], _ metrics: [Metric],
    _ margins: Margins, where isWanted: (TestSlice, StudyContrast) -> Bool = { _, _ in true }
  ) -> [Comparison] {
    let byName = Dictionary(uniqueKeysWithValues: arms.map { ($0.name, $0) })
    let pairs = StudyContrast.all(of: arms.compactMap { StudyArm(rawValue: $0.name) })
    var result: [Comparison] = []
    for metric in metrics {
      for slice in TestSlice.allCases {
        result += pairs.filter { isWanted(slice, $0) }.compactMap { pair in
          inference.comparison(
            byName[pair.arm.rawValue]!, with: byName[pair.baseline.rawValue]!, metric, on: slice,
            among: arms,
            family: metric == metrics[0] && pair.primarySlice == slice ? .primary : .exploratory,
            margin: margins.of(slice))
        }
      }
    }
    return Comparison.adjusted(result)
  }
}

/// Two arms that are compared, and the slice on which their difference answers a question that was
/// asked beforehand.
struct StudyContrast {
  var arm: StudyArm
  var baseline: StudyArm
  var primarySlice: TestSlice?

  /// Controls first: they differ in nothing but which records were left out.
  static func all(of arms: [StudyArm]) -> [StudyContrast] {
    let controlled = arms.compactMap { arm -> StudyContrast? in
      guard let control = arm.control(among: arms) else { return nil }
      return switch arm {
      case .decontaminated:
        StudyContrast(arm: control, baseline: arm, primarySlice: .leaked)
      case .deduplicated: StudyContrast(arm: arm, baseline: control, primarySlice: .clean)
      default: StudyContrast(arm: arm, baseline: control)
      }
    }
    return controlled
      + arms.filter { $0 != .raw }.map { StudyContrast(arm: $0, baseline: .raw) }
  }
}
