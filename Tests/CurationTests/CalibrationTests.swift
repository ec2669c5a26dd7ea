import Corpus
import Curation
import Neighbors
import Testing

/// Threshold curves from labels, and the stratified estimator against worlds whose truth is known.
@Suite struct CalibrationTests {
  @Test func wilsonByHand() {
    // 8 of 10 at 95%: (0.8 + 1.92073) / 1.384146 ± ... = 0.490162 ... 0.943318.
    let interval = Interval.wilson(successes: 8, of: 10)
    #expect(abs(interval.low - 0.490162) < 1e-6 && abs(interval.high - 0.943318) < 1e-6)
    #expect(Interval.wilson(share: 0.8, trials: 10) == interval)
    #expect(Interval.wilson(share: 0.3, trials: .infinity) == Interval(low: 0.3, high: 0.3))
    #expect(Interval.wilson(share: 0.3, trials: 0) == Interval(low: 0, high: 1))
  }

  @Test func trialsNeededIsWhereTheBoundIsMet() throws {
    for (share, bound) in [(0.99, 0.95), (1.0, 0.95), (0.6, 0.5)] {
      let needed = try #require(Interval.trialsNeeded(share: share, above: bound))
      #expect(abs(Interval.wilson(share: share, trials: needed).low - bound) < 1e-9)
    }
    #expect(Interval.trialsNeeded(share: 0.95, above: 0.95) == nil)
  }

  @Test func curveOfFiveLabelsByHand() throws {
    let labels: [(Float, Bool)] = [
      (0.95, true), (0.9, true), (0.85, false), (0.8, true), (0.5, false),
    ]
    let curve = ThresholdCurve(
      labels.map { ScoredLabel(score: $0.0, isDuplicate: $0.1) }, target: 0.3)
    func point(_ threshold: Double) throws -> ThresholdPoint {
      try #require(curve.points.first { $0.threshold == threshold })
    }
    #expect(try point(0.8).called == 4 && point(0.8).precision == 0.75 && point(0.8).recall == 1)
    #expect(try point(0.9).called == 2 && point(0.9).precision == 1)
    #expect(try abs(point(0.9).recall! - 2 / 3) < 1e-12 && abs(point(0.9).f1! - 0.8) < 1e-12)
    #expect(try point(0.5).called == 5 && point(0.81).called == 3)
    // Wilson's low ends: 3 of 4 is 0.3006, 3 of 5 is 0.2307.
    #expect(curve.recommended == 0.51)
    #expect(curve.points.first?.threshold == 0.5 && curve.points.last?.threshold == 0.95)
  }

  @Test func vetoedPairsAreNeverCalled() throws {
    let labels = [
      ScoredLabel(score: 0.9, isDuplicate: true),
      ScoredLabel(score: 0.9, isDuplicate: false, isVetoed: true),
      ScoredLabel(score: 0.9, isDuplicate: true, isVetoed: true),
    ]
    let point = try #require(ThresholdCurve(labels).points.first)
    #expect(point.called == 1 && point.precision == 1 && point.recall == 0.5)
  }

  @Test func noThresholdSaysHowManyLabelsAreMissing() throws {
    let good = [ScoredLabel](repeating: ScoredLabel(score: 0.9, isDuplicate: true), count: 20)
    let curve = ThresholdCurve(good)
    #expect(curve.recommended == nil)
    // 20 of 20 bounds the precision at 0.839; 73 of 73 at 0.95, so 53 more.
    #expect(curve.additionalLabels == 53)
    let more = [ScoredLabel](repeating: good[0], count: 73)
    #expect(ThresholdCurve(more).recommended == 0.9)
    let bad = ThresholdCurve(
      [ScoredLabel](repeating: .init(score: 0.9, isDuplicate: false), count: 9))
    #expect(bad.recommended == nil && bad.additionalLabels == nil && bad.bestF1 == nil)
    #expect(ThresholdCurve([ScoredLabel]()).recommended == nil)
  }

  @Test func aWholeCountLeavesNoDoubt() throws {
    let strata = [
      PairStratum(low: 0.8, isVetoed: false, pairs: 10, labeled: 10, duplicates: 4),
      PairStratum(low: 0.9, isVetoed: false, pairs: 5, labeled: 5, duplicates: 5),
      PairStratum(low: 0.9, isVetoed: true, pairs: 3, labeled: 3, duplicates: 1),
    ]
    let curve = ThresholdCurve(strata: strata)
    #expect(curve.points.map(\.threshold) == [0.8, 0.9] && curve.points.map(\.called) == [15, 5])
    #expect(curve.points[0].precision == 0.6 && curve.points[1].precision == 1)
    #expect(curve.points[0].recall == 0.9 && curve.points[1].recall == 0.5)
    for point in curve.points {
      #expect(point.precisionInterval == Interval(low: point.precision!, high: point.precision!))
      #expect(point.recallInterval == Interval(low: point.recall!, high: point.recall!))
    }
    #expect(curve.recommended == 0.9)
  }

