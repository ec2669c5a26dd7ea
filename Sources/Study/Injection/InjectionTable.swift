/// Values of models and items taken apart by square and group.
struct InjectionTable {
  private let square: InjectionSquare
  private let squares: Int

  init(_ square: InjectionSquare, squares: Int) {
    self.square = square
    self.squares = squares
  }

  /// The items that can have a dose.
  private struct Part {
    let items: [Int]
    /// Of each of them, numbered without gaps.
    let groups: [Int]
    let groupCount: Int

    init(_ square: InjectionSquare, dose: Int) {
      items = square.items(of: dose)
      let own = items.map { square.groups[$0] }
      let numbers = Set(own).sorted()
      let places = Dictionary(uniqueKeysWithValues: zip(numbers, 0...))
      groups = own.map { places[$0]! }
      groupCount = numbers.count
    }
  }

  func mean(_ values: [[Double]], dose: Int) -> Double {
    let items = square.items(of: dose)
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

  /// The mean over the items of a dose of their value less that of no copy, crossed by square and group.
  func gain(_ values: [[Double]], dose: Int) -> Estimate? {
    let values = centered(values)
    let part = Part(square, dose: dose)
    let scale = Double(part.groupCount) / Double(part.items.count)
    return estimate(
      part,
      (0..<squares).map { number in
        var row = [Double](repeating: 0, count: part.groupCount)
        for (item, group) in zip(part.items, part.groups) {
          let own = values[square.model(of: item, with: dose, square: number)][item]
          let none = values[square.model(of: item, with: 0, square: number)][item]
          row[group] += scale * (own - none)
        }
        return row
      })
  }

  /// The area under the receiver operating characteristic, mean over the models of a square; each group's
  /// influence on it by its placements among the others (DeLong, DeLong and Clarke-Pearson, "Comparing the
  /// areas under two or more correlated receiver operating characteristic curves", 1988).
  func membership(_ values: [[Double]], dose: Int) -> Estimate? {
    let part = Part(square, dose: dose)
    let groups = Dictionary(uniqueKeysWithValues: zip(part.items, part.groups))
    var rows: [[Double]] = []
    for number in 0..<squares {
      var influence = [Double](repeating: 0, count: part.groupCount)
      var areas: [Double] = []
      for model in number * square.models..<(number + 1) * square.models {
        let members = part.items.filter { square.dose(of: $0, in: model) == dose }
        let others = part.items.filter { square.dose(of: $0, in: model) == 0 }
        guard !members.isEmpty, !others.isEmpty else { continue }
        let (own, none) = (members.map { values[model][$0] }, others.map { values[model][$0] })
        let area = Self.placements(of: own, above: none).reduce(0, +) / Double(own.count)
        areas.append(area)
        for (item, placement) in zip(members, Self.placements(of: own, above: none)) {
          influence[groups[item]!] += (placement - area) / Double(own.count)
        }
        for (item, placement) in zip(others, Self.placements(of: none, above: own)) {
          influence[groups[item]!] += (1 - placement - area) / Double(none.count)
        }
      }
      guard !areas.isEmpty else { return nil }
      let count = Double(areas.count)
      let area = areas.reduce(0, +) / count
      rows.append(influence.map { area + Double(part.groupCount) * $0 / count })
    }
    return estimate(part, rows)?.clamped(to: 0...1)
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

  private func estimate(_ part: Part, _ rows: [[Double]]) -> Estimate? {
    guard part.groupCount > 1 else { return nil }
    let table = CrossedTable(
      rows: rows, perSeed: rows.map { $0.reduce(0, +) / Double(part.groupCount) })
    let (variance, degreesOfFreedom) = table.varianceOfMean()
    return Estimate(
      value: table.value, standardError: variance.squareRoot(),
      degreesOfFreedom: degreesOfFreedom, items: part.items.count, groups: part.groupCount,
      seeds: squares)
  }
}
