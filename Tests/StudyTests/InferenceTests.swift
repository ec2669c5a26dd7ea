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

extension ArmPredictions {
  /// Classes predicted, by model and item.
  var predictions: [[Int]] {
    guard case .classes(let rows) = answers else { return [] }
    return rows
  }
}

@Suite struct InferenceTests {
  let golden = GoldenStatistics.shared

  @Test func scoresEqualScikitLearn() throws {
    for scores in golden.scores {
      let items = TestItems(
        labels: scores.truth, classCount: scores.classes, groups: Array(scores.truth.indices),
        slices: scores.truth.map { _ in .near })
      let arm = ArmPredictions(name: "a", seeds: [0], predictions: [scores.predicted])
      let inference = CrossedInference(items: items)
      let accuracy = try #require(inference.score(of: arm, .accuracy)).value
      let macroF1 = try #require(inference.score(of: arm, .macroF1)).value
      #expect(abs(accuracy - scores.accuracy) < 1e-12)
      #expect(abs(macroF1 - scores.macroF1) < 1e-12)
      #expect(inference.scorePerSeed(of: arm, .macroF1) == [macroF1])
    }
  }

  /// Items that count several times: the sums are those of the items repeated.
  @Test func correlationsEqualScipy() throws {
    let given = golden.correlations
    let repeated = given.weights.indices.flatMap { [Int](repeating: $0, count: given.weights[$0]) }
    let items = TestItems(
      truth: .numbers(repeated.map { given.gold[$0] }), groups: repeated,
      slices: repeated.map { _ in .clean })
    let arm = ArmPredictions(
      name: "a", seeds: [0], answers: .numbers([repeated.map { given.predicted[$0] }]))
    let inference = CrossedInference(items: items)
    #expect(abs(inference.score(of: arm, .pearson)!.value - given.pearson) < 1e-12)
    #expect(abs(inference.score(of: arm, .spearman)!.value - given.spearman) < 1e-12)
    // All the same: no correlation, no estimate.
    let flat = ArmPredictions(
      name: "b", seeds: [0], answers: .numbers([repeated.map { _ in 0.1 }]))
    #expect(inference.score(of: flat, .spearman) == nil)
    #expect(inference.score(of: flat, .pearson) == nil)
  }

