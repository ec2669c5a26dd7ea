import Study
import Testing

/// Items with labels 0 and 1 whose predictions are given as hits (1) and misses (0).
func binaryItems(_ count: Int, groups: [Int]? = nil, slices: [TestSlice]? = nil) -> TestItems {
  TestItems(
    labels: (0..<count).map { $0 % 2 }, classCount: 2, groups: groups ?? Array(0..<count),
    slices: slices ?? [TestSlice](repeating: .clean, count: count))
}

func arm(_ name: String, hits: [[Int]]) -> ArmPredictions {
  ArmPredictions(
    name: name, seeds: hits.indices.map { UInt64($0) },
    predictions: hits.map { row in row.enumerated().map { $1 == 1 ? $0 % 2 : 1 - $0 % 2 } })
}

@Suite struct BootstrapTests {
  let golden = GoldenStatistics.shared

  @Test func scoresEqualScikitLearn() throws {
    for scores in golden.scores {
      let items = TestItems(
        labels: scores.truth, classCount: scores.classes, groups: Array(scores.truth.indices),
        slices: scores.truth.map { _ in .near })
      let arm = ArmPredictions(name: "a", seeds: [0], predictions: [scores.predicted])
      let bootstrap = HierarchicalBootstrap(items: items, resamples: 100)
      let accuracy = try #require(bootstrap.score(of: arm, .accuracy)).value
      let macroF1 = try #require(bootstrap.score(of: arm, .macroF1)).value
      #expect(abs(accuracy - scores.accuracy) < 1e-12)
      #expect(abs(macroF1 - scores.macroF1) < 1e-12)
      #expect(bootstrap.scorePerSeed(of: arm, .macroF1) == [macroF1])
    }
  }

