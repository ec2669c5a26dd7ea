extension CrossedInference {
  /// Two-sided p-value of the hypothesis that it makes no difference which arm predicted a group:
  /// arms are swapped group by group (all seeds together) and the difference compared with the
  /// observed one. `(1 + as extreme) / (1 + permutations)`, which is a valid p-value (Phipson and
  /// Smyth, "Permutation p-values should never be zero", 2010). The trained models are held fixed:
  /// it says nothing about other seeds, and stands beside the test that decides. Of rank correlations
  /// the ranks are swapped. nil if the slice has fewer than two groups.
  ///
  /// - Precondition: both arms have equally many seeds.
  public func permutationP(
    _ arm: ArmPredictions, against baseline: ArmPredictions, _ metric: Metric,
    on slice: TestSlice = .all
  ) -> Double? {
    precondition(arm.seeds.count == baseline.seeds.count, "arms are paired seed by seed")
    let selection = items.indices(in: slice)
    let numbering = GroupNumbering(items.groups, selection: selection)
    guard numbering.count > 1 else { return nil }
    let groups = numbering.numbers(selection)
    let pairs = zip(
      ItemSums.of(arm, metric, items, selection: selection),
      ItemSums.of(baseline, metric, items, selection: selection)
    ).map { SwappedPair(arm: $0, baseline: $1, metric, groups: groups, count: numbering.count) }
    let observed = abs(pairs.reduce(0) { $0 + $1.difference { _ in false } })
    guard observed.isFinite else { return nil }
    var generator = SeededGenerator(seed: seed ^ 0x5157_4150)
    var extreme = 0
    var isSwapped = [Bool](repeating: false, count: numbering.count)
    for _ in 0..<permutations {
      var coins: UInt64 = 0
      for group in isSwapped.indices {
        if group % 64 == 0 { coins = generator.next() }
        isSwapped[group] = coins >> UInt64(group % 64) & 1 == 1
      }
      let difference = pairs.reduce(0) { $0 + $1.difference { isSwapped[$0] } }
      if abs(difference) >= observed - 1e-12 { extreme += 1 }
    }
    return Double(1 + extreme) / Double(1 + permutations)
  }

  /// Groups that the arms' models, all seeds together, answer differently well: of classes with
  /// differently many items right, else with another sum of what is scored.
  func discordantGroups(
    _ arm: ArmPredictions, _ baseline: ArmPredictions, _ metric: Metric, on slice: TestSlice
  ) -> Int {
    let metric = [.macroF1, .relationF1].contains(metric) ? .accuracy : metric
    let selection = items.indices(in: slice)
    let numbering = GroupNumbering(items.groups, selection: selection)
    let groups = numbering.numbers(selection)
    var balance = [[Int: Double]](repeating: [:], count: numbering.count)
    let models = zip(
      ItemSums.of(arm, metric, items, selection: selection),
      ItemSums.of(baseline, metric, items, selection: selection))
    for (own, other) in models {
      let excess = own.excess(over: other, groups: groups, count: numbering.count)
      for (group, sums) in excess.enumerated() {
        for (column, value) in sums { balance[group][column, default: 0] += value }
      }
    }
    return balance.count { $0.values.contains { abs($0) > 1e-12 } }
  }
}

/// Two models' sums over the same items, to be exchanged in some groups.
private struct SwappedPair {
  private let metric: Metric
  private let arm: [Double]
  private let baseline: [Double]
  /// What moves from one to the other with each group in which they differ.
  private let excess: [(group: Int, sums: [(column: Int, value: Double)])]

  init(arm: ItemSums, baseline: ItemSums, _ metric: Metric, groups: [Int], count: Int) {
    self.metric = metric
    self.arm = arm.totals
    self.baseline = baseline.totals
    excess = arm.excess(over: baseline, groups: groups, count: count).enumerated().compactMap {
      $1.isEmpty ? nil : (group: $0, sums: $1)
    }
  }

  func difference(_ isSwapped: (Int) -> Bool) -> Double {
    var (arm, baseline) = (arm, baseline)
    for (group, sums) in excess where isSwapped(group) {
      for (column, value) in sums {
        arm[column] -= value
        baseline[column] += value
      }
    }
    return metric.value(of: arm) - metric.value(of: baseline)
  }
}
