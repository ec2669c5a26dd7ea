import Curation
import Study
import Testing

@Suite struct DistributionTests {
  let golden = GoldenStatistics.shared

  private func isClose(_ value: Double, _ expected: Double, _ tolerance: Double = 1e-9) -> Bool {
    abs(value - expected) <= tolerance * max(1e-3, abs(expected))
  }

  @Test func normalQuantilesEqualScipy() {
    for row in golden.normal { #expect(isClose(Normal.quantile(row[0]), row[1]), "\(row)") }
    #expect(Normal.quantile(0) == -.infinity && Normal.quantile(1) == .infinity)
    #expect(Normal.quantile(-0.1).isNaN && Normal.quantile(.nan).isNaN)
  }

  @Test func studentEqualsScipy() {
    for row in golden.studentP {
      let p = StudentT.twoSidedP(row[0], degreesOfFreedom: row[1])
      #expect(abs(p - row[2]) <= 1e-10 * row[2] + 1e-300, "\(row)")
    }
    for row in golden.studentQuantile {
      #expect(
        isClose(StudentT.twoSidedQuantile(row[0], degreesOfFreedom: row[1]), row[2]), "\(row)")
    }
  }

  @Test func noncentralTEqualsScipy() {
    for row in golden.noncentralT {
      let p = NoncentralT.cumulative(row[0], degreesOfFreedom: row[1], noncentrality: row[2])
      #expect(abs(p - row[3]) < 1e-9, "\(row): \(p)")
    }
    for row in golden.detectable {
      let delta = NoncentralT.noncentrality(power: 0.8, level: row[0], degreesOfFreedom: row[1])
      #expect(isClose(delta, row[2], 1e-4), "\(row): \(delta)")
    }
    // Central at 0, and beyond what series without logarithms reach.
    let central = NoncentralT.twoSidedPower(
      critical: 2.5, degreesOfFreedom: 7.5, noncentrality: 0)
    #expect(isClose(central, StudentT.twoSidedP(2.5, degreesOfFreedom: 7.5)))
    let far = NoncentralT.noncentrality(power: 0.8, level: 0.002, degreesOfFreedom: 1)
    #expect((300...1000).contains(far), "\(far)")
  }

  @Test func twoOneSidedTestsEqualScipy() {
    for row in golden.equivalence {
      let estimate = Estimate(
        value: row[0], standardError: row[1], degreesOfFreedom: row[2], items: 0, groups: 0,
        seeds: 0)
      #expect(isClose(estimate.equivalenceP(row[3]), row[4]), "\(row)")
      // Below 0.05 exactly where the 90% interval lies within the margin.
      let half = row[1] * StudentT.twoSidedQuantile(0.1, degreesOfFreedom: row[2])
      #expect((row[4] < 0.05) == (abs(row[0]) + half < row[3]))
    }
  }

  @Test func wilsonEqualsScipy() {
    for row in golden.wilson {
      let interval = Interval.wilson(successes: Int(row[0]), of: Int(row[1]), level: row[2])
      #expect(isClose(interval.low, row[3]) && isClose(interval.high, row[4]), "\(row)")
    }
    #expect(Interval.wilson(successes: 0, of: 0) == Interval(low: 0, high: 1))
  }

  @Test func holmEqualsItsDefinition() {
    for family in golden.holm {
      for (value, expected) in zip(holmAdjusted(family.given), family.adjusted) {
        #expect(isClose(value, expected))
      }
    }
    #expect(holmAdjusted([]).isEmpty)
  }

  @Test func randomEffectsEqualTheirDefinition() throws {
    for example in golden.randomEffects {
      let estimates = zip(example.values, example.errors).map { (value: $0, standardError: $1) }
      let pooled = try #require(RandomEffects(estimates))
      for (own, expected) in [
        (pooled.value, example.value), (pooled.standardError, example.error),
        (pooled.low, example.low), (pooled.high, example.high), (pooled.pValue, example.p),
        (pooled.deviation, example.deviation), (pooled.heterogeneity, example.q),
        (pooled.inconsistency, example.inconsistency),
      ] { #expect(isClose(own, expected, 1e-8), "\(own), not \(expected)") }
      #expect(pooled.studies == example.values.count && pooled.weights.count == pooled.studies)
      #expect(isClose(pooled.weights.reduce(0, +), 1))
    }
    // The textbooks' figures.
    let vaccine = try #require(golden.randomEffects.first)
    #expect(isClose(vaccine.value, -0.7141, 1e-4) && isClose(vaccine.q, 152.233, 1e-5))
    #expect(isClose(vaccine.deviation * vaccine.deviation, 0.3088, 1e-3))
    #expect(RandomEffects([(0.1, 0.01)]) == nil)
    #expect(RandomEffects([(0.1, 0.01), (0.2, 0)]) == nil)
    #expect(RandomEffects([(0.1, 0.01), (.nan, 0.01)]) == nil)
  }

  @Test func generatorEqualsItsDescription() {
    var generator = SeededGenerator(seed: 42)
    #expect(golden.generator == golden.generator.map { _ in String(generator.next()) })
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[generator.index(below: 7)] += 1 }
    #expect(counts.allSatisfy { (9_500...10_500).contains($0) })
  }
}
