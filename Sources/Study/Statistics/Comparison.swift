import Foundation

/// The difference `arm − baseline` of one metric on one slice, and what it supports.
///
/// Two tests decide, each corrected by Holm within the family: Student's t of the difference, and two
/// one-sided t tests against the margin. Both use the standard error of the interval that is shown.
/// The permutation test stands beside; it holds the trained models fixed and decides nothing.
public struct Comparison: Codable, Equatable, Sendable {
  /// Holm's correction is applied within a family.
  public enum Family: String, Codable, Sendable {
    /// The questions that were asked beforehand.
    case primary
    /// Everything else: slices and further metrics.
    case exploratory
  }

  /// What is trained on.
  public var arm: String
  /// The arm that it is compared with.
  public var baseline: String
  /// What is measured.
  public var metric: Metric
  /// The test items that it is measured on.
  public var slice: TestSlice
  /// The arm minus the baseline.
  public var difference: Estimate
  /// Which comparisons its p-values are corrected with.
  public var family: Family
  /// Groups of items of which the two arms' models, all seeds together, get differently many right;
  /// only these can tell the arms apart.
  public var discordantGroups: Int
  /// The arms are equivalent if they surely differ by less than this.
  public var margin: Double
  /// Whether the difference is one of the models as they are, not of all that could be trained.
  public var holdsModels: Bool
  /// Two-sided p-value of Student's t test of the difference over items and seeds.
  public var studentP: Double
  /// Two-sided p-value of swapping the arms group by group, the trained models held fixed.
  public var permutationP: Double
  /// P-value of "they differ by the margin or more".
  public var equivalenceP: Double
  /// ``studentP`` and ``equivalenceP``, Holm-adjusted within the family.
  public var adjustedP: Double
  /// The p-value of equivalence, Holm-adjusted within the family.
  public var adjustedEquivalenceP: Double
  /// The true difference that a study like this one finds with probability 0.8, at the level that
  /// Holm's correction asks of the first claim of the family.
  public var minimumDetectable: Double

  /// Not yet adjusted for others.
  public init(
    arm: String, baseline: String, metric: Metric, slice: TestSlice, difference: Estimate,
    family: Family, discordantGroups: Int, margin: Double, holdsModels: Bool = false,
    permutationP: Double
  ) {
    self.arm = arm
    self.baseline = baseline
    self.metric = metric
    self.slice = slice
    self.difference = difference
    self.family = family
    self.discordantGroups = discordantGroups
    self.margin = margin
    self.holdsModels = holdsModels
    studentP = difference.studentP
    self.permutationP = permutationP
    equivalenceP = difference.equivalenceP(margin)
    minimumDetectable = difference.detectable()
    adjustedP = studentP
    adjustedEquivalenceP = equivalenceP
    if discordantGroups == 0 { boundWithoutDiscordance() }
  }

  /// Where no group was answered differently, at most a share of 3/G of groups like these is: with
  /// more, chance would have left none out of G in less than 5% of cases (Hanley and Lippman-Hand, "If
  /// nothing goes wrong, is everything all right?", 1983).
  private mutating func boundWithoutDiscordance() {
    let bound = min(1, 3 / Double(difference.groups))
    difference.low = min(difference.low, -bound)
    difference.high = max(difference.high, bound)
    studentP = 1
    adjustedP = 1
    equivalenceP = max(equivalenceP, pow(max(0, 1 - margin), Double(difference.groups)))
    adjustedEquivalenceP = equivalenceP
    minimumDetectable = max(minimumDetectable, bound)
  }

  /// Sets the adjusted p-values and the detectable differences of all members of each family.
  public static func adjusted(_ comparisons: [Comparison]) -> [Comparison] {
    var result = comparisons
    for family in [Family.primary, .exploratory] {
      let members = result.indices.filter { result[$0].family == family }
      let changed = holmAdjusted(members.map { result[$0].studentP })
      let equivalent = holmAdjusted(members.map { result[$0].equivalenceP })
      for (place, index) in members.enumerated() {
        result[index].adjustedP = changed[place]
        result[index].adjustedEquivalenceP = equivalent[place]
        let detectable = result[index].difference.detectable(level: 0.05 / Double(members.count))
        result[index].minimumDetectable = max(result[index].minimumDetectable, detectable)
      }
    }
    return result
  }

  /// What the difference supports: a change if Student's adjusted p-value is below 0.05, else
  /// equivalence if that of the two one-sided tests is, else nothing; and nothing from fewer seeds,
  /// groups or discordant groups than ``shortage`` allows. A change that is surely smaller than the
  /// margin is a change, and said with its size.
  public var finding: Verdict.Finding {
    if shortage != nil { return .inconclusive }
    if adjustedP < 0.05 { return .changed }
    return adjustedEquivalenceP < 0.05 ? .equivalent : .inconclusive
  }

  /// Fewer seeds, groups or discordant groups than these support no claim, whatever the interval:
  /// seed variance from two seeds has one degree of freedom; with few groups the mean is far from
  /// normal; and with five discordant groups no sign test reaches 0.05 (2 / 2^5 = 0.0625).
  public static let leastSeeds = 3
  /// Fewer groups of test items support no claim.
  public static let leastGroups = 30
  /// Fewer groups that the arms answer differently support no claim.
  public static let leastDiscordantGroups = 6

  /// What is too little for any claim, in words; nil if there is enough, or if no group at all is
  /// discordant: then the bound of 3/G speaks.
  public var shortage: String? {
    func few(_ count: Int, _ least: Int, _ one: String, _ many: String) -> String? {
      count >= least ? nil : "\(count) \(count == 1 ? one : many), a claim needs \(least)"
    }
    if !holdsModels, let seeds = few(difference.seeds, Self.leastSeeds, "seed", "seeds") {
      return seeds
    }
    return few(difference.groups, Self.leastGroups, "group of test items", "groups of test items")
      ?? (discordantGroups == 0
        ? nil
        : few(
          discordantGroups, Self.leastDiscordantGroups, "group that the arms answer differently",
          "groups that the arms answer differently"))
  }
}

extension CrossedInference {
  /// Interval and tests of one comparison, not yet adjusted; nil as in ``difference``.
  ///
  /// - Parameter arms: of the study, for the variance between seeds.
  public func comparison(
    _ arm: ArmPredictions, with baseline: ArmPredictions, _ metric: Metric, on slice: TestSlice,
    among arms: [ArmPredictions] = [], family: Comparison.Family, margin: Double
  ) -> Comparison? {
    guard let difference = difference(arm, minus: baseline, metric, on: slice, among: arms),
      let permutationP = permutationP(arm, against: baseline, metric, on: slice)
    else { return nil }
    return Comparison(
      arm: arm.name, baseline: baseline.name, metric: metric, slice: slice, difference: difference,
      family: family, discordantGroups: discordantGroups(arm, baseline, metric, on: slice),
      margin: margin, holdsModels: holdsModels, permutationP: permutationP)
  }
}
