import Foundation
import Study
import Testing

/// What a sweep draws, and whom successive halving lets go on.
@Suite struct SweepTests {
  private let space = SearchSpace([
    SearchSpace.Dimension(
      option: "rate", values: .range(low: 1e-5, high: 1e-1, scale: .log, isWhole: false)),
    SearchSpace.Dimension(
      option: "share", values: .range(low: 0.2, high: 0.6, scale: .linear, isWhole: false)),
    SearchSpace.Dimension(
      option: "count", values: .range(low: 1, high: 8, scale: .log, isWhole: true)),
    SearchSpace.Dimension(option: "kind", values: .list(["a", "b", "c"])),
  ])

  @Test func drawsFollowTheSeedAlone() {
    let points = space.draw(40, seed: 3)
    #expect(points.count == 40 && points == space.draw(40, seed: 3))
    // A longer sweep begins with a shorter one's trials.
    #expect(Array(points.prefix(7)) == space.draw(7, seed: 3))
    #expect(points != space.draw(40, seed: 4))
    #expect(Set(points).count == 40)
  }

  @Test func valuesStayInRangeAndFillIt() throws {
    let points = space.draw(2000, seed: 1)
    let rates = try points.map { try #require(Double($0[0])) }
    #expect(rates.allSatisfy { (1e-5...1e-1).contains($0) })
    // As many in each of the four decades: 500, deviation 19.
    for decade in 0..<4 {
      let low = pow(10, Double(decade - 5))
      #expect(abs(rates.count { $0 >= low && $0 < 10 * low } - 500) < 100)
    }
    let shares = try points.map { try #require(Double($0[1])) }
    #expect(shares.allSatisfy { (0.2...0.6).contains($0) })
    #expect(abs(shares.reduce(0, +) / 2000 - 0.4) < 0.02)
    let counts = points.map { Int($0[2]) ?? 0 }
    #expect(Set(counts) == Set(1...8))
    // 1 has the stretch 0.5 to 1.5 of all from 0.5 to 8.5: ln 3 / ln 17.
    #expect(abs(Double(counts.count { $0 == 1 }) / 2000 - 0.388) < 0.05)
    for kind in ["a", "b", "c"] {
      #expect(abs(points.count { $0[3] == kind } - 667) < 110)
    }
  }

  @Test func aSmallSpaceIsExhausted() {
    let space = SearchSpace([
      SearchSpace.Dimension(option: "x", values: .list(["1", "2"])),
      SearchSpace.Dimension(
        option: "y", values: .range(low: 1, high: 3, scale: .linear, isWhole: true)),
    ])
    let points = space.draw(50, seed: 0)
    #expect(points.count == 6 && Set(points).count == 6)
    #expect(SearchSpace([]).draw(5, seed: 0) == [[]])
    let huge = SearchSpace([
      SearchSpace.Dimension(
        option: "n", values: .range(low: 1, high: 0x1p63, scale: .log, isWhole: true))
    ])
    #expect(huge.draw(500, seed: 0).allSatisfy { Int($0[0]) != nil })
  }

  /// The example of Jamieson and Talwalkar's successors: 27, 9, 3, 1 (Li et al., "Hyperband", 2018,
  /// table 1, s = 3, of a resource of 27).
  @Test func halvingKeepsOneInEta() {
    let plan = SweepPlan(candidates: 27, eta: 3)
    #expect(plan.rungs.map(\.candidates) == [27, 9, 3, 1])
    for (rung, share) in zip(plan.rungs, [1.0 / 27, 1.0 / 9, 1.0 / 3, 1]) {
      #expect(abs(rung.share - share) < 1e-12)
    }
    #expect(SweepPlan(candidates: 10, eta: 3).rungs.map(\.candidates) == [10, 3, 1])
    #expect(SweepPlan(candidates: 2, eta: 3).rungs == [SweepPlan.Rung(candidates: 2, share: 1)])
    #expect(SweepPlan(candidates: 5, eta: nil).rungs == [SweepPlan.Rung(candidates: 5, share: 1)])
    #expect(SweepPlan(candidates: 8, eta: 2).rungs.last == SweepPlan.Rung(candidates: 1, share: 1))
  }
}
