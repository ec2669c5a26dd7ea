/// How a budget is shared between cells (labels, topics, or topics within labels).
public struct Quotas: Hashable, Sendable {
  package enum Mode: String, CaseIterable, Codable, Sendable {
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
  /// - Parameters:
  ///   - weights: of the labels, in place of `labelMode`; a label without one gets nothing.
  ///   - costs: what each item takes from the budget; 1 each if nil.
  package static func nested(
    budget: Int, labels: [Int32], labelMode: Mode = .balanced, weights: [Int32: Double]? = nil,
    topics: [UInt32], topicMode: Mode, costs: [Int]? = nil
  ) -> Quotas {
    precondition(labels.count == topics.count, "one label and one topic per item")
    var available: [Int32: [UInt32: Int]] = [:]
    for (item, label) in labels.enumerated() {
      available[label, default: [:]][topics[item], default: 0] += costs?[item] ?? 1
    }
    let labelList = available.keys.sorted()
    let ofLabel = labelList.map { available[$0]!.values.reduce(0, +) }
    let parts =
      weights.map { weights in
        share(budget, of: ofLabel, weights: labelList.map { weights[$0] ?? 0 })
      } ?? share(budget, of: ofLabel, mode: labelMode)
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
  package static func share(_ budget: Int, of available: [Int], mode: Mode) -> [Int] {
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

  /// Whole shares in proportion to `weights`, as far as each cell has enough; what small cells cannot
  /// use goes to the others by their weights. They sum to the budget, or to all that cells of a
  /// positive weight have. Fractions are settled as by ``share(_:of:mode:)``.
  public static func share(_ budget: Int, of available: [Int], weights: [Double]) -> [Int] {
    precondition(weights.count == available.count, "one weight per cell")
    precondition(weights.allSatisfy { $0 >= 0 && $0.isFinite }, "a weight cannot be negative")
    var shares = [Int](repeating: 0, count: available.count)
    var open = available.indices.filter { weights[$0] > 0 }
    var rest = min(budget, open.reduce(0) { $0 + available[$1] })
    while !open.isEmpty {
      let total = open.reduce(0) { $0 + weights[$1] }
      let wanted = Dictionary(
        uniqueKeysWithValues: open.map { ($0, Double(rest) * weights[$0] / total) })
      let full = open.filter { Double(available[$0]) <= wanted[$0]! }
      if full.isEmpty {
        for cell in open { shares[cell] = Int(wanted[cell]!) }
        let left = rest - open.reduce(0) { $0 + shares[$1] }
        let byRemainder = open.sorted {
          (-wanted[$0]!.truncatingRemainder(dividingBy: 1), $0)
            < (-wanted[$1]!.truncatingRemainder(dividingBy: 1), $1)
        }
        for cell in byRemainder.prefix(left) { shares[cell] += 1 }
        return shares
      }
      for cell in full {
        shares[cell] = available[cell]
        rest -= available[cell]
      }
      open.removeAll { shares[$0] == available[$0] }
    }
    return shares
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
