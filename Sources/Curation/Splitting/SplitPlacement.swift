/// The search for the part of every group.
struct SplitPlacement {
  let items: [SplitItem]
  let partCount: Int
  /// The part of every item; -1 before it is placed.
  private(set) var partOfItem: [Int]
  /// Whether an item was moved or exchanged after its first placement.
  private(set) var wasMoved: [Bool]
  private let labelCount: Int
  private let sizeTargets: [Double]
  /// [part, label]
  private let labelTargets: [Double]
  private var sizes: [Int]
  private var counts: [Int]

  init(items: [SplitItem], shares: [Double]) {
    let labelCount = (items.flatMap { $0.labelCounts.map(\.label) }.max() ?? -1) + 1
    var totals = [Int](repeating: 0, count: labelCount)
    for item in items { for (label, count) in item.labelCounts { totals[label] += count } }
    let total = Double(totals.reduce(0, +))
    self.items = items
    self.labelCount = labelCount
    partCount = shares.count
    partOfItem = Array(repeating: -1, count: items.count)
    wasMoved = Array(repeating: false, count: items.count)
    sizeTargets = shares.map { $0 * total }
    labelTargets = shares.flatMap { share in totals.map { share * Double($0) } }
    sizes = Array(repeating: 0, count: shares.count)
    counts = Array(repeating: 0, count: shares.count * labelCount)
  }

  /// Greedy placement in the order of the items.
  mutating func placeAll() {
    for index in items.indices {
      let costs = (0..<partCount).map { change(adding: items[index], to: $0) }
      let best = (0..<partCount).min { (costs[$0], $0) < (costs[$1], $1) }!
      apply(items[index], to: best, sign: 1)
      partOfItem[index] = best
    }
  }

  /// Moves and exchanges until none lowers the cost, at most 20 passes.
  mutating func improve() {
    guard partCount > 1 else { return }
    for _ in 0..<20 {
      var isImproved = false
      for index in items.indices where moveToBest(index) { isImproved = true }
      for index in items.indices where exchange(index) { isImproved = true }
      if !isImproved { return }
    }
  }

  /// The cost of the whole placement.
  var cost: Double {
    var sum = 0.0
    for part in 0..<partCount {
      sum += sizeWeight * square(Double(sizes[part]) - sizeTargets[part]) / scale(sizeTargets[part])
      for label in 0..<labelCount {
        let target = labelTargets[part * labelCount + label]
        sum += square(Double(counts[part * labelCount + label]) - target) / scale(target)
      }
    }
    return sum
  }

  private var sizeWeight: Double { Double(max(1, labelCount)) }

  /// A part or label with a target below one record must not outweigh the rest.
  private func scale(_ target: Double) -> Double { max(1, target) }

  private func square(_ value: Double) -> Double { value * value }

  private func change(adding item: SplitItem, to part: Int) -> Double {
    change(item, at: part, sign: 1)
  }

  /// By how much the cost changes when `item` comes to `part` (sign 1) or leaves it (sign -1).
  private func change(_ item: SplitItem, at part: Int, sign: Int) -> Double {
    func term(_ have: Int, _ step: Int, _ target: Double) -> Double {
      Double(step) * (2 * (Double(have) - target) + Double(step)) / scale(target)
    }
    var sum = sizeWeight * term(sizes[part], sign * item.size, sizeTargets[part])
    for (label, count) in item.labelCounts {
      let place = part * labelCount + label
      sum += term(counts[place], sign * count, labelTargets[place])
    }
    return sum
  }

  private mutating func apply(_ item: SplitItem, to part: Int, sign: Int) {
    sizes[part] += sign * item.size
    for (label, count) in item.labelCounts { counts[part * labelCount + label] += sign * count }
  }

  /// Less than this is rounding, not an improvement.
  private static let leastGain = 1e-9

  private mutating func moveToBest(_ index: Int) -> Bool {
    let from = partOfItem[index]
    let leaving = change(items[index], at: from, sign: -1)
    var best = from
    var bestChange = -Self.leastGain
    for part in 0..<partCount where part != from {
      let total = leaving + change(adding: items[index], to: part)
      if total < bestChange { (best, bestChange) = (part, total) }
    }
    guard best != from else { return false }
    move(index, to: best)
    return true
  }

  private mutating func move(_ index: Int, to part: Int) {
    apply(items[index], to: partOfItem[index], sign: -1)
    apply(items[index], to: part, sign: 1)
    partOfItem[index] = part
    wasMoved[index] = true
  }

  /// Exchanges an item with one of the 32 that follow it (of similar size), if that helps.
  private mutating func exchange(_ index: Int) -> Bool {
    for other in (index + 1)..<max(index + 1, min(index + 33, items.count)) {
      let (here, there) = (partOfItem[index], partOfItem[other])
      if here == there { continue }
      let before = (wasMoved[index], wasMoved[other])
      var total = change(items[index], at: here, sign: -1)
      total += change(adding: items[index], to: there)
      move(index, to: there)
      total += change(items[other], at: there, sign: -1)
      total += change(adding: items[other], to: here)
      move(other, to: here)
      if total < -Self.leastGain { return true }
      move(index, to: here)
      move(other, to: there)
      (wasMoved[index], wasMoved[other]) = before
    }
    return false
  }
}
