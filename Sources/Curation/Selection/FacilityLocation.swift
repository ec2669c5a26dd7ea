/// The subset that represents all items best: maximizes Σᵢ max over selected j of similarity(i, j).
///
/// Lazy greedy (Minoux 1978) over a sparse graph: pairs that are not in it count as 0, an item is
/// similar to itself with 1. The objective is monotone and submodular, so for a number of records the
/// greedy selection reaches at least 1 - 1/e = 63% of the best possible (Nemhauser, Wolsey, Fisher
/// 1978); under quotas at least half (Fisher, Nemhauser, Wolsey 1978); with costs the better of the
/// selections by gain and by gain per cost reaches (1 - 1/e) / 2 (Leskovec et al. 2007).
///
/// Similarities are summed as integers of 2^-24, so neither the order of the items nor that of the
/// pairs can change the result: ties go to the earlier item in canonical order.
/// O(E log V) in practice; O(budget · E) at worst.
public struct FacilityLocation: Sendable {
  public let graph: PairGraph
  public let order: CanonicalOrder

  /// - Parameters:
  ///   - graph: pairs of items with positive scores, complete above some floor.
  ///   - order: the canonical order of the items.
  public init(graph: PairGraph, order: CanonicalOrder) {
    precondition(graph.vertexCount == order.rows.count, "the order has every item once")
    self.graph = graph
    self.order = order
  }

  /// Selects until nothing that fits is left. ``Selection/objective`` is the sum of similarities:
  /// divided by the number of items it is the mean similarity to the nearest selected item.
  public func select(_ budget: SelectionBudget) -> Selection {
    let byGain = run(budget, perCost: false)
    guard budget.costs != nil else { return byGain }
    let byRatio = run(budget, perCost: true)
    return byRatio.objective > byGain.objective ? byRatio : byGain
  }

  private func run(_ budget: SelectionBudget, perCost: Bool) -> Selection {
    var covered = [Int64](repeating: 0, count: graph.vertexCount)
    var remaining = RemainingBudget(budget)
    var queue = GainQueue(capacity: graph.vertexCount)
    for item in order.rows where remaining.fits(item) {
      queue.push(candidate(item, covered, budget, perCost, round: 0))
    }
    var items: [UInt32] = []
    var objective: Int64 = 0
    while let best = queue.pop() {
      if !remaining.fits(best.item) { continue }
      if best.round < items.count {
        // A stale gain is an upper bound; renewed it may still be the highest.
        queue.push(candidate(best.item, covered, budget, perCost, round: items.count))
        continue
      }
      remaining.take(best.item)
      items.append(best.item)
      objective += best.gain
      cover(best.item, &covered)
    }
    return Selection(
      items: items, cost: remaining.spent, objective: FixedPoint.double(objective))
  }

  private func candidate(
    _ item: UInt32, _ covered: [Int64], _ budget: SelectionBudget, _ perCost: Bool, round: Int
  ) -> GainQueue.Candidate {
    var gain = FixedPoint.one - covered[Int(item)]
    graph.forEachNeighbor(of: item, atLeast: 0) { neighbor, score in
      gain += max(0, FixedPoint.from(score) - covered[Int(neighbor)])
    }
    return GainQueue.Candidate(
      gain: gain, cost: perCost ? budget.cost(of: item) : 1, rank: order.ranks[Int(item)],
      item: item, round: round)
  }

  private func cover(_ item: UInt32, _ covered: inout [Int64]) {
    covered[Int(item)] = FixedPoint.one
    graph.forEachNeighbor(of: item, atLeast: 0) { neighbor, score in
      covered[Int(neighbor)] = max(covered[Int(neighbor)], FixedPoint.from(score))
    }
  }
}

/// A binary heap of items, the highest gain per cost first, ties by canonical order.
struct GainQueue {
  struct Candidate {
    var gain: Int64
    var cost: Int
    var rank: UInt32
    var item: UInt32
    /// How many items were selected when the gain was computed.
    var round: Int

    /// Compares gain / cost without rounding.
    static func precedes(_ left: Self, _ right: Self) -> Bool {
      let a = left.gain.multipliedFullWidth(by: Int64(right.cost))
      let b = right.gain.multipliedFullWidth(by: Int64(left.cost))
      return a == b ? left.rank < right.rank : a > b
    }
  }

  private var heap: [Candidate] = []

  init(capacity: Int) { heap.reserveCapacity(capacity) }

  mutating func push(_ candidate: Candidate) {
    heap.append(candidate)
    var place = heap.count - 1
    while place > 0, Candidate.precedes(heap[place], heap[(place - 1) / 2]) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func pop() -> Candidate? {
    guard let top = heap.first else { return nil }
    let last = heap.removeLast()
    if heap.isEmpty { return top }
    heap[0] = last
    var place = 0
    while true {
      var best = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < heap.count && Candidate.precedes(heap[child], heap[best]) {
        best = child
      }
      if best == place { return top }
      heap.swapAt(place, best)
      place = best
    }
  }
}