  /// With one seed and one item a group, the scheme is Student's interval of a mean.
  @Test func intervalOfOneSeedApproachesStudents() throws {
    let items = binaryItems(golden.mean.hits.count)
    let bootstrap = HierarchicalBootstrap(items: items, resamples: 40_000)
    let estimate = try #require(
      bootstrap.score(of: arm("a", hits: [golden.mean.hits]), .accuracy))
    #expect(abs(estimate.standardError / golden.mean.standardError - 1) < 0.02)
    #expect(abs(estimate.low - golden.mean.low) < 0.003)
    #expect(abs(estimate.high - golden.mean.high) < 0.003)
    #expect(estimate.seeds == 1)
  }

  /// The variance components of the resamples are those of the two-way analysis of variance.
  @Test func varianceEqualsTheCrossedAnalysis() throws {
    let crossed = golden.crossed
    let bootstrap = HierarchicalBootstrap(
      items: binaryItems(crossed.hits[0].count), resamples: 40_000)
    let estimate = try #require(bootstrap.score(of: arm("a", hits: crossed.hits), .accuracy))
    #expect(abs(estimate.standardError / crossed.variance.squareRoot() - 1) < 0.02)
    #expect(abs(estimate.degreesOfFreedom / crossed.degreesOfFreedom - 1) < 0.06)
  }

  @Test func permutationEqualsScipy() throws {
    let given = golden.permutation
    let bootstrap = HierarchicalBootstrap(
      items: binaryItems(given.first.count), resamples: 40_000)
    let p = try #require(
      bootstrap.permutationP(
        arm("a", hits: [given.first]), against: arm("b", hits: [given.second]), .accuracy))
    #expect(abs(p - given.p) < 0.006, "\(p) for \(given.p)")
  }

  /// Copies of every item within its group carry no news: the interval must not shrink.
  @Test func groupsNotItemsCarryTheEvidence() throws {
    let hits = golden.mean.hits
    let once = HierarchicalBootstrap(items: binaryItems(hits.count), resamples: 4_000)
    let single = try #require(once.score(of: arm("a", hits: [hits]), .accuracy))
    let tripled = (0..<3 * hits.count).map { $0 % hits.count }
    let thrice = HierarchicalBootstrap(
      items: TestItems(
        labels: tripled.map { $0 % 2 }, classCount: 2, groups: tripled,
        slices: tripled.map { _ in .clean }), resamples: 4_000)
    let predictions = tripled.map { hits[$0] == 1 ? $0 % 2 : 1 - $0 % 2 }
    let copied = try #require(
      thrice.score(
        of: ArmPredictions(name: "a", seeds: [0], predictions: [predictions]), .accuracy))
    #expect(copied.groups == hits.count && copied.items == 3 * hits.count)
    #expect(abs(copied.standardError - single.standardError) < 1e-12)
    #expect(abs(copied.low - single.low) < 1e-12 && abs(copied.high - single.high) < 1e-12)
  }

  @Test func anArmDoesNotDifferFromItself() throws {
    let first = arm("a", hits: golden.crossed.hits)
    let bootstrap = HierarchicalBootstrap(
      items: binaryItems(golden.crossed.hits[0].count), resamples: 200)
    for metric in Metric.allCases {
      let comparison = try #require(
        bootstrap.comparison(first, with: first, metric, on: .all, family: .primary))
      #expect(comparison.difference.value == 0 && comparison.difference.standardError == 0)
      #expect(comparison.adjustedP == 1 && !comparison.isSignificant)
    }
  }

  @Test func resultsDependOnTheSeedOnly() throws {
    let hits = golden.crossed.hits
    let items = binaryItems(hits[0].count)
    let run = { (seed: UInt64) in
      HierarchicalBootstrap(items: items, resamples: 300, seed: seed)
        .score(of: arm("a", hits: hits), .macroF1)
    }
    #expect(run(1) == run(1))
    #expect(run(1) != run(2))
  }

  @Test func slicesAndGapsAreScoredApart() throws {
    let slices: [TestSlice] = (0..<90).map { [.leaked, .near, .clean][$0 / 30] }
    let hits = (0..<90).map { $0 < 30 ? 1 : $0 % 3 == 0 ? 1 : 0 }
    let bootstrap = HierarchicalBootstrap(
      items: binaryItems(90, slices: slices), resamples: 500)
    let model = arm("raw", hits: [hits, hits])
    let leaked = try #require(bootstrap.score(of: model, .accuracy, on: .leaked))
    #expect(leaked.value == 1 && leaked.items == 30)
    // All right in 30 groups: Wilson's lower end, not 1.
    #expect(leaked.high == 1 && abs(leaked.low - 0.8865) < 1e-3)
    let gap = try #require(bootstrap.gap(of: model, .accuracy, from: .clean, to: .leaked))
    #expect(abs(gap.value - 2.0 / 3) < 1e-12 && gap.excludesZero && gap.items == 60)
    let inflation = try #require(bootstrap.gap(of: model, .accuracy, from: .clean, to: .all))
    #expect(abs(inflation.value - (50.0 / 90 - 1.0 / 3)) < 1e-12)
  }

  @Test func aSliceWithFewerThanTwoGroupsHasNoEstimate() {
    let items = binaryItems(
      6, groups: [1, 1, 1, 2, 3, 4],
      slices: [.leaked, .leaked, .leaked, .clean, .clean, .clean])
    let bootstrap = HierarchicalBootstrap(items: items, resamples: 100)
    let model = arm("a", hits: [[1, 0, 1, 1, 0, 1]])
    #expect(bootstrap.score(of: model, .accuracy, on: .leaked) == nil)
    #expect(bootstrap.score(of: model, .accuracy, on: .near) == nil)
    #expect(bootstrap.gap(of: model, .accuracy, from: .clean, to: .leaked) == nil)
    #expect(bootstrap.permutationP(model, against: model, .accuracy, on: .near) == nil)
    #expect(bootstrap.score(of: model, .accuracy, on: .clean) != nil)
    #expect(bootstrap.scorePerSeed(of: model, .accuracy, on: .near).isEmpty)
  }
}
