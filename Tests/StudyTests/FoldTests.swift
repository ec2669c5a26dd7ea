import Study
import Testing

/// What folds of a test set change in the statistics: what models add to the variance, and nothing else.
@Suite struct FoldTests {
  private func items(folds: [Int]?, count: Int) -> TestItems {
    TestItems(
      truth: .counted(items: count), groups: Array(0..<count),
      slices: (0..<count).map { _ in .clean }, folds: folds)
  }

  private func arm(_ name: String, _ scores: [[Double]]) -> ArmPredictions {
    ArmPredictions(
      name: name, seeds: scores.indices.map(UInt64.init), answers: .scores(scores))
  }

  /// Two folds of two items, two seeds. By hand: the folds' parts of a seed's mean are (4 and 8) / 4 and
  /// (16 and 24) / 4, mean squares 0.5 and 2; of which 0.5 and 0.5 are the items' (interaction contrasts of 1
  /// each). What is left, 1.5, counts 1/2 + 2/1 times, and groups, of means 3, 3, 3 and 17, add 12.25.
  @Test func varianceOfModelsIsNadeauAndBengios() throws {
    let scores = [[1.0, 3, 2, 14], [5.0, 3, 4, 20]]
    let zero = arm("zero", scores.map { $0.map { _ in 0 } })
    let inference = CrossedInference(items: items(folds: [0, 0, 1, 1], count: 4))
    let own = arm("own", scores)
    let alone = try #require(inference.score(of: own, .meanScore))
    #expect(abs(alone.value - 6.5) < 1e-12 && abs(alone.standardError - 4) < 1e-12)
    // Mean squares of 2.5 and 1 with two degrees of freedom each, 2.5 times, and of 12.25 with three.
    let uncertainty = 12.25 * 12.25 / 3 + 6.25 * 6.25 / 2 + 2.5 * 2.5 / 2
    #expect(abs(alone.degreesOfFreedom - 256 / uncertainty) < 1e-12)
    // The difference of two arms, of which one is the same for all seeds, and pooled over these two.
    for arms in [[], [own, zero]] {
      let difference = try #require(
        inference.difference(own, minus: zero, .meanScore, among: arms))
      #expect(abs(difference.standardError - 4) < 1e-12)
      #expect(abs(difference.degreesOfFreedom - alone.degreesOfFreedom) < 1e-9)
    }
    // A third arm like the second: of any two of three twice the mean square, a third less than of one.
    let third = arm("third", scores.map { $0.map { _ in 0 } })
    let pooled = try #require(
      inference.difference(own, minus: zero, .meanScore, among: [own, zero, third]))
    let variance = pooled.standardError * pooled.standardError
    #expect(abs(variance - (12.25 + 2.5 * 1.5 * 2 / 3)) < 1e-12)
  }

  /// One fold is none, whatever the metric.
  @Test func oneFoldChangesNothing() throws {
    var generator = SeededGenerator(seed: 5)
    let scores = (0..<3).map { _ in (0..<40).map { _ in Double(generator.index(below: 9)) } }
    let estimates = [nil, (0..<40).map { _ in 0 }].map { folds in
      CrossedInference(items: items(folds: folds, count: 40)).score(
        of: arm("a", scores), .meanScore)
    }
    #expect(estimates[0] != nil && estimates[0] == estimates[1])
  }

  /// What seeds do to all folds alike is not averaged out by folds: then the error is what it is without the
  /// correction.
  @Test func seedsCommonToAllFoldsCountWhole() throws {
    let scores = (0..<3).map { seed in (0..<20).map { _ in Double(seed) } }
    let folds = (0..<20).map { $0 % 5 }
    let found = try #require(
      CrossedInference(items: items(folds: folds, count: 20)).score(
        of: arm("a", scores), .meanScore))
    #expect(abs(found.standardError - (1.0 / 3).squareRoot()) < 1e-12)
  }

  /// A group whose items lie in two folds is one group.
  @Test func groupsMaySpanFolds() throws {
    let together = TestItems(
      truth: .counted(items: 8), groups: [0, 0, 1, 1, 2, 2, 3, 3],
      slices: (0..<8).map { _ in .clean }, folds: [0, 1, 0, 1, 0, 1, 0, 1])
    let found = try #require(
      CrossedInference(items: together).score(
        of: arm("a", [[1, 2, 0, 1, 3, 1, 0, 2], [2, 2, 1, 1, 0, 1, 0, 3]]), .meanScore))
    #expect(found.groups == 4 && found.items == 8 && found.standardError > 0)
  }

  /// The components that models were found to have give the error they came of.
  @Test func componentsGiveTheErrorOfFolds() throws {
    var generator = SeededGenerator(seed: 4)
    func noise(_ size: Double) -> Double {
      size * (Double(generator.index(below: 2000)) / 1000 - 1)
    }
    let (seeds, groups, folds) = (3, 200, 5)
    let ofItem = (0..<groups).map { $0 % folds }
    let ofGroup = (0..<groups).map { _ in noise(1) }
    let scores = (0..<seeds).map { _ -> [Double] in
      let ofModel = (0..<folds).map { _ in noise(1) }
      return ofGroup.indices.map { ofGroup[$0] + ofModel[ofItem[$0]] + noise(0.5) }
    }
    let (own, zero) = (arm("a", scores), arm("b", scores.map { $0.map { _ in 0 } }))
    let inference = CrossedInference(items: items(folds: ofItem, count: groups))
    let found = try #require(inference.difference(own, minus: zero, .meanScore))
    let components = try #require(inference.components(own, minus: zero, .meanScore))
    let expected = components.expected(seeds: seeds, groups: groups, arms: 2, folds: folds)
    #expect(abs(expected.standardError / found.standardError - 1) < 1e-9)
    #expect(abs(expected.degreesOfFreedom / found.degreesOfFreedom - 1) < 0.1)
    // Of ten folds the training sets are more alike than of five, and the error is no smaller for it.
    let ten = components.expected(seeds: 1000, groups: groups, arms: 2, folds: 10)
    let five = components.expected(seeds: 1000, groups: groups, arms: 2, folds: 5)
    #expect(abs(ten.standardError / five.standardError - 1) < 0.01)
  }

  @Test func answersOfFoldsAreJoinedModelByModel() {
    let joined = ArmPredictions.Answers.joined([
      .classes([[0, 1], [1, 1]]), .classes([[2], [0]]),
    ])
    guard case .classes(let rows) = joined else {
      Issue.record("other answers: \(joined)")
      return
    }
    #expect(rows == [[0, 1, 2], [1, 1, 0]])
  }
}
