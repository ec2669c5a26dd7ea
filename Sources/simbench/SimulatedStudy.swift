import Curation
import Foundation
import Study

/// Studies whose true scores are known, drawn one after the other.
///
/// Behind every answer stands a sum of independent normal effects: of the group of items, of arm and
/// group, of arm and seed, and of the answer itself (standard deviation 1). An answer is right if the
/// sum is above a bound that gives the arm its true score; so scores are normal integrals, and answers of
/// all models to an item are as alike as the group's effect makes them.
///
/// In folds, items of a group fall into any of them, and every fold has models of its own. Their training
/// sets have an effect that is the sum of those of the folds in them, so that any two folds have all but one
/// of K − 1 parts in common.
struct SimulatedStudy {
  struct Arm {
    var name: String
    /// True score by slice.
    var scores: [TestSlice: Double]
  }

  var arms: [Arm]
  /// Groups of each slice.
  var groups: [TestSlice: Int]
  var seeds = 3
  var folds = 1
  var seedEffect = 0.1
  /// Of an arm's training set.
  var trainingEffect = 0.0
  var groupEffect = 3.0
  var armInGroupEffect = 0.7
  /// Groups have one item, or every fourth two and every eighth three.
  var hasGroups = true
  var classes = 12

  private var spread: Double {
    (1 + seedEffect * seedEffect + groupEffect * groupEffect + armInGroupEffect * armInGroupEffect
      + trainingEffect * trainingEffect)
      .squareRoot()
  }

  /// Items and answers for `metric`; the true score of the metric follows from the arm's by
  /// ``score(_:_:)``.
  func draw(_ metric: Metric, _ generator: inout SeededGenerator)
    -> (items: TestItems, arms: [ArmPredictions])
  {
    var (slices, numbers): ([TestSlice], [Int]) = ([], [])
    var next = 0
    for slice in [TestSlice.leaked, .near, .clean] {
      for _ in 0..<(groups[slice] ?? 0) {
        let size = hasGroups ? (next % 8 == 7 ? 3 : next % 4 == 1 ? 2 : 1) : 1
        for _ in 0..<size {
          slices.append(slice)
          numbers.append(next)
        }
        next += 1
      }
    }
    let ofGroup = (0..<next).map { _ in groupEffect * normal(&generator) }
    let labels = numbers.map { _ in generator.index(below: classes) }
    let gold = numbers.map { _ in normal(&generator) }
    let counts = numbers.map { _ in generator.index(below: 5) }
    let ofItem = numbers.map { _ in folds == 1 ? 0 : generator.index(below: folds) }
    let drawn = arms.map { arm in
      let own = ofGroup.map { $0 + armInGroupEffect * normal(&generator) }
      let ofTraining = trainingEffects(&generator)
      var models: [Model] = []
      for _ in 0..<seeds {
        let shifts = ofTraining.map { $0 + seedEffect * normal(&generator) }
        models.append(
          Model(
            effects: zip(numbers, ofItem).map { own[$0] + shifts[$1] }, spread: spread,
            scores: slices.map { arm.scores[$0]! }))
      }
      return ArmPredictions(
        name: arm.name, seeds: (0..<seeds).map(UInt64.init),
        answers: answers(metric, models, labels, gold, counts, &generator))
    }
    let truth: TestItems.Truth =
      switch metric {
      case .accuracy, .macroF1: .classes(labels, count: classes)
      case .pearson, .spearman: .numbers(gold)
      default: .counted(items: numbers.count)
      }
    return (TestItems(truth: truth, groups: numbers, slices: slices, folds: ofItem), drawn)
  }

  /// Of each fold's training set.
  private func trainingEffects(_ generator: inout SeededGenerator) -> [Double] {
    if folds == 1 { return [trainingEffect == 0 ? 0 : trainingEffect * normal(&generator)] }
    let parts = (0..<folds).map { _ in normal(&generator) }
    let sum = parts.reduce(0, +)
    return parts.map { trainingEffect * (sum - $0) / Double(folds - 1).squareRoot() }
  }

  /// One model: what it brings to every item besides the noise of the answer, and how well it does.
  private struct Model {
    var effects: [Double]
    var spread: Double
    var scores: [Double]

    /// Where an answer at place `item` begins to be right.
    func bound(_ item: Int) -> Double { -Normal.quantile(scores[item]) * spread }
  }

  private func answers(
    _ metric: Metric, _ models: [Model], _ labels: [Int], _ gold: [Double], _ counts: [Int],
    _ generator: inout SeededGenerator
  ) -> ArmPredictions.Answers {
    func isRight(_ model: Model, _ item: Int, _ generator: inout SeededGenerator) -> Bool {
      model.effects[item] + normal(&generator) > model.bound(item)
    }
    switch metric {
    case .accuracy, .macroF1, .meanScore:
      return .classes(
        models.map { model in
          labels.indices.map { item in
            isRight(model, item, &generator)
              ? labels[item]
              : (labels[item] + 1 + generator.index(below: classes - 1)) % classes
          }
        })
    case .entityF1:
      return .entities(
        models.map { model in
          counts.indices.map { item in
            var (right, wrong) = (0.0, 0.0)
            for _ in 0..<counts[item] {
              if isRight(model, item, &generator) {
                right += 1
              } else if generator.next() & 1 == 0 {
                wrong += 1
              }
            }
            return EntityCounts(
              right: right, predicted: right + wrong, gold: Double(counts[item]))
          }
        })
    case .pearson, .spearman:
      return .numbers(
        models.map { model in
          gold.indices.map { item in
            // Noise of variance 1 in all, as much of it as the correlation leaves.
            let noise = (model.effects[item] + normal(&generator)) / model.spread
            let r = model.scores[item]
            return r * gold[item] + (1 - r * r).squareRoot() * noise
          }
        })
    default: preconditionFailure("\(metric.rawValue) is not simulated")
    }
  }

  /// The true value of `metric` where an answer is right with probability `p` (a correlation of `p`,
  /// of numbers).
  static func score(_ metric: Metric, _ p: Double) -> Double {
    switch metric {
    // Wrong answers are spread evenly, so that precision and recall of every class are p.
    case .accuracy, .macroF1, .meanScore, .pearson: p
    // Half of what is missed is answered wrongly.
    case .entityF1: 2 * p / (p + (1 - p) / 2 + 1)
    case .spearman: 6 / Double.pi * asin(p / 2)
    default: preconditionFailure("\(metric.rawValue) is not simulated")
    }
  }

  private func normal(_ generator: inout SeededGenerator) -> Double {
    Normal.quantile((Double(generator.next() >> 11) + 0.5) / 0x1p53)
  }
}
