import Foundation
import Study
import Testing

@Suite struct VerdictTests {
  private func comparison(
    _ value: Double, error: Double, arm: String = "decontaminated", discordant: Int = 40,
    groups: Int = 480, seeds: Int = 5, margin: Double = 0.01, holdsModels: Bool = false
  ) -> Comparison {
    Comparison(
      arm: arm, baseline: "raw", metric: .macroF1, slice: .all,
      difference: Estimate(
        value: value, standardError: error, degreesOfFreedom: 200, items: 500, groups: groups,
        seeds: seeds),
      family: .primary, discordantGroups: discordant, margin: margin, holdsModels: holdsModels,
      permutationP: 0.5)
  }

  @Test(arguments: [
    (0.03, 0.01, Verdict.Finding.changed),
    (-0.03, 0.01, .changed),
    (0.02, 0.011, .inconclusive),
    // The 90% interval lies within ±1 point, the 95% interval does not.
    (0.001, 0.0048, .equivalent),
    // No difference was seen, but one of a point is not ruled out.
    (0.0, 0.0065, .inconclusive),
    // A change for sure, and smaller than the margin.
    (0.005, 0.001, .changed),
    (0.0, 0.0, .equivalent),
  ])
  func findingsFollowTheRule(value: Double, error: Double, finding: Verdict.Finding) {
    let comparison = comparison(value, error: error)
    #expect(comparison.finding == finding)
    // Interval and test come from one standard error and agree.
    #expect(comparison.difference.excludesZero == (comparison.studentP < 0.05))
  }

  /// Neither a change nor equivalence is claimed from too little, whatever interval and p-value say.
  @Test(arguments: [0.2, 0.001])
  func tooLittleSupportsNoClaim(value: Double) {
    let error = value == 0.2 ? 0.01 : 0.003
    #expect(comparison(value, error: error).shortage == nil)
    #expect(comparison(value, error: error).finding != .inconclusive)
    let few = [
      comparison(value, error: error, seeds: 2), comparison(value, error: error, groups: 29),
      comparison(value, error: error, discordant: 5),
    ]
    for (comparison, reason) in zip(few, ["2 seeds", "29 groups of test items", "5 groups that"]) {
      #expect(comparison.finding == .inconclusive)
      #expect(comparison.shortage?.hasPrefix(reason) == true, "\(comparison.shortage ?? "")")
    }
    // Models that stand for themselves need no seeds.
    let held = comparison(value, error: error, seeds: 1, holdsModels: true)
    #expect(held.finding != .inconclusive)
  }

  /// Where no group is answered differently the rule of three bounds the difference.
  @Test func withoutDiscordanceTheBoundIsThreeOfG() {
    let few = comparison(0, error: 0, discordant: 0, groups: 200)
    #expect(few.difference.low == -0.015 && few.difference.high == 0.015)
    #expect(few.finding == .inconclusive && few.minimumDetectable == 0.015)
    let many = comparison(0, error: 0, discordant: 0, groups: 400)
    #expect(many.difference.high == 0.0075 && many.finding == .equivalent)
    #expect(abs(many.equivalenceP - pow(0.99, 400)) < 1e-12)
    #expect(many.studentP == 1)
  }

  @Test func adjustmentStaysWithinItsFamily() {
    let given = [
      comparison(0.02, error: 0.01), comparison(0.02, error: 0.008, arm: "b"),
      comparison(0.02, error: 0.01),
    ]
    var mixed = given
    mixed[2].family = .exploratory
    let adjusted = Comparison.adjusted(mixed)
    let (larger, smaller) = (given[0].studentP, given[1].studentP)
    #expect(adjusted.map(\.adjustedP) == [max(larger, 2 * smaller), 2 * smaller, larger])
    // Both are far from equivalent: twice the smaller p-value is 1.
    #expect(adjusted.map(\.adjustedEquivalenceP).prefix(2).allSatisfy { $0 == 1 })
    #expect(adjusted[0].minimumDetectable > adjusted[2].minimumDetectable)
    #expect(abs(adjusted[2].minimumDetectable / 0.01 - 2.81) < 0.05)
    #expect(Comparison.adjusted([]).isEmpty)
  }