  private func expect(
    _ arms: [ArmPredictions], _ items: TestItems, _ metric: Metric, _ expected: [Double]
  ) throws {
    let found = try #require(
      CrossedInference(items: items).difference(arms[0], minus: arms[1], metric))
    let values = [
      found.value, found.standardError, found.degreesOfFreedom, found.low, found.high,
    ]
    for (value, expected) in zip(values, expected) {
      #expect(
        abs(value - expected) < 1e-5 * max(1, abs(expected)), "\(metric) \(value) \(expected)")
    }
  }

  /// Any number of labels an item, recomputed independently.
  @Test(arguments: Metric.ofSets)
  func setsEqualTheRecomputation(metric: Metric) throws {
    let given = golden.sets
    let items = TestItems(
      truth: .sets(given.labels, count: given.classes), groups: given.groups,
      slices: given.groups.map { _ in .clean })
    let arms = (0..<2).map { arm in
      ArmPredictions(
        name: "\(arm)", seeds: [1, 2, 3],
        answers: .sets(Array(given.predictions[3 * arm..<3 * arm + 3])))
    }
    try expect(arms, items, metric, given.results[metric.rawValue]!)
  }

  /// The example that `Docs/Tasks/Relations.md` works by hand.
  @Test func relationsByHand() throws {
    let items = TestItems(
      truth: .relations([0, 0, 1, 2, 3, 4, 4], ofClass: [0, 0, 1, 1, nil]),
      groups: Array(0..<7), slices: [TestSlice](repeating: .clean, count: 7))
    let arm = ArmPredictions(name: "a", seeds: [1], predictions: [[0, 1, 4, 2, 4, 2, 4]])
    let found = { CrossedInference(items: items).score(of: arm, $0)?.value }
    #expect(abs(try #require(found(.relationF1)) - 0.45) < 1e-12)
    #expect(abs(try #require(found(.accuracy)) - 3.0 / 7) < 1e-12)
  }

  /// Where every class is a relation of its own, their scores are those of classes, intervals too.
  @Test func relationsWithoutDirectionsAreClasses() throws {
    let given = golden.sets
    let labels = given.labels.map { $0.first ?? 0 }
    let models = given.predictions.map { $0.map { $0.first ?? 0 } }
    func found(_ truth: TestItems.Truth, _ metric: Metric) throws -> [Double] {
      let items = TestItems(
        truth: truth, groups: given.groups, slices: given.groups.map { _ in .clean })
      let arms = (0..<2).map {
        ArmPredictions(
          name: "\($0)", seeds: [1, 2, 3], predictions: Array(models[3 * $0..<3 * $0 + 3]))
      }
      let estimate = try #require(
        CrossedInference(items: items).difference(arms[0], minus: arms[1], metric))
      return [estimate.value, estimate.standardError, estimate.low, estimate.high]
    }
    let classes = try found(.classes(labels, count: given.classes), .macroF1)
    let relations = try found(
      .relations(labels, ofClass: (0..<given.classes).map { $0 }), .relationF1)
    for (a, b) in zip(classes, relations) { #expect(abs(a - b) < 1e-12) }
    #expect(classes[1] > 0)
  }

  /// Entities with seen and unseen names: their sums give the F1 of all, and each the F1 of its own.
  @Test func entitiesBySurface() throws {
    let given = golden.differences
    let counts = given.entities.map { model in
      model.map {
        EntityCounts(right: Double($0[0]), predicted: Double($0[1]), gold: Double($0[2]))
      }
    }
    let none = EntityCounts(right: 0, predicted: 0, gold: 0)
    let items = TestItems(
      truth: .counted(items: given.groups.count), groups: given.groups,
      slices: given.groups.map { _ in .clean })
    func arms(_ counts: (Int, EntityCounts) -> SurfaceCounts, _ models: [[EntityCounts]])
      -> [ArmPredictions]
    {
      (0..<2).map { arm in
        ArmPredictions(
          name: "\(arm)", seeds: [1, 2, 3],
          answers: .surfaces(models[3 * arm..<3 * arm + 3].map { $0.enumerated().map(counts) }))
      }
    }
    let expected = given.results["entityF1"]!
    let mixed = arms(
      { SurfaceCounts(seen: $0 % 2 == 0 ? $1 : none, unseen: $0 % 2 == 0 ? none : $1) }, counts)
    try expect(mixed, items, .entityF1, expected)
    let seen = arms(
      { SurfaceCounts(seen: $1, unseen: EntityCounts(right: 1, predicted: 2, gold: 3)) }, counts)
    try expect(seen, items, .seenEntityF1, expected)
    let unseen = arms(
      { SurfaceCounts(seen: EntityCounts(right: 1, predicted: 2, gold: 3), unseen: $1) }, counts)
    try expect(unseen, items, .unseenEntityF1, expected)
  }

  /// What another copy of an item does to a score is its influence, to first order: with 50 copies
  /// of every item there, one more changes little.
  @Test(arguments: [Metric.accuracy, .macroF1, .entityF1, .meanScore, .pearson, .spearman])
  func influenceIsTheEffectOfWeight(metric: Metric) throws {
    let (distinct, copies) = (24, 50)
    func score(extra: Int?) -> Estimate {
      let rows = (0..<distinct).flatMap {
        [Int](repeating: $0, count: copies + ($0 == extra ? 1 : 0))
      }
      let labels = rows.map { $0 % 3 }
      let truth: TestItems.Truth =
        switch metric {
        case .pearson, .spearman: .numbers(rows.map { Double($0 * $0 % 7) })
        case .accuracy, .macroF1: .classes(labels, count: 3)
        default: .counted(items: rows.count)
        }
      let answers: ArmPredictions.Answers =
        switch metric {
        case .pearson, .spearman: .numbers([rows.map { Double($0 * $0 % 7 + $0 % 5) }])
        case .accuracy, .macroF1: .classes([rows.map { ($0 % 3 + ($0 % 4 == 0 ? 1 : 0)) % 3 }])
        case .entityF1:
          .entities([
            rows.map {
              EntityCounts(
                right: Double($0 % 3), predicted: Double($0 % 3 + $0 % 2), gold: Double($0 % 5 + 2))
            }
          ])
        default: .scores([rows.map { Double($0 % 9) / 9 }])
        }
      return CrossedInference(
        items: TestItems(truth: truth, groups: rows, slices: rows.map { _ in .clean })
      ).score(of: ArmPredictions(name: "a", seeds: [0], answers: answers), metric)!
    }
    let base = score(extra: nil)
    let influence = (0..<distinct).map { item in
      (score(extra: item).value - base.value) * Double(distinct * copies + 1)
    }
    let center = influence.reduce(0, +) / Double(distinct)
    #expect(abs(center) < 0.02)
    let squares = influence.reduce(0) { $0 + ($1 - center) * ($1 - center) }
    let expected = (squares / Double(distinct * (distinct - 1))).squareRoot()
    #expect(abs(base.standardError / expected - 1) < 0.02, "\(base.standardError) \(expected)")
  }

  /// With one seed and one item a group, the interval is Student's of a mean.
  @Test func intervalOfOneSeedIsStudents() throws {
    let items = binaryItems(golden.mean.hits.count)
    let estimate = try #require(
      CrossedInference(items: items).score(of: arm("a", hits: [golden.mean.hits]), .accuracy))
    #expect(abs(estimate.standardError / golden.mean.standardError - 1) < 1e-9)
    #expect(abs(estimate.low - golden.mean.low) < 1e-9)
    #expect(abs(estimate.high - golden.mean.high) < 1e-9)
    #expect(estimate.seeds == 1)
  }

  /// Variance and degrees of freedom are those of the two-way analysis of variance.
  @Test func varianceEqualsTheCrossedAnalysis() throws {
    let crossed = golden.crossed
    let inference = CrossedInference(items: binaryItems(crossed.hits[0].count))
    let estimate = try #require(inference.score(of: arm("a", hits: crossed.hits), .accuracy))
    #expect(abs(estimate.standardError / crossed.variance.squareRoot() - 1) < 1e-9)
    #expect(abs(estimate.degreesOfFreedom / crossed.degreesOfFreedom - 1) < 1e-9)
  }

  /// Models held: the mean of the models on each item, and nothing about other seeds.
  @Test func heldModelsAreOneModel() throws {
    let hits = golden.crossed.hits
    let items = binaryItems(hits[0].count)
    let held = try #require(
      CrossedInference(items: items, holdsModels: true).score(of: arm("a", hits: hits), .accuracy))
    let free = try #require(
      CrossedInference(items: items).score(of: arm("a", hits: hits), .accuracy))
    #expect(held.value == free.value && held.standardError < free.standardError)
    #expect(held.degreesOfFreedom == Double(items.count - 1) && held.seeds == hits.count)
  }

  /// Of all arms together, the variance between seeds is the mean of the pairs' own.
  @Test func seedVarianceIsPooledOverArms() throws {
    let pooled = try #require(SeedVariance(scores: golden.pooled.scores))
    #expect(abs(pooled.value - golden.pooled.variance) < 1e-12)
    #expect(pooled.degreesOfFreedom == 6)
    let pairs = golden.pooled.pairs
    #expect(abs(pooled.value - pairs.reduce(0, +) / Double(pairs.count)) < 1e-12)
    let two = try #require(SeedVariance(scores: Array(golden.pooled.scores.prefix(2))))
    #expect(abs(two.value - pairs[0]) < 1e-12 && two.degreesOfFreedom == 2)
    #expect(SeedVariance(scores: [[1, 2, 3]]) == nil && SeedVariance(scores: [[1], [2]]) == nil)
  }

  @Test func permutationEqualsScipy() throws {
    let given = golden.permutation
    let inference = CrossedInference(
      items: binaryItems(given.first.count))
    let p = try #require(
      inference.permutationP(
        arm("a", hits: [given.first]), against: arm("b", hits: [given.second]), .accuracy))
    #expect(abs(p - given.p) < 0.006, "\(p) for \(given.p)")
  }

  /// Copies of every item within its group carry no news: the interval must not shrink.
  @Test func groupsNotItemsCarryTheEvidence() throws {
    let hits = golden.mean.hits
    let once = CrossedInference(items: binaryItems(hits.count))
    let single = try #require(once.score(of: arm("a", hits: [hits]), .accuracy))
    let tripled = (0..<3 * hits.count).map { $0 % hits.count }
    let thrice = CrossedInference(
      items: TestItems(
        labels: tripled.map { $0 % 2 }, classCount: 2, groups: tripled,
        slices: tripled.map { _ in .clean }))
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
    let inference = CrossedInference(
      items: binaryItems(golden.crossed.hits[0].count))
    for metric in Metric.ofClasses {
      let comparison = try #require(
        inference.comparison(
          first, with: first, metric, on: .all, family: .primary, margin: 0.01))
      #expect(comparison.difference.value == 0 && comparison.difference.standardError == 0)
      #expect(comparison.adjustedP == 1 && comparison.discordantGroups == 0)
      // 150 groups without a difference: at most 3/150, which is more than a point.
      #expect(comparison.difference.low == -0.02 && comparison.difference.high == 0.02)
      #expect(comparison.finding == .inconclusive)
    }
  }

  /// Only the permutations are drawn.
  @Test func permutationsDependOnTheSeedOnly() throws {
    let given = golden.permutation
    let run = { (seed: UInt64) in
      CrossedInference(
        items: binaryItems(given.first.count), permutations: 5_000, seed: seed
      ).permutationP(
        arm("a", hits: [given.first]), against: arm("b", hits: [given.second]), .macroF1)
    }
    #expect(run(1) == run(1))
    #expect(run(1) != run(2))
  }

  @Test func slicesAndGapsAreScoredApart() throws {
    let slices: [TestSlice] = (0..<90).map { [.leaked, .near, .clean][$0 / 30] }
    let hits = (0..<90).map { $0 < 30 ? 1 : $0 % 3 == 0 ? 1 : 0 }
    let inference = CrossedInference(
      items: binaryItems(90, slices: slices))
    let model = arm("raw", hits: [hits, hits])
    let leaked = try #require(inference.score(of: model, .accuracy, on: .leaked))
    #expect(leaked.value == 1 && leaked.items == 30)
    // All right in 30 groups: Wilson's lower end, not 1.
    #expect(leaked.high == 1 && abs(leaked.low - 0.8865) < 1e-3)
    let gap = try #require(inference.gap(of: model, .accuracy, from: .clean, to: .leaked))
    #expect(abs(gap.value - 2.0 / 3) < 1e-12 && gap.excludesZero && gap.items == 60)
    let inflation = try #require(inference.gap(of: model, .accuracy, from: .clean, to: .all))
    #expect(abs(inflation.value - (50.0 / 90 - 1.0 / 3)) < 1e-12)
  }

  @Test func aSliceWithFewerThanTwoGroupsHasNoEstimate() {
    let items = binaryItems(
      6, groups: [1, 1, 1, 2, 3, 4],
      slices: [.leaked, .leaked, .leaked, .clean, .clean, .clean])
    let inference = CrossedInference(items: items)
    let model = arm("a", hits: [[1, 0, 1, 1, 0, 1]])
    #expect(inference.score(of: model, .accuracy, on: .leaked) == nil)
    #expect(inference.score(of: model, .accuracy, on: .near) == nil)
    #expect(inference.gap(of: model, .accuracy, from: .clean, to: .leaked) == nil)
    #expect(inference.permutationP(model, against: model, .accuracy, on: .near) == nil)
    #expect(inference.score(of: model, .accuracy, on: .clean) != nil)
    #expect(inference.scorePerSeed(of: model, .accuracy, on: .near).isEmpty)
  }
}
