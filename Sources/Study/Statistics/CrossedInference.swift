import Curation

/// Intervals and tests for scores and their differences over new test items *and* new seeds, from one
/// standard error: the crossed analysis of variance of ``CrossedTable``, with Student's t on
/// Satterthwaite's degrees of freedom. Interval and test cannot disagree.
///
/// What compared arms share (items, seeds) cancels; the seeds' part of a difference is pooled over all
/// arms where they are given, see ``SeedVariance``, and corrected where the items are folds, see
/// ``FoldVariance``. Results but for permutations do not depend on `seed`.
public struct CrossedInference: Sendable {
  package let items: TestItems
  package let permutations: Int
  package let seed: UInt64
  /// Whether the models are the ones in question, so that only test items are drawn: predictions
  /// whose seeds nobody knows. Else they stand for all that could be trained likewise.
  public let holdsModels: Bool

  /// - Precondition: at least 100 permutations.
  public init(
    items: TestItems, permutations: Int = 4000, seed: UInt64 = 1, holdsModels: Bool = false
  ) {
    precondition(permutations >= 100)
    self.items = items
    self.permutations = permutations
    self.seed = seed
    self.holdsModels = holdsModels
  }

  /// The arm's score on `slice`, averaged over seeds; nil if the slice has fewer than two groups,
  /// because then nothing tells how far to trust it, or if the metric has no value there.
  ///
  /// Where all items are right, or all wrong, the interval is Wilson's, on the number of groups.
  /// O(seeds x items), as all of these.
  public func score(of arm: ArmPredictions, _ metric: Metric, on slice: TestSlice = .all)
    -> Estimate?
  {
    guard var estimate = estimate([Term(sign: 1, arm: arm, slice: slice)], metric) else {
      return nil
    }
    if estimate.standardError == 0, metric.range == 0...1,
      estimate.value == 0 || estimate.value == 1
    {
      let wilson = Interval.wilson(
        successes: estimate.value == 1 ? estimate.groups : 0, of: estimate.groups)
      (estimate.low, estimate.high) = (wilson.low, wilson.high)
    }
    return estimate.clamped(to: metric.range)
  }

  /// `arm − baseline` on `slice`, seeds paired by position; nil as in ``score(of:_:on:)``.
  ///
  /// - Parameter arms: of the study, for the variance between seeds; these two alone if empty.
  /// - Precondition: all arms have equally many seeds.
  public func difference(
    _ arm: ArmPredictions, minus baseline: ArmPredictions, _ metric: Metric,
    on slice: TestSlice = .all, among arms: [ArmPredictions] = []
  ) -> Estimate? {
    precondition(arm.seeds.count == baseline.seeds.count, "arms are paired seed by seed")
    return estimate(
      [Term(sign: 1, arm: arm, slice: slice), Term(sign: -1, arm: baseline, slice: slice)], metric,
      among: arms, on: slice
    )?.clamped(toDifferenceOf: metric)
  }

  /// What moves `arm − baseline` on `slice`; nil as in ``difference(_:minus:_:on:among:)``, and with fewer
  /// than two seeds.
  public func components(
    _ arm: ArmPredictions, minus baseline: ArmPredictions, _ metric: Metric,
    on slice: TestSlice = .all, among arms: [ArmPredictions] = []
  ) -> VarianceComponents? {
    let terms = [
      Term(sign: 1, arm: arm, slice: slice), Term(sign: -1, arm: baseline, slice: slice),
    ]
    return table(terms, metric)?.0.components(
      pooled: seedVariance(arms, metric, on: slice),
      folds: foldVariance(terms, metric, among: arms, on: slice))
  }

  /// `score(slice) − score(reference)` of one arm, or of an arm less that of a baseline; nil if either
  /// slice has fewer than two groups.
  public func gap(
    of arm: ArmPredictions, minus baseline: ArmPredictions? = nil, _ metric: Metric,
    from reference: TestSlice, to slice: TestSlice
  ) -> Estimate? {
    var terms = [
      Term(sign: 1, arm: arm, slice: slice), Term(sign: -1, arm: arm, slice: reference),
    ]
    if let baseline {
      terms.append(Term(sign: -1, arm: baseline, slice: slice))
      terms.append(Term(sign: 1, arm: baseline, slice: reference))
    }
    return estimate(terms, metric)?.clamped(toDifferenceOf: metric)
  }

  /// The score of each seed's model; empty if the slice is.
  public func scorePerSeed(
    of arm: ArmPredictions, _ metric: Metric, on slice: TestSlice = .all
  ) -> [Double] {
    let selection = items.indices(in: slice)
    if selection.isEmpty { return [] }
    return ItemSums.of(arm, metric, items, selection: selection).map { metric.value(of: $0.totals) }
  }

  /// A signed score; an estimate is a sum of these.
  private struct Term {
    var sign: Double
    var arm: ArmPredictions
    var slice: TestSlice
  }

