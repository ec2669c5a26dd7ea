import Study
import Testing

@Suite struct VerdictTests {
  private func estimate(_ value: Double, error: Double, seeds: Int = 5) -> Estimate {
    Estimate(
      value: value, low: value - 1.96 * error, high: value + 1.96 * error, standardError: error,
      degreesOfFreedom: 200, items: 500, groups: 480, seeds: seeds)
  }

  private func comparison(_ value: Double, error: Double, p: Double, arm: String = "deduped")
    -> Comparison
  {
    Comparison(
      arm: arm, baseline: "raw", metric: .macroF1, slice: .all,
      difference: estimate(value, error: error), family: .primary, studentP: p, permutationP: p,
      adjustedP: p)
  }

  @Test(arguments: [
    (0.03, 0.01, 0.004, Verdict.Finding.improved),
    (-0.03, 0.01, 0.004, .worsened),
    // The interval excludes zero, but the corrected test does not agree.
    (0.03, 0.01, 0.2, .noMeasurableChange),
    // The test agrees, but the interval holds zero.
    (0.03, 0.02, 0.01, .tooLittleData),
    (0.003, 0.007, 0.7, .noMeasurableChange),
    (0.003, 0.03, 0.9, .tooLittleData),
    (0.0, 0.0, 1.0, .noMeasurableChange),
  ])
  func findingsFollowTheRule(value: Double, error: Double, p: Double, finding: Verdict.Finding) {
    let comparison = comparison(value, error: error, p: p)
    #expect(Verdict.finding(of: comparison, relevantEffect: 0.05) == finding)
  }

  @Test func oneSeedSupportsNoClaim() {
    var comparison = comparison(0.2, error: 0.01, p: 0.0001)
    comparison.difference.seeds = 1
    #expect(Verdict.finding(of: comparison, relevantEffect: 0.05) == .tooLittleData)
    let verdict = Verdict(
      scores: [], comparisons: [comparison], gaps: [], baseline: "raw", metric: .macroF1,
      relevantEffect: 0.05)
    #expect(
      verdict.headline
        == "There is too little data to tell whether removing near-duplicates helps or hurts.")
    #expect(verdict.statements[0].text.hasPrefix("One training run per arm cannot tell whether"))
  }

  @Test func sentencesCarryTheirNumbers() {
    let verdict = Verdict(
      scores: [], comparisons: [comparison(0.003, error: 0.00715, p: 0.7)], gaps: [],
      baseline: "raw", metric: .macroF1, relevantEffect: 0.05)
    #expect(verdict.headline == "Removing near-duplicates did not measurably change macro-F1.")
    #expect(
      verdict.statements == [
        .init(
          finding: .noMeasurableChange,
          text: "Removing near-duplicates did not measurably change macro-F1 on the whole test "
            + "set against “raw” (difference +0.3 points, 95% interval −1.1 to +1.7; an effect of "
            + "2.0 points would have been seen).")
      ])
    #expect(verdict.caveats.isEmpty)
  }

  @Test func leakageIsClaimedOnlyAboveZero() {
    let scores = [TestSlice.all: 0.49, .leaked: 0.77, .clean: 0.36].map {
      ArmScore(
        arm: "raw", metric: .macroF1, slice: $0, score: estimate($1, error: 0.02, seeds: 1),
        perSeed: [$1])
    }
    let verdict = { (inflation: Double) in
      Verdict(
        scores: scores, comparisons: [],
        gaps: [
          SliceGap(
            arm: "raw", metric: .macroF1, slice: .all, reference: .clean,
            gap: estimate(inflation, error: 0.02)),
          SliceGap(
            arm: "raw", metric: .macroF1, slice: .leaked, reference: .clean,
            gap: estimate(0.41, error: 0.03)),
        ], baseline: "raw", metric: .macroF1, relevantEffect: 0.05)
    }
    #expect(
      verdict(0.13).headline
        == "The test set overstates generalization: macro-F1 is 0.49 on all items, but 0.36 on "
        + "clean ones.")
    #expect(
      verdict(0.13).statements.map(\.text) == [
        "The test set overstates: “raw” reaches a macro-F1 of 0.49 on all items and 0.36 on clean "
          + "items (inflation +13.0 points, 95% interval +9.1 to +16.9); leaked items score 0.77, "
          + "41.0 points above clean ones (95% interval +35.1 to +46.9)."
      ])
    #expect(verdict(0.13).caveats.count == 2)
    #expect(verdict(0.03).statements.map(\.finding) == [.noOverstatement])
    #expect(verdict(-0.2).headline == "Leakage does not measurably inflate the test score.")
  }

  @Test func adjustmentStaysWithinItsFamily() {
    var slice = comparison(0.03, error: 0.01, p: 0.02, arm: "a")
    slice.family = .exploratory
    let adjusted = Comparison.adjusted([
      comparison(0.03, error: 0.01, p: 0.02), comparison(0.03, error: 0.01, p: 0.01, arm: "b"),
      slice,
    ])
    #expect(adjusted.map(\.adjustedP) == [0.02, 0.02, 0.02])
    #expect(Comparison.adjusted([]).isEmpty)
  }

  /// A study from predictions to verdict: one arm is much worse, the other is the same model.
  @Test func analysisFindsWhatIsThere() {
    let study = SimulatedStudy(seedEffect: 0.02, armMeans: [0.5, 0.5, -0.5])
    var generator = SeededGenerator(seed: 3)
    var (items, arms) = study.draw(&generator)
    items = TestItems(
      labels: items.labels, classCount: 2, groups: items.groups,
      slices: items.groups.map { $0 % 3 == 0 ? .leaked : .clean })
    arms = zip(["raw", "deduped", "random"], arms).map {
      ArmPredictions(name: $0, seeds: $1.seeds, predictions: $1.predictions)
    }
    let analysis = StudyAnalysis(items: items, arms: arms, resamples: 1_000)
    let primary = analysis.comparisons.filter { $0.family == .primary }
    #expect(primary.map(\.arm) == ["deduped", "random", "deduped"])
    #expect(primary.map(\.baseline) == ["raw", "raw", "random"])
    let findings = primary.map { Verdict.finding(of: $0, relevantEffect: 0.1) }
    #expect(findings == [.noMeasurableChange, .worsened, .improved])
    #expect(analysis.scores.count == 2 * 3 * 3, "no arm has a near slice")
    #expect(analysis.gaps.count == 2 * 3 * 2)
    #expect(analysis.verdict.statements.count == 4)
  }

  @Test func slicesFollowTheThresholds() {
    #expect(TestSlice(similarity: 0.9) == .leaked)
    #expect(TestSlice(similarity: 0.89) == .near)
    #expect(TestSlice(similarity: 0.75) == .near)
    #expect(TestSlice(similarity: -1) == .clean)
  }
}
