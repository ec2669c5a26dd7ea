extension HierarchicalBootstrap {
  /// Two-sided p-value of the hypothesis that it makes no difference which arm predicted a group:
  /// arms are swapped group by group (all seeds together) and the difference compared with the
  /// observed one. `(1 + as extreme) / (1 + permutations)`, which is a valid p-value (Phipson and
  /// Smyth, "Permutation p-values should never be zero", 2010). The trained models are held fixed:
  /// it says nothing about other seeds. nil if the slice has fewer than two groups.
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
    let pairs = zip(arm.predictions, baseline.predictions).map {
      SwappedPair(
        items: items, selection: selection, groups: numbering.numbers, arm: $0, baseline: $1)
    }
    let unswapped = [Lanes](repeating: .zero, count: numbering.count)
    let observed = abs(Self.difference(pairs, metric, swaps: unswapped)[0])
    var generator = SeededGenerator(seed: seed ^ 0x5157_4150)
    var extreme = 0
    let blocks = (resamples + Lanes.scalarCount - 1) / Lanes.scalarCount
    for _ in 0..<blocks {
      let swaps = (0..<numbering.count).map { _ in Self.coins(generator.next()) }
      let differences = Self.difference(pairs, metric, swaps: swaps)
      extreme += differences.count { abs($0) >= observed - 1e-12 }
    }
    return Double(1 + extreme) / Double(1 + blocks * Lanes.scalarCount)
  }

  /// Sixteen fair coins.
  private static func coins(_ bits: UInt64) -> Lanes {
    var result = Lanes.zero
    for lane in 0..<Lanes.scalarCount { result[lane] = Int32(bits >> UInt64(48 + lane) & 1) }
    return result
  }

  private static func difference(_ pairs: [SwappedPair], _ metric: Metric, swaps: [Lanes])
    -> [Double]
  {
    var total = [Double](repeating: 0, count: Lanes.scalarCount)
    for pair in pairs {
      let (arm, baseline) = pair.counts(swaps: swaps)
      for (lane, scores) in zip(arm.scores(metric), baseline.scores(metric)).enumerated() {
        total[lane] += (scores.0 - scores.1) / Double(pairs.count)
      }
    }
    return total
  }
}

/// Two models' predictions for the same items, to be exchanged in some groups.
private struct SwappedPair {
  private var arm: ClassCounts
  private var baseline: ClassCounts
  /// Items that the models judge differently; swapping others changes nothing.
  private var changes: [(group: Int, label: Int, arm: Int, baseline: Int)] = []

  init(items: TestItems, selection: [Int], groups: [Int], arm: [Int], baseline: [Int]) {
    var support = [Lanes](repeating: .zero, count: items.classCount)
    for item in selection { support[items.labels[item]] &+= .one }
    self.arm = ClassCounts(support: support)
    self.baseline = ClassCounts(support: support)
    for item in selection {
      let label = items.labels[item]
      self.arm.add(arm[item], label: label, weight: .one)
      self.baseline.add(baseline[item], label: label, weight: .one)
      if arm[item] != baseline[item] {
        changes.append((groups[item], label, arm[item], baseline[item]))
      }
    }
  }

  func counts(swaps: [Lanes]) -> (arm: ClassCounts, baseline: ClassCounts) {
    var swapped = (arm: arm, baseline: baseline)
    for change in changes {
      let swap = swaps[change.group]
      swapped.arm.add(change.arm, label: change.label, weight: .zero &- swap)
      swapped.arm.add(change.baseline, label: change.label, weight: swap)
      swapped.baseline.add(change.baseline, label: change.label, weight: .zero &- swap)
      swapped.baseline.add(change.arm, label: change.label, weight: swap)
    }
    return swapped
  }
}
