/// A study's comparisons with the other budget that is fair: smaller arms pass over their records as often as `raw`
/// over all, and so make fewer updates. Where as many updates favor a small arm, which sees each record more often,
/// this favors the large one; a finding that holds for both does not come of the budget.
public struct EpochBudget: Codable, Equatable, Sendable {
  /// The models of the arms but for `raw`, which are the same with either budget.
  public struct Models {
    package var arms: [ArmPredictions]
    package var updates: [String: Int]
    package var runs: [String]

    /// - Parameters:
    ///   - updates: of each model, by arm.
    ///   - runs: their ids, and not those of `raw`.
    public init(arms: [ArmPredictions], updates: [String: Int], runs: [String]) {
      (self.arms, self.updates, self.runs) = (arms, updates, runs)
    }
  }

  /// Of each model, by arm; `raw` is left out.
  public var updates: [String: Int]
  /// Of the primary metric; p-values are adjusted among these alone.
  package var comparisons: [Comparison]
  /// Ids of the runs that `raw` is compared with.
  public var runs: [String]

  init(
    _ models: Models, raw: [ArmPredictions], _ inference: CrossedInference, _ metric: Metric,
    _ margins: Margins
  ) {
    (updates, runs) = (models.updates, models.runs)
    comparisons = StudyAnalysis.comparisons(inference, raw + models.arms, [metric], margins)
  }
}

extension StudyAnalysis {
  /// A comparison with either budget.
  public struct BudgetPair {
    package var updates: Comparison
    package var epochs: Comparison
  }

  /// The comparisons of the primary metric on all items and the primary ones, with either budget; empty unless both
  /// were asked for.
  public var budgetPairs: [BudgetPair] {
    comparisons.compactMap { own in
      guard own.metric == primaryMetric, own.family == .primary || own.slice == .all,
        let other = sameEpochs?.comparisons.first(where: {
          ($0.arm, $0.baseline, $0.slice) == (own.arm, own.baseline, own.slice)
        })
      else { return nil }
      return BudgetPair(updates: own, epochs: other)
    }
  }

  /// Whether the primary findings are the same with either budget, as a sentence; nil unless both were asked for.
  public var budgetSentence: String? {
    guard let sameEpochs else { return nil }
    let fewer = sameEpochs.updates.values.min() ?? 0
    let primary = budgetPairs.filter { $0.updates.family == .primary }
    let budget = "With as many passes in place of as many updates (\(fewer) and more)"
    let others = primary.filter { finding(of: $0.updates) != finding(of: $0.epochs) }
    if primary.isEmpty { return nil }
    if others.isEmpty { return "\(budget) the findings are the same." }
    let found = others.map {
      "“\($0.updates.arm)” and “\($0.updates.baseline)” on \($0.updates.slice.rawValue) items are "
        + "\($0.epochs.finding.rawValue)"
    }
    return "\(budget) not every finding is the same: \(found.joined(separator: ", "))."
  }
}
