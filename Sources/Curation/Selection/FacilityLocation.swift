import Foundation
import Kernels
import Neighbors

/// The subset that represents all items best: maximizes Σᵢ max over selected j of similarity(i, j),
/// if wanted together with the quality of the selected items.
///
/// Over a sparse graph: pairs that are not in it count as 0, an item is similar to itself with 1.
/// The objective is monotone and submodular, with or without quality, so for a number of records the
/// greedy selection reaches at least 1 - 1/e = 63% of the best possible (Nemhauser, Wolsey, Fisher
/// 1978); under quotas at least half (Fisher, Nemhauser, Wolsey 1978); with costs and no quotas the
/// better of the selections by gain and by gain per cost reaches (1 - 1/e) / 2 (Leskovec et al. 2007).
///
/// Similarities are summed as integers of 2^-24, so neither the order of the items nor that of the
/// pairs can change the result: ties go to the earlier item in canonical order.
package struct FacilityLocation: Sendable {
  /// Quality against coverage: the objective is then (1 - weight) · mean similarity to the nearest
  /// selected item + weight · mean quality of the selected ones.
  package struct Quality: Sendable {
    /// Of every item, 0 to 1.
    package var values: [Double]
    /// From 0, coverage alone, to 1, the best items whatever they cover.
    package var weight: Double
    /// How many items will be selected, about; it brings the two means to one scale.
    package var expectedCount: Double

    package init(values: [Double], weight: Double, expectedCount: Double) {
      precondition((0...1).contains(weight), "weight must be from 0 to 1, got \(weight)")
      precondition(values.allSatisfy { (0...1).contains($0) }, "quality must be from 0 to 1")
      self.values = values
      self.weight = weight
      self.expectedCount = expectedCount
    }
  }

  /// ε of ``selectStochastically(_:seed:)``.
  package static let samplingError = 0.01

  package let graph: PairGraph
  package let order: CanonicalOrder
  /// Units of gain for covering 2^-24 more of an item.
  private let coverageUnits: Int64
  /// What the quality of every item adds to its gain; empty if quality does not count.
  private let qualityGains: [Int64]

  /// - Parameters:
  ///   - graph: pairs of items with positive scores, complete above some floor.
  ///   - order: the canonical order of the items.
  package init(graph: PairGraph, order: CanonicalOrder, quality: Quality? = nil) {
    precondition(graph.vertexCount == order.rows.count, "the order has every item once")
    self.graph = graph
    self.order = order
    guard let quality else {
      (coverageUnits, qualityGains) = (1, [])
      return
    }
    precondition(quality.values.count == graph.vertexCount, "one quality per item")
    let scale = 1024.0
    coverageUnits = Int64(((1 - quality.weight) * scale).rounded())
    let perItem =
      quality.weight * scale * Double(graph.vertexCount) / max(1, quality.expectedCount)
    qualityGains = quality.values.map {
      Int64(($0 * perItem * Double(FixedPoint.one)).rounded())
    }
  }

  /// Selects until nothing that fits is left, by lazy greedy (Minoux 1978).
  ///
  /// ``Selection/objective`` is the sum of similarities: divided by the number of items it is the
  /// mean similarity to the nearest selected item. O(E log V) in practice; O(budget · E) at worst.
  package func select(_ budget: SelectionBudget) -> Selection {
    let byGain = run(budget, perCost: false)
    guard budget.costs != nil else { return byGain.selection }
    let byRatio = run(budget, perCost: true)
    return byRatio.value > byGain.value ? byRatio.selection : byGain.selection
  }

  /// As ``select(_:)``, but each step looks only at a sample of (items / selected) · ln(1 / ε) items
  /// (Mirzasoleiman et al. 2015): without quotas and costs at least 1 - 1/e - ε of the best possible
  /// on average over seeds. O(items · mean degree · ln(1 / ε)).
  package func selectStochastically(_ budget: SelectionBudget, seed: UInt64) -> Selection {
    var state = State(graph.vertexCount)
    var remaining = RemainingBudget(budget)
    var open = order.rows
    var random = SplitMix64(state: seed)
    let sampled = sampleSize(budget)
    while !open.isEmpty {
      var best: (candidate: Candidate, place: Int)?
      var drawn = 0
      while drawn < min(sampled, open.count) {
        // Drawn items stand at the end of the list; what does not fit once never does.
        let last = open.count - 1 - drawn
        let place = Int(random.next() % UInt64(last + 1))
        if !remaining.fits(open[place]) {
          open.swapAt(place, last)
          open.swapAt(last, open.count - 1)
          open.removeLast()
          if let found = best, found.place == open.count { best!.place = last }
          continue
        }
        open.swapAt(place, last)
        drawn += 1
        let found = candidate(open[last], state.covered, budget, budget.costs != nil, round: 0)
        if best.map({ found.precedes($0.candidate) }) ?? true {
          best = (found, last)
        }
      }
      guard let best else { break }
      remaining.take(best.candidate.item)
      state.take(best.candidate, graph)
      open.swapAt(best.place, open.count - 1)
      open.removeLast()
    }
    return state.selection(cost: remaining.spent)
  }

  private func sampleSize(_ budget: SelectionBudget) -> Int {
    let items = Double(graph.vertexCount)
    let meanCost = budget.costs.map { Double($0.reduce(0, +)) / max(1, items) } ?? 1
    let expected = max(1, min(items, Double(budget.total) / max(1, meanCost)))
    return max(1, Int((items / expected * log(1 / Self.samplingError)).rounded(.up)))
  }

  private func run(
    _ budget: SelectionBudget, perCost: Bool
  ) -> (selection: Selection, value: Int64) {
    var state = State(graph.vertexCount)
    var remaining = RemainingBudget(budget)
    var queue = PriorityHeap<Candidate>()
    for item in order.rows where remaining.fits(item) {
      queue.push(candidate(item, state.covered, budget, perCost, round: 0))
    }
    while let best = queue.pop() {
      if !remaining.fits(best.item) { continue }
      if best.round < state.items.count {
        // A stale gain is an upper bound; renewed it may still be the highest.
        queue.push(candidate(best.item, state.covered, budget, perCost, round: state.items.count))
        continue
      }
      remaining.take(best.item)
      state.take(best, graph)
    }
    return (state.selection(cost: remaining.spent), state.value)
  }

  private func candidate(
    _ item: UInt32, _ covered: [Int64], _ budget: SelectionBudget, _ perCost: Bool, round: Int
  ) -> Candidate {
    var gain = FixedPoint.one - covered[Int(item)]
    graph.forEachNeighbor(of: item, atLeast: 0) { neighbor, score in
      gain += max(0, FixedPoint.from(score) - covered[Int(neighbor)])
    }
    gain = gain * coverageUnits + (qualityGains.isEmpty ? 0 : qualityGains[Int(item)])
    return Candidate(
      gain: gain, cost: perCost ? budget.cost(of: item) : 1, rank: order.ranks[Int(item)],
      item: item, round: round)
  }

  /// An item that may be selected; of equal gains per cost the first in canonical order.
  private struct Candidate: Urgent {
    var gain: Int64
    var cost: Int
    var rank: UInt32
    var item: UInt32
    /// How many items were selected when the gain was computed.
    var round: Int

    /// Compares gain / cost without rounding.
    func precedes(_ other: Self) -> Bool {
      let own = gain.multipliedFullWidth(by: Int64(other.cost))
      let others = other.gain.multipliedFullWidth(by: Int64(cost))
      return own == others ? rank < other.rank : own > others
    }
  }

  /// What is selected and how well it covers every item.
  private struct State {
    var items: [UInt32] = []
    /// Sum of the gains, quality included.
    var value: Int64 = 0
    private(set) var covered: [Int64]

    init(_ count: Int) { covered = Array(repeating: 0, count: count) }

    mutating func take(_ candidate: Candidate, _ graph: PairGraph) {
      let item = candidate.item
      items.append(item)
      value += candidate.gain
      covered[Int(item)] = FixedPoint.one
      graph.forEachNeighbor(of: item, atLeast: 0) { neighbor, score in
        covered[Int(neighbor)] = max(covered[Int(neighbor)], FixedPoint.from(score))
      }
    }

    func selection(cost: Int) -> Selection {
      Selection(items: items, cost: cost, objective: FixedPoint.double(covered.reduce(0, +)))
    }
  }
}