  private func seedVariance(_ arms: [ArmPredictions], _ metric: Metric, on slice: TestSlice)
    -> SeedVariance?
  {
    let scores = arms.map { scorePerSeed(of: $0, metric, on: slice) }
    return scores.joined().contains(where: \.isNaN) ? nil : SeedVariance(scores: scores)
  }

  /// What models of one fold differ by, pooled over `arms` if there are any; nil where there are no folds.
  private func foldVariance(
    _ terms: [Term], _ metric: Metric, among arms: [ArmPredictions], on slice: TestSlice
  ) -> FoldVariance? {
    if items.foldCount == 1 { return nil }
    let tables = arms.map { foldTable([Term(sign: 1, arm: $0, slice: slice)], metric) }
    let isPooled = tables.allSatisfy { $0.cells.joined().joined().allSatisfy(\.isFinite) }
    return isPooled
      ? FoldVariance(arms: tables) ?? FoldVariance(foldTable(terms, metric))
      : FoldVariance(foldTable(terms, metric))
  }

  private func estimate(
    _ terms: [Term], _ metric: Metric, among arms: [ArmPredictions] = [], on slice: TestSlice = .all
  ) -> Estimate? {
    guard let (all, items) = table(terms, metric) else { return nil }
    let (seeds, value) = (all.seeds, all.value)
    let table = holdsModels ? all.seedsHeld : all
    let pooled = holdsModels ? nil : seedVariance(arms, metric, on: slice)
    let folds = holdsModels ? nil : foldVariance(terms, metric, among: arms, on: slice)
    let (variance, degreesOfFreedom) =
      folds.map { table.varianceOfMean(pooled: pooled, folds: $0) }
      ?? table.varianceOfMean(pooled: pooled)
    return Estimate(
      value: value, standardError: variance.squareRoot(), degreesOfFreedom: degreesOfFreedom,
      items: items, groups: table.groups, seeds: seeds)
  }

  /// What each fold's items bring to the sum of `terms`.
  private func foldTable(_ terms: [Term], _ metric: Metric) -> FoldTable {
    let selections = terms.map { items.indices(in: $0.slice) }
    let union = Set(selections.joined()).sorted()
    let cells = (0..<items.foldCount).map { fold in
      GroupNumbering(items.groups, selection: union.filter { items.folds[$0] == fold })
    }
    return FoldTable.sum(
      zip(terms, selections).map { term, selection in
        (
          term.sign,
          FoldTable(
            ItemSums.of(term.arm, metric, items, selection: selection), metric, cells: cells,
            items: selection, folds: items.folds)
        )
      })
  }

  /// Of the sum of `terms`, with the number of items that they are about.
  private func table(_ terms: [Term], _ metric: Metric) -> (CrossedTable, items: Int)? {
    let selections = terms.map { items.indices(in: $0.slice) }
    for selection in selections where Set(selection.map { items.groups[$0] }).count < 2 {
      return nil
    }
    let union = Set(selections.joined()).sorted()
    let numbering = GroupNumbering(items.groups, selection: union)
    let table = CrossedTable.sum(
      zip(terms, selections).map { term, selection in
        (
          term.sign,
          CrossedTable(
            ItemSums.of(term.arm, metric, items, selection: selection), metric,
            groups: numbering.numbers(selection), count: numbering.count)
        )
      })
    return table.value.isFinite ? (table, union.count) : nil
  }
}

extension FoldTable {
  /// - Parameters:
  ///   - cells: the groups of each fold.
  ///   - items: whose sums these are, and the folds of all items.
  fileprivate init(
    _ models: [ItemSums], _ metric: Metric, cells: [GroupNumbering], items: [Int], folds: [Int]
  ) {
    let starts = cells.reduce(into: [0]) { $0.append($0.last! + $1.count) }
    let numbers = items.map { starts[folds[$0]] + cells[folds[$0]].numbers([$0])[0] }
    var shares = [Double](repeating: 0, count: cells.count)
    for item in items { shares[folds[item]] += 1 / Double(items.count) }
    let influences = models.map { sums in
      (
        value: metric.value(of: sums.totals),
        sums.influence(metric, groups: numbers, count: starts.last!)
      )
    }
    self.cells = cells.indices.map { fold in
      influences.map { value, influence in
        let part = shares[fold] * value / Double(max(1, cells[fold].count))
        return influence[starts[fold]..<starts[fold + 1]].map { $0 + part }
      }
    }
  }
}

extension CrossedTable {
  fileprivate init(_ models: [ItemSums], _ metric: Metric, groups: [Int], count: Int) {
    let values = models.map { metric.value(of: $0.totals) }
    perSeed = values
    rows = zip(models, values).map { sums, value in
      sums.influence(metric, groups: groups, count: count).map { value + Double(count) * $0 }
    }
  }
}