  /// Study from predictions to verdict: arms by name, with an accuracy for leaked and for other
  /// items; every model flips the same share of items at random.
  private func study(
    _ accuracies: [String: (leaked: Double, clean: Double)], leakedShare: Int = 3,
    baseline: Double? = nil, fit: (loss: Double, entropy: Double)? = nil, seeds: Int = 4
  ) -> StudyAnalysis {
    let count = 900
    let slices = (0..<count).map { $0 % 10 < leakedShare ? TestSlice.leaked : .clean }
    let items = binaryItems(count, slices: slices)
    var generator = SeededGenerator(seed: 11)
    let difficulty = (0..<count).map { _ in Double(generator.index(below: 1000)) / 1000 }
    func predictions(_ name: String, _ accuracy: (leaked: Double, clean: Double)) -> ArmPredictions
    {
      arm(
        name,
        hits: (0..<seeds).map { _ in
          (0..<count).map { item in
            let noise = Double(generator.index(below: 100)) / 1000 - 0.05
            let wanted = slices[item] == .leaked ? accuracy.leaked : accuracy.clean
            return difficulty[item] + noise < wanted ? 1 : 0
          }
        })
    }
    let names = StudyArm.allCases.map(\.rawValue).filter { accuracies[$0] != nil }
    return StudyAnalysis(
      items: items, arms: names.map { predictions($0, accuracies[$0]!) },
      baselines: baseline.map { value in
        [.linear: names.map { predictions($0, (value, value)) }]
      } ?? [:],
      fits: fit.map { fit in
        names.map {
          ArmFit(arm: $0, finalLoss: fit.loss, labelEntropy: fit.entropy, updates: 300)
        }
      } ?? [], permutations: 200)
  }

  private static let equal: [String: (leaked: Double, clean: Double)] = [
    "raw": (0.9, 0.7), "decontaminated": (0.9, 0.7), "deduplicated": (0.9, 0.7),
    "random": (0.9, 0.7),
  ]

