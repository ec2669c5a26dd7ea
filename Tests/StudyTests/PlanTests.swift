import Study
import Testing

@Suite struct PlanTests {
  /// Variance components put together again give the standard error and degrees of freedom they came of.
  @Test func componentsGiveTheErrorTheyCameOf() throws {
    var generator = SeededGenerator(seed: 3)
    func noise(_ size: Double) -> Double {
      size * (Double(generator.index(below: 2000)) / 1000 - 1)
    }
    let (seeds, groups) = (5, 40)
    let items = TestItems(
      truth: .counted(items: groups), groups: Array(0..<groups),
      slices: (0..<groups).map { _ in .clean })
    let ofGroup = (0..<groups).map { _ in noise(1) }
    let scores = (0..<seeds).map { _ -> [Double] in
      let ofSeed = noise(1)
      return ofGroup.map { $0 + ofSeed + noise(0.5) }
    }
    let arm = ArmPredictions(name: "a", seeds: [0, 1, 2, 3, 4], answers: .scores(scores))
    let zero = ArmPredictions(
      name: "b", seeds: [0, 1, 2, 3, 4], answers: .scores(scores.map { $0.map { _ in 0 } }))
    let inference = CrossedInference(items: items)
    let found = try #require(inference.difference(arm, minus: zero, .meanScore))
    let components = try #require(inference.components(arm, minus: zero, .meanScore))
    let expected = components.expected(seeds: seeds, groups: groups, arms: 2)
    #expect(abs(expected.standardError / found.standardError - 1) < 1e-9)
    #expect(abs(expected.degreesOfFreedom / found.degreesOfFreedom - 1) < 1e-9)
    #expect(abs(expected.detectable(level: 0.05) / found.detectable() - 1) < 1e-9)
    // Twice as many of both: smaller error, more power, and equivalence shown more often.
    let larger = components.expected(seeds: 2 * seeds, groups: 2 * groups, arms: 2)
    #expect(larger.standardError < expected.standardError)
    let size = expected.detectable(level: 0.05)
    #expect(abs(expected.power(of: size, level: 0.05) - 0.8) < 1e-3)
    #expect(larger.power(of: size, level: 0.05) > 0.85)
    #expect(
      larger.equivalencePower(margin: size, level: 0.05)
        > expected.equivalencePower(margin: size, level: 0.05))
    #expect(expected.equivalencePower(margin: 0.01 * size, level: 0.05) == 0)
  }

  /// What is said to be enough is enough, and less is not.
  @Test func enoughSeedsAndItemsAreTheLeast() throws {
    func question(seeds: Int, groups: Int) -> StudyPlan.Question {
      StudyPlan.Question(
        title: "What copies do", arm: .random, baseline: .decontaminated, slice: .leaked,
        items: 2 * groups, groups: groups, margin: 0.03, components: .standard(.leaked),
        isMeasured: false, metric: .accuracy, seeds: seeds, arms: 5, family: 2,
        testItems: 20 * groups)
    }
    let few = question(seeds: 3, groups: 80)
    #expect(few.powerAtMargin < 0.8 && few.detectable > 0.03)
    let items = try #require(few.testItemsNeeded)
    #expect(question(seeds: 3, groups: items / 20).detectable <= 0.03)
    #expect(question(seeds: 3, groups: items / 20 - 1).detectable > 0.03)
    #expect(few.sentence.contains("\(items) test items in all"))
    let many = question(seeds: 3, groups: 2000)
    #expect(many.sentence.hasPrefix("What copies do: can be decided; "))
    #expect(many.seedsNeeded == 3)
    let short = question(seeds: 2, groups: 20)
    #expect(short.sentence.contains("2 of 3 seeds and 20 of 30 groups of test items"))
    #expect(short.sentence.contains("cannot be decided"))
  }
}
