import Curation
import Foundation
import Study
import Testing

/// Two arms whose true scores are known: an item is hit if a sum of independent normal effects
/// (arm, seed, group, arm in group, noise) is positive, so the accuracy is a normal integral.
struct SimulatedStudy {
  var seeds = 5
  var groups = 250
  /// Standard deviations of the seed's, the group's and the arm-in-group's effect; the noise's is 1.
  var seedEffect = 0.1
  var groupEffect = 0.8
  var armInGroupEffect = 0.3
  var armMeans = [0.2, 0.3]

  var trueDifference: Double { accuracy(armMeans[1]) - accuracy(armMeans[0]) }

  private func accuracy(_ mean: Double) -> Double {
    let squares = [seedEffect, groupEffect, armInGroupEffect].map { $0 * $0 }
    return Normal.cumulative(mean / (1 + squares.reduce(0, +)).squareRoot())
  }

  /// Groups of one to three items.
  func draw(_ generator: inout SeededGenerator) -> (TestItems, [ArmPredictions]) {
    let numbers: [Int] = (0..<groups).flatMap { (group: Int) -> [Int] in
      let size: Int = 1 + (group % 4) / 2 + group % 2
      return [Int](repeating: group, count: size)
    }
    let shared: [Double] = (0..<groups).map { _ in groupEffect * normal(&generator) }
    let arms = armMeans.map { mean in
      let own: [Double] = shared.map { $0 + mean + armInGroupEffect * normal(&generator) }
      return (0..<seeds).map { _ -> [Int] in
        let seedShift: Double = seedEffect * normal(&generator)
        return numbers.map { own[$0] + seedShift + normal(&generator) > 0 ? 1 : 0 }
      }
    }
    return (
      binaryItems(numbers.count, groups: numbers),
      arms.enumerated().map { arm("arm \($0)", hits: $1) }
    )
  }

  private func normal(_ generator: inout SeededGenerator) -> Double {
    Normal.quantile((Double(generator.next() >> 11) + 0.5) / 0x1p53)
  }

  /// Share of `trials` whose interval of the difference holds the true one, and the mean of the
  /// intervals' standard errors over the standard deviation of the estimates.
  func coverage(trials: Int) -> (share: Double, errorRatio: Double) {
    var generator = SeededGenerator(seed: 7)
    var covered = 0
    var values: [Double] = []
    var errors = 0.0
    for _ in 0..<trials {
      let (items, arms) = draw(&generator)
      let inference = CrossedInference(items: items)
      let estimate = inference.difference(arms[1], minus: arms[0], .accuracy)!
      if estimate.low <= trueDifference && trueDifference <= estimate.high { covered += 1 }
      values.append(estimate.value)
      errors += estimate.standardError * estimate.standardError
    }
    let center = values.reduce(0, +) / Double(trials)
    let variance = values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(trials - 1)
    return (Double(covered) / Double(trials), (errors / Double(trials) / variance).squareRoot())
  }
}

@Suite struct CoverageTests {
  /// A binomial share of 300 trials at 0.95 lies in here with probability above 0.999.
  @Test(arguments: [(3, 0.1), (5, 0.3), (5, 0.0)])
  func intervalsHoldTheTruth(seeds: Int, seedEffect: Double) {
    let study = SimulatedStudy(seeds: seeds, groups: 120, seedEffect: seedEffect)
    let coverage = study.coverage(trials: 300)
    #expect((0.905...0.995).contains(coverage.share), "\(coverage)")
  }

  /// `SIMCURATE_COVERAGE_TRIALS=2000 swift test -c release --filter CoverageTests` prints the table
  /// behind the choice of interval.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["SIMCURATE_COVERAGE_TRIALS"] != nil))
  func printCoverage() throws {
    let trials = try #require(
      ProcessInfo.processInfo.environment["SIMCURATE_COVERAGE_TRIALS"].flatMap(Int.init))
    for seeds in [1, 2, 3, 5, 10] {
      for seedEffect in [0, 0.1, 0.3] {
        let study = SimulatedStudy(seeds: seeds, seedEffect: seedEffect)
        let (share, ratio) = study.coverage(trials: trials)
        print("seeds \(seeds), seed effect \(seedEffect): coverage \(share), error ratio \(ratio)")
        #expect(seeds < 3 || (0.92...0.995).contains(share))
      }
    }
  }
}