  /// Items with near-copies are easier for all arms alike: difficulty, not leakage.
  @Test func easierItemsAreNoLeakage() throws {
    let analysis = study(Self.equal)
    let verdict = analysis.verdict
    #expect(!verdict.headline.contains("overstates"))
    #expect(
      verdict.headline.hasPrefix(
        "30% of the test items (270 of 900) have a near-copy in training; on these, "))
    #expect(verdict.statements.first?.finding != .changed)
    let hard = try #require(verdict.statements.first { $0.finding == .difficulty })
    #expect(hard.text.contains("not what leakage adds"))
    #expect(hard.evidence.contains("; “decontaminated” +") && hard.evidence.contains("gap differs"))
  }

  /// The two questions asked beforehand, each against the control of the same size.
  @Test func leakEffectIsThatOfTheCopiesOnTheItemsThatHaveOne() throws {
    let analysis = study(
      Self.equal.merging(["decontaminated": (0.75, 0.7), "deduplicated": (0.9, 0.85)]) { $1 })
    let planned = analysis.comparisons.filter { $0.family == .primary }
    #expect(planned.map(\.slice) == [.leaked, .clean])
    #expect(
      planned.map { "\($0.arm) − \($0.baseline)" } == [
        "random − decontaminated", "deduplicated − random",
      ])
    #expect(planned.map(\.finding) == [.changed, .changed])
    #expect(planned.map(\.margin) == [0.03, 0.02])
    let leak = try #require(analysis.verdict.statements.first)
    #expect(leak.text.contains("on these, the copies raised accuracy by "))
    #expect(leak.evidence.hasPrefix("“random” minus “decontaminated” +"))
    #expect(leak.evidence.contains(" of 270 groups of items, which the arms answer differently"))
    // Three in ten items leak: the whole gains 0.3 times as much.
    let (effect, whole) = (analysis.leakEffect!.difference, analysis.leakContribution!)
    #expect(
      abs(whole.value - 0.3 * effect.value) < 1e-12 && abs(whole.low - 0.3 * effect.low) < 1e-12)
    #expect(
      analysis.verdict.headline.contains(
        "Removing near-duplicates within training raised accuracy on items unlike any training "
          + "record, against removing as many at random, by "))
  }

  /// A control of the size of `decontaminated` comes before one of another size.
  @Test func controlsHaveTheSizeOfTheirArm() {
    let own = study(Self.equal.merging(["random-decontaminated": (0.9, 0.7)]) { $1 })
    #expect(own.leakEffect?.arm == "random-decontaminated")
    #expect(own.generalizationEffect?.baseline == "random")
    let none = study(["raw": (0.9, 0.7)])
    #expect(none.comparisons.isEmpty && none.leakEffect == nil && none.gapDifference == nil)
  }

  @Test func withoutLeakedItemsThereIsNoLeakEffect() {
    let none = study(
      ["raw": (0.9, 0.7), "deduplicated": (0.9, 0.7), "random": (0.9, 0.7)], leakedShare: 0)
    #expect(none.verdict.headline.hasPrefix("No test item has a near-copy in training."))
    #expect(none.leakContribution == nil)
    #expect(none.comparisons.filter { $0.family == .primary }.map(\.slice) == [.clean])
  }

  /// With models below a linear model on the vectors there is that to say, and nothing else.
  @Test func underfitModelsGiveNoVerdict() {
    let arms = [
      "raw": (leaked: 0.45, clean: 0.45), "decontaminated": (leaked: 0.35, clean: 0.35),
      "random": (leaked: 0.45, clean: 0.45),
    ]
    let claimed = study(arms)
    #expect(claimed.verdict.statements.contains { $0.finding == .changed })
    let analysis = study(arms, baseline: 0.8, fit: (loss: 3.1, entropy: 4.3))
    #expect(
      analysis.verdict.headline.hasPrefix(
        "No verdict: the models of “raw”, “decontaminated”, “random”"))
    #expect(analysis.verdict.statements.map(\.finding) == [.underfit, .underfit, .underfit])
    #expect(analysis.verdict.statements[0].text.hasSuffix("and training was not finished."))
    #expect(analysis.verdict.statements[0].evidence.contains("loss at the end 3.10, 4.30 without"))
    #expect(analysis.comparisons.allSatisfy { analysis.finding(of: $0) == .underfit })
  }

  /// A loss that stays high says nothing where the vectors allow no better either: noisy labels.
  @Test func noisyLabelsAreNotUnderfit() {
    let arms = ["raw": (leaked: 0.7, clean: 0.7), "deduplicated": (leaked: 0.7, clean: 0.7)]
    let noisy = study(arms, baseline: 0.6, fit: (loss: 0.6, entropy: 0.69))
    #expect(!noisy.verdict.statements.contains { $0.finding == .underfit })
    // Not below for certain, but with half of the learning still to be done.
    let early = study(arms, baseline: 0.702, fit: (loss: 0.6, entropy: 0.69))
    let isBelow = early.baselines.contains { $0.advantage.value < 0 && $0.slice == .all }
    #expect(early.verdict.statements.contains { $0.finding == .underfit } == isBelow)
  }

  /// Without any effect of leakage, claims of one are rare: the old rule fired in half of such
  /// studies or more.
  @Test func noLeakageIsSeldomClaimed() {
    var claims = 0
    for trial in 0..<40 {
      var generator = SeededGenerator(seed: UInt64(trial))
      let simulated = SimulatedStudy(seeds: 3, groups: 150, armMeans: [0.3, 0.3, 0.3])
      let (items, drawn) = simulated.draw(&generator)
      // Easy groups are those called leaked.
      let easy = Dictionary(
        items.groups.indices.map { item in
          (items.groups[item], drawn[0].predictions.count { $0[item] == items.labels[item] })
        }, uniquingKeysWith: +)
      let sliced = TestItems(
        labels: items.labels, classCount: 2, groups: items.groups,
        slices: items.groups.map { easy[$0]! >= 3 && $0 % 2 == 0 ? .leaked : .clean })
      let arms = zip(["raw", "decontaminated", "random"], drawn).map {
        ArmPredictions(name: $0, seeds: $1.seeds, predictions: $1.predictions)
      }
      let found = StudyAnalysis.primaryComparisons(
        CrossedInference(items: sliced, permutations: 100), arms)
      if found.contains(where: { $0.finding == .changed }) { claims += 1 }
    }
    // A binomial count of 40 at 0.05 is above 6 with probability below 0.005.
    #expect(claims <= 6, "\(claims) of 40")
  }

  /// One arm is much worse, the other is the same model.
  @Test func analysisFindsWhatIsThere() {
    let study = SimulatedStudy(seedEffect: 0.02, armMeans: [0.5, 0.5, -0.5])
    var generator = SeededGenerator(seed: 3)
    var (items, arms) = study.draw(&generator)
    items = TestItems(
      labels: items.labels, classCount: 2, groups: items.groups,
      slices: items.groups.map { $0 % 3 == 0 ? .leaked : .clean })
    arms = zip(["raw", "decontaminated", "random"], arms).map {
      ArmPredictions(name: $0, seeds: $1.seeds, predictions: $1.predictions)
    }
    let analysis = StudyAnalysis(
      items: items, arms: arms, metrics: [.macroF1, .accuracy], margins: Margins(all: 0.1),
      permutations: 200)
    let whole = analysis.comparisons.filter { $0.metric == .macroF1 && $0.slice == .all }
    #expect(whole.map(\.arm) == ["random", "decontaminated", "random"])
    #expect(whole.map(\.baseline) == ["decontaminated", "raw", "raw"])
    #expect(whole.map(analysis.finding(of:)) == [.changed, .equivalent, .changed])
    #expect(analysis.scores.count == 2 * 3 * 3, "no arm has a near slice")
    #expect(analysis.gaps.count == 2 * 3 * 2)
    #expect(analysis.verdict.statements.count >= 2)
  }
}
