/// How a budget is shared between cells (labels, topics, or topics within labels).
public struct Quotas: Hashable, Sendable {
  public enum Mode: String, CaseIterable, Codable, Sendable {
    /// The same for every cell, as far as each has enough; what small cells cannot use goes to the
    /// others.
    case balanced
    /// In proportion to what each cell has.
    case proportional
  }

  /// The cell of every item.
  public let cellOfItem: [UInt32]
  /// What may be taken from every cell, in units of the budget.
  public let limits: [Int]

  /// - Precondition: every cell of an item has a limit.
  public init(cellOfItem: [UInt32], limits: [Int]) {
    precondition(cellOfItem.allSatisfy { Int($0) < limits.count }, "a cell without a limit")
    self.cellOfItem = cellOfItem
    self.limits = limits
  }

  /// Shares `budget` between labels, and each label's part between its topics.
  ///
  /// - Parameter costs: what each item takes from the budget; 1 each if nil.
  public static func nested(
    budget: Int, labels: [Int32], labelMode: Mode, topics: [UInt32], topicMode: Mode,
    costs: [Int]? = nil
  ) -> Quotas {
    precondition(labels.count == topics.count, "one label and one topic per item")
    var available: [Int32: [UInt32: Int]] = [:]
    for (item, label) in labels.enumerated() {
      available[label, default: [:]][topics[item], default: 0] += costs?[item] ?? 1
    }
    let labelList = available.keys.sorted()
    let parts = share(
      budget, of: labelList.map { available[$0]!.values.reduce(0, +) }, mode: labelMode)
    var numbers: [Int32: [UInt32: UInt32]] = [:]
    var limits: [Int] = []
    for (label, part) in zip(labelList, parts) {
      let topicList = available[label]!.keys.sorted()
      let shares = share(part, of: topicList.map { available[label]![$0]! }, mode: topicMode)
      for (topic, limit) in zip(topicList, shares) {
        numbers[label, default: [:]][topic] = UInt32(limits.count)
        limits.append(limit)
      }
    }
    let cells = labels.indices.map { numbers[labels[$0]]![topics[$0]]! }
    return Quotas(cellOfItem: cells, limits: limits)
  }

  /// Whole shares that sum to the budget, or to all there is if that is less; none is above what its
  /// cell has. Fractions are settled by the largest remainder (Hamilton's method), ties to the
  /// earlier cell.
  public static func share(_ budget: Int, of available: [Int], mode: Mode) -> [Int] {
    precondition(budget >= 0 && available.allSatisfy { $0 >= 0 }, "a share cannot be negative")
    let total = available.reduce(0, +)
    if budget >= total { return available }
    switch mode {
    case .proportional:
      return largestRemainder(budget, weights: available, total: total)
    case .balanced:
      return balanced(budget, available)
    }
  }

  private static func largestRemainder(_ budget: Int, weights: [Int], total: Int) -> [Int] {
    let exact = weights.map { $0.multipliedFullWidth(by: budget) }
    let divided = exact.map { total.dividingFullWidth($0) }
    var shares = divided.map(\.quotient)
    let rest = budget - shares.reduce(0, +)
    let byRemainder = shares.indices.sorted {
      (-divided[$0].remainder, $0) < (-divided[$1].remainder, $1)
    }
    for cell in byRemainder.prefix(rest) { shares[cell] += 1 }
    return shares
  }

  /// Fills all cells to one level, from the smallest up.
  private static func balanced(_ budget: Int, _ available: [Int]) -> [Int] {
    var shares = [Int](repeating: 0, count: available.count)
    var rest = budget
    let bySize = available.indices.sorted { (available[$0], $0) < (available[$1], $1) }
    for (place, cell) in bySize.enumerated() {
      shares[cell] = min(available[cell], rest / (bySize.count - place))
      rest -= shares[cell]
    }
    return shares
  }
}