  @Test func strataWithoutLabelsJoinTheNext() {
    let strata = [
      PairStratum(low: 0.7, isVetoed: false, pairs: 100),
      PairStratum(low: 0.8, isVetoed: false, pairs: 50, labeled: 10, duplicates: 5),
      PairStratum(low: 0.9, isVetoed: false, pairs: 20),
      PairStratum(low: 0.95, isVetoed: false, pairs: 10, labeled: 4, duplicates: 4),
    ]
    let curve = ThresholdCurve(strata: strata)
    #expect(curve.points.map(\.threshold) == [0.7, 0.95])
    #expect(curve.points.map(\.called) == [180, 10])
    #expect(ThresholdCurve(strata: [strata[0]]).recommended == nil)
  }

  /// 600 labelings of worlds with known precision and recall: intervals of 95% hold the truth about
  /// that often, estimates are right on average, and a recommended threshold rarely misses its target.
  @Test func intervalsOfTheStratifiedSampleHoldTheTruth() {
    var random = TestRandom(7)
    let shares = [0.02, 0.1, 0.3, 0.6, 0.85, 0.97]
    let sizes = [4000, 2000, 900, 500, 300, 200]
    let world = zip(shares, sizes).enumerated().map { place, bin in
      (low: 0.7 + Double(place) * 0.05, pairs: bin.1, duplicates: Int(bin.0 * Double(bin.1)))
    }
    var (hits, wrongPrecision, wrongRecall, recommended, missed) = (0, 0, 0, 0, 0)
    var sum = 0.0
    func truth(from place: Int) -> (precision: Double, recall: Double) {
      let above = world[place...]
      let found = Double(above.reduce(0) { $0 + $1.duplicates })
      return (
        found / Double(above.reduce(0) { $0 + $1.pairs }),
        found / Double(world.reduce(0) { $0 + $1.duplicates })
      )
    }
    for _ in 0..<600 {
      let strata = world.map { bin in
        var stratum = PairStratum(low: bin.low, isVetoed: false, pairs: bin.pairs, labeled: 30)
        var (left, duplicates) = (bin.pairs, bin.duplicates)
        for _ in 0..<30 {
          if Int.random(in: 0..<left, using: &random) < duplicates {
            duplicates -= 1
            stratum.duplicates += 1
          }
          left -= 1
        }
        return stratum
      }
      let curve = ThresholdCurve(strata: strata, target: 0.8)
      for (place, point) in curve.points.enumerated() {
        let (precision, recall) = truth(from: place)
        hits += 1
        let (p, r) = (point.precisionInterval, point.recallInterval)
        if !(p.low - 1e-9...p.high + 1e-9).contains(precision) { wrongPrecision += 1 }
        if !(r.low - 1e-9...r.high + 1e-9).contains(recall) { wrongRecall += 1 }
        if place == 3 { sum += point.precision! - precision }
      }
      if let threshold = curve.recommended {
        recommended += 1
        let place = world.firstIndex { abs($0.low - threshold) < 1e-9 }!
        if truth(from: place).precision < 0.8 { missed += 1 }
      }
    }
    #expect(Double(wrongPrecision) / Double(hits) < 0.06, "\(wrongPrecision) of \(hits)")
    #expect(Double(wrongRecall) / Double(hits) < 0.06, "\(wrongRecall) of \(hits)")
    #expect(abs(sum / 600) < 0.01, "bias \(sum / 600)")
    #expect(recommended > 500, "\(recommended)")
    #expect(Double(missed) / Double(recommended) < 0.05, "\(missed) of \(recommended)")
  }

  /// The same for the plain curve, where neighboring thresholds share their labels.
  @Test func aRecommendedThresholdRarelyMissesItsTarget() {
    var random = TestRandom(11)
    var (recommended, missed) = (0, 0)
    for _ in 0..<600 {
      // Uniform scores; a pair of score s is a duplicate with probability s².
      let labels = (0..<400).map { _ in
        let score = Float.random(in: 0..<1, using: &random)
        return ScoredLabel(
          score: score, isDuplicate: Float.random(in: 0..<1, using: &random) < score * score)
      }
      guard let threshold = ThresholdCurve(labels, target: 0.7).recommended else { continue }
      recommended += 1
      // Mean of s² over threshold ... 1.
      let truth = (1 - threshold * threshold * threshold) / (3 * (1 - threshold))
      if truth < 0.7 { missed += 1 }
    }
    #expect(recommended > 300, "\(recommended)")
    #expect(Double(missed) / Double(recommended) < 0.1, "\(missed) of \(recommended)")
  }

  @Test func twoGroupsPartBetweenThem() throws {
    var random = TestRandom(3)
    func around(_ mean: Double, _ count: Int) -> [Double] {
      (0..<count).map { _ in
        mean + (0..<6).reduce(-3) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
          * 0.05
      }
    }
    let two = SimilarityProfile(around(0.5, 900) + around(0.92, 100))
    let split = try #require(two.split)
    #expect((0.6...0.85).contains(split), "\(split)")
    #expect(two.histogram.reduce(0) { $0 + $1.count } == 1000)
    let one = SimilarityProfile(around(0.5, 1000))
    #expect(one.split == nil && one.fence! > 0.58 && one.fence! < 0.7)
    #expect(SimilarityProfile([]).histogram.isEmpty)
    #expect(SimilarityProfile([1, 1, 1]).histogram.map(\.count) == [3])
    #expect(SimilarityProfile([Double](repeating: 0.5, count: 20)).components.isEmpty)
  }
}
