import Reporting
import Study

extension SampleReport {
  /// Analyzed once for all tests.
  static let fiveSeeds = study(seeds: 5)

  static func study(seeds: Int) -> StudySection {
    let names = ["raw", "decontaminated", "deduplicated", "balanced", "random"]
    let (items, arms) = predictions(names, seeds: seeds)
    var study = StudySection(
      analysis: StudyAnalysis(
        items: items, arms: arms, baselines: [.linear: arms.map(worse)],
        fits: names.map { ArmFit(arm: $0, finalLoss: 0.41, labelEntropy: 2.48, updates: 656) },
        nearness: [
          .cosine: items.slices.enumerated().map { place, slice in
            [.leaked: 0.91, .near: 0.76, .clean: 0.44][slice]! + Double(place % 9) / 100
          }
        ],
        metrics: [.macroF1, .accuracy]),
      arms: zip(names, [5520, 5363, 5119, 5119, 5119]).map {
        .init(
          name: $0, description: "\($0) training records", trainingItems: $1, updates: 656,
          epochs: 656 * 16 / Double($1))
      }, source: "runs, metrics, predictions")
    study.methods = "The task is classify. The test set was given."
    study.parameters = [
      .init(name: "compare: seedCount", value: "\(seeds)"),
      .init(name: "model: learningRate", value: "0.0002"),
    ]
    study.cost = .init(models: 5 * seeds, updates: 3280 * seeds, seconds: 2_871.4)
    study.classArm = "finetune-deduped"
    study.classes = ["games", "libs", "rust"].enumerated().map {
      .init(
        label: $1, precision: 0.6 + 0.1 * Double($0), recall: 0.7, f1: 0.65, support: 60 + $0)
    }
    study.curves = names.enumerated().flatMap { index, name in
      (1...seeds).map { curve(arm: name, seed: UInt64($0), floor: 0.5 + 0.1 * Double(index)) }
    }
    study.honest = .init(
      arm: "deduped", metric: .macroF1,
      score: Estimate(
        value: 0.412, low: 0.379, high: 0.447, standardError: 0.017, degreesOfFreedom: 60,
        items: 690, groups: 652, seeds: seeds), description: "the group-disjoint test part")
    return study
  }

  /// Two squares in which copies raise accuracy, less so where their words are changed, and paraphrases least.
  static var injection: InjectionSection {
    let square = InjectionSquare(
      groups: (0..<110).map { $0 }, withParaphrases: Array(0..<40))
    var generator = SeededGenerator(seed: 8)
    let ease = [50, 58, 66, 75, 53, 60, 68, 51, 55, 59]
    var (hits, logs): ([[Double]], [[Double]]) = ([], [])
    for model in 0..<20 {
      let luck = square.groups.indices.map { item in
        ease[square.dose(of: item, in: model)] + item * 37 % 41 - generator.index(below: 60)
      }
      hits.append(luck.map { $0 > 40 ? 1 : 0 })
      logs.append(luck.map { Double($0) / 32 - 4 })
    }
    return InjectionSection(
      analysis: InjectionAnalysis(
        square, hits: hits, logProbabilities: logs, rows: square.groups.map { UInt32($0) },
        trainingRecords: 2_841, updates: 222, runs: ["injected-seed0-0123456789"]),
      source: "runs, predictions")
  }

  /// The same models, wrong on every sixth item.
  private static func worse(_ arm: ArmPredictions) -> ArmPredictions {
    guard case .classes(let rows) = arm.answers else { return arm }
    return ArmPredictions(
      name: arm.name, seeds: arm.seeds,
      predictions: rows.map { row in
        row.enumerated().map { $0 % 6 == 0 ? ($1 + 1) % 12 : $1 }
      })
  }

  /// Twelve classes; leaked items are mostly right, clean ones mostly wrong, and the arms differ
  /// by little.
  private static func predictions(_ names: [String], seeds: Int) -> (TestItems, [ArmPredictions]) {
    var generator = SeededGenerator(seed: 5)
    let count = 600
    let slices = (0..<count).map { _ -> TestSlice in
      [.leaked, .near, .near, .near, .clean, .clean, .clean][generator.index(below: 7)]
    }
    let labels = (0..<count).map { _ in generator.index(below: 12) }
    let difficulty = (0..<count).map { _ in generator.index(below: 100) }
    let arms = names.enumerated().map { index, name in
      let predictions = (0..<seeds).map { _ in
        (0..<count).map { item -> Int in
          let ease: [TestSlice: Int] = [.leaked: 80, .near: 62, .clean: 38]
          let noise = generator.index(below: 16) - [8, 12, 8, 12, 9][index]
          let isHit = difficulty[item] < ease[slices[item]]! + noise
          return isHit ? labels[item] : (labels[item] + 1 + generator.index(below: 11)) % 12
        }
      }
      return ArmPredictions(
        name: name, seeds: (1...seeds).map(UInt64.init), predictions: predictions)
    }
    let items = TestItems(
      labels: labels, classCount: 12, groups: (0..<count).map { $0 * 9 / 10 }, slices: slices)
    return (items, arms)
  }

  private static func curve(arm: String, seed: UInt64, floor: Double) -> StudySection.Curve {
    var generator = SeededGenerator(seed: seed &* 31 &+ UInt64(floor * 100))
    let points = (1...164).map { index -> StudySection.Curve.Point in
      let noise = Double(generator.index(below: 1000)) / 2500
      return .init(
        step: index * 4, loss: floor + 2 / (1 + Double(index) / 20) + noise)
    }
    return .init(arm: arm, seed: seed, points: points)
  }
}
