import Curation
import Foundation

/// What copies of held-out items in training do to these items: the positive control of a study.
public struct InjectionAnalysis: Codable, Equatable, Sendable {
  /// What one dose did.
  public struct Effect: Codable, Equatable, Sendable {
    /// The dose.
    public var dose: InjectionDose
    /// Share of items that are right.
    public var accuracy: Double
    /// Mean natural logarithm of the probability of the true label.
    public var logProbability: Double
    /// Less that of the same items without a copy; nil for no copy.
    public var accuracyGain: Estimate?
    /// By how much the log-probability of the truth rose.
    public var logProbabilityGain: Estimate?
    /// Probability that an item of this dose has a higher probability of its true label than one without a
    /// copy, in the same model: how well the label's probability tells what was trained on. 0.5 says nothing.
    public var membership: Estimate?
  }

  /// What each dose did.
  public var effects: [Effect]
  /// Items that are put into training, the groups they form, and models.
  public var items: Int
  /// How many groups of items there are, which stay together.
  public var groups: Int
  /// How many models there are.
  public var models: Int
  /// Records every model is trained on besides, and updates of each.
  public var trainingRecords: Int
  /// How many steps of the optimizer there were.
  public var updates: Int
  /// Ids of the runs.
  public var runs: [String]
  /// What that says, in sentences.
  public var sentences: [String]
  /// What a reader should know.
  public var notes: [String]

  /// - Parameters:
  ///   - square: which item had which dose in which model.
  ///   - hits: by model, then by item: 1 where the model is right.
  ///   - logProbabilities: of the true label, likewise.
  /// - Precondition: models make whole squares; at least two groups.
  package init(
    _ square: InjectionSquare, hits: [[Double]], logProbabilities: [[Double]],
    trainingRecords: Int, updates: Int, runs: [String], notes: [String] = []
  ) {
    precondition(!hits.isEmpty && hits.count % square.models == 0, "squares are whole")
    let table = InjectionTable(square, squares: hits.count / square.models)
    effects = InjectionDose.all.indices.map { dose in
      Effect(
        dose: InjectionDose.all[dose], accuracy: table.mean(hits, dose: dose),
        logProbability: table.mean(logProbabilities, dose: dose),
        accuracyGain: dose == 0 ? nil : table.gain(hits, dose: dose),
        logProbabilityGain: dose == 0 ? nil : table.gain(logProbabilities, dose: dose),
        membership: dose == 0 ? nil : table.membership(logProbabilities, dose: dose))
    }
    items = square.groups.count
    groups = table.groups
    models = hits.count
    self.trainingRecords = trainingRecords
    self.updates = updates
    self.runs = runs
    self.notes = notes
    sentences = []
    sentences = words
  }

  private var words: [String] {
    func effect(_ copies: Int, isChanged: Bool) -> Effect {
      effects.first { $0.dose == InjectionDose(copies: copies, isChanged: isChanged) }!
    }
    let most = effect(16, isChanged: false)
    guard groups >= Comparison.leastGroups else {
      return [
        "\(groups) groups of test items are too few: a claim needs \(Comparison.leastGroups)."
      ]
    }
    guard let gain = most.accuracyGain, gain.low > 0 else {
      return [
        "The study does not see what it looks for: \(most.dose.title) of an item in training change "
          + "accuracy on it by \(said(most)). That near-copies change nothing then says nothing."
      ]
    }
    var sentences = [
      "The study sees what it looks for: \(most.dose.title) of an item in training change accuracy on it "
        + "by \(said(most))."
    ]
    for isChanged in [false, true] {
      let one = effect(1, isChanged: isChanged)
      let what = one.dose.title.prefix(1).uppercased() + one.dose.title.dropFirst()
      sentences.append("\(what) changes it by \(said(one)).")
    }
    return sentences
  }

  private func said(_ effect: Effect) -> String {
    guard let gain = effect.accuracyGain else { return "nothing" }
    return "\(Metric.accuracy.signed(gain.value)) (\(Metric.accuracy.interval(gain)))"
  }
}

