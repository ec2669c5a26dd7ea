import Curation

/// Intervals for scores and their differences over new test items *and* new seeds.
///
/// Resampling: paraphrase groups and seeds are drawn with replacement, each on its own ("pigeonhole
/// bootstrap", Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1, 2007); compared
/// arms see the same draw, so what they share cancels. That distribution gives the interval its
/// shape but, with three to five seeds, not its width: it counts seed variance `(S − 1) / S` times
/// and the seed-by-item part up to three times. So the variance comes from the crossed analysis of
/// variance instead, and the deviations of the resamples are stretched to it:
///
///     V = V(seeds) + V(groups) − V(interaction)        each unbiased, see ``Spread``
///     low = value + c * (q(0.025) − mean),  c = t(0.975, df) * √V / (z(0.975) * √V(resamples))
///
/// with Satterthwaite's degrees of freedom ("An approximate distribution of estimates of variance
/// components", 1946). With many seeds and groups and no interaction `c` is 1 and this is the
/// percentile interval. Results depend on `seed` only.
public struct HierarchicalBootstrap: Sendable {
  public let items: TestItems
  public let resamples: Int
  public let seed: UInt64

  /// - Precondition: at least 100 resamples.
  public init(items: TestItems, resamples: Int = 4000, seed: UInt64 = 1) {
    precondition(resamples >= 100)
    self.items = items
    self.resamples = resamples
    self.seed = seed
  }

  /// The arm's score on `slice`, averaged over seeds; nil if the slice has fewer than two groups,
  /// because then nothing tells how far to trust it.
  ///
  /// Where every resample agrees (all items right, or all wrong) the interval is Wilson's, on the
  /// number of groups. O(resamples x seeds x items), as all of these.
  public func score(of arm: ArmPredictions, _ metric: Metric, on slice: TestSlice = .all)
    -> Estimate?
  {
    guard var estimate = estimate([Term(sign: 1, arm: arm, slice: slice)], metric) else {
      return nil
    }
    if estimate.standardError == 0, estimate.value == 0 || estimate.value == 1 {
      let wilson = Interval.wilson(
        successes: estimate.value == 1 ? estimate.groups : 0, of: estimate.groups)
      (estimate.low, estimate.high) = (wilson.low, wilson.high)
    }
    return estimate.clamped(to: 0...1)
  }

  /// `arm − baseline` on `slice`, seeds paired by position; nil as in ``score(of:_:on:)``.
  ///
  /// - Precondition: both arms have equally many seeds.
  public func difference(
    _ arm: ArmPredictions, minus baseline: ArmPredictions, _ metric: Metric,
    on slice: TestSlice = .all
  ) -> Estimate? {
    precondition(arm.seeds.count == baseline.seeds.count, "arms are paired seed by seed")
    return estimate(
      [Term(sign: 1, arm: arm, slice: slice), Term(sign: -1, arm: baseline, slice: slice)], metric
    )?.clamped(to: -1...1)
  }

  /// `score(slice) − score(reference)` of one arm; nil if either has fewer than two groups.
  public func gap(
    of arm: ArmPredictions, _ metric: Metric, from reference: TestSlice, to slice: TestSlice
  ) -> Estimate? {
    estimate(
      [Term(sign: 1, arm: arm, slice: slice), Term(sign: -1, arm: arm, slice: reference)], metric
    )?.clamped(to: -1...1)
  }

  /// The score of each seed's model; empty if the slice is.
  public func scorePerSeed(
    of arm: ArmPredictions, _ metric: Metric, on slice: TestSlice = .all
  ) -> [Double] {
    let selection = items.indices(in: slice)
    if selection.isEmpty { return [] }
    let scores = WeightedScores(
      items: items, arm: arm, selection: selection,
      groupNumbers: [Int](repeating: 0, count: items.count))
    return scores.scores(metric, weights: [.one]).map { $0[0] }
  }

  /// A signed score; an estimate is a sum of these.
  struct Term {
    var sign: Double
    var arm: ArmPredictions
    var slice: TestSlice
  }
}