/// Values of models and items taken apart by square and group.
private struct InjectionTable {
  let square: InjectionSquare
  let squares: Int
  /// Groups of the items, numbered without gaps.
  let groups: Int

  init(_ square: InjectionSquare, squares: Int) {
    self.square = square
    self.squares = squares
    groups = Set(square.groups).count
  }

  private var items: Range<Int> { square.groups.indices }

  func mean(_ values: [[Double]], dose: Int) -> Double {
    var sum = 0.0
    for number in 0..<squares {
      for item in items { sum += values[square.model(of: item, with: dose, square: number)][item] }
    }
    return sum / Double(squares * items.count)
  }

  /// Each model's values less their mean, so that what is common to a model's items is no part of the
  /// difference between items of two models.
  private func centered(_ values: [[Double]]) -> [[Double]] {
    values.map { row in
      let center = row.reduce(0, +) / Double(row.count)
      return row.map { $0 - center }
    }
  }

  /// The mean over items of a dose's value less that of no copy, crossed by square and group.
  func gain(_ values: [[Double]], dose: Int) -> Estimate? {
    let values = centered(values)
    let scale = Double(groups) / Double(items.count)
    return estimate(
      (0..<squares).map { number in
        var row = [Double](repeating: 0, count: groups)
        for item in items {
          let own = values[square.model(of: item, with: dose, square: number)][item]
          let none = values[square.model(of: item, with: 0, square: number)][item]
          row[square.groups[item]] += scale * (own - none)
        }
        return row
      })
  }

  /// The area under the receiver operating characteristic, mean over the models of a square; each group's
  /// influence on it by its placements among the others (DeLong, DeLong and Clarke-Pearson, "Comparing the
  /// areas under two or more correlated receiver operating characteristic curves", 1988).
  func membership(_ values: [[Double]], dose: Int) -> Estimate? {
    var rows: [[Double]] = []
    for number in 0..<squares {
      var influence = [Double](repeating: 0, count: groups)
      var areas: [Double] = []
      for model in number * square.models..<(number + 1) * square.models {
        let members = items.filter { square.dose(of: $0, in: model) == dose }
        let others = items.filter { square.dose(of: $0, in: model) == 0 }
        guard !members.isEmpty, !others.isEmpty else { continue }
        let (own, none) = (members.map { values[model][$0] }, others.map { values[model][$0] })
        let area = Self.placements(of: own, above: none).reduce(0, +) / Double(own.count)
        areas.append(area)
        for (item, placement) in zip(members, Self.placements(of: own, above: none)) {
          influence[square.groups[item]] += (placement - area) / Double(own.count)
        }
        for (item, placement) in zip(others, Self.placements(of: none, above: own)) {
          influence[square.groups[item]] += (1 - placement - area) / Double(none.count)
        }
      }
      guard !areas.isEmpty else { return nil }
      let count = Double(areas.count)
      let area = areas.reduce(0, +) / count
      rows.append(influence.map { area + Double(groups) * $0 / count })
    }
    return estimate(rows)?.clamped(to: 0...1)
  }

  /// For each value the share of `others` below it, equal ones half. O(n log n).
  private static func placements(of values: [Double], above others: [Double]) -> [Double] {
    let sorted = others.sorted()
    func below(_ value: Double, orEqual: Bool) -> Int {
      var (low, high) = (0, sorted.count)
      while low < high {
        let middle = (low + high) / 2
        if sorted[middle] < value || orEqual && sorted[middle] == value {
          low = middle + 1
        } else {
          high = middle
        }
      }
      return low
    }
    return values.map {
      Double(below($0, orEqual: false) + below($0, orEqual: true)) / Double(2 * sorted.count)
    }
  }

  private func estimate(_ rows: [[Double]]) -> Estimate? {
    guard groups > 1 else { return nil }
    let table = CrossedTable(rows: rows, perSeed: rows.map { $0.reduce(0, +) / Double(groups) })
    let (variance, degreesOfFreedom) = table.varianceOfMean()
    return Estimate(
      value: table.value, standardError: variance.squareRoot(),
      degreesOfFreedom: degreesOfFreedom, items: items.count, groups: groups, seeds: squares)
  }
}
