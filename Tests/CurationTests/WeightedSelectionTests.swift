import Curation
import Kernels
import Neighbors
import Testing

/// Selections with quality and by samples, against the best of all subsets.
@Suite struct WeightedSelectionTests {
  private let count = 9

  private func world(_ random: inout TestRandom) -> (PairGraph, CanonicalOrder) {
    let pairs = allPairs(count).filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
    let graph = PairGraph(
      vertexCount: count,
      pairs: pairs.map {
        ScoredPair(a: $0, b: $1, score: Float(Int.random(in: 4...15, using: &random)) / 16)
      })
    return (graph, CanonicalOrder(rows: (0..<UInt32(count)).map { $0 }.shuffled(using: &random)))
  }

  private func coverage(_ graph: PairGraph, _ items: [UInt32]) -> Double {
    (0..<UInt32(count)).reduce(0) { sum, item in
      sum + Double(items.map { $0 == item ? 1 : graph.score($0, item) ?? 0 }.max() ?? 0)
    } / Double(count)
  }

  private func subsets(_ size: Int) -> [[UInt32]] {
    (0..<(1 << count)).filter { $0.nonzeroBitCount == size }.map { mask in
      (0..<UInt32(count)).filter { mask >> $0 & 1 == 1 }
    }
  }

  @Test(arguments: [0, 0.3, 0.7, 1])
  func qualityKeepsTheBound(weight: Double) {
    var random = TestRandom(12)
    for _ in 0..<30 {
      let (graph, order) = world(&random)
      let quality = (0..<count).map { _ in Double(Int.random(in: 0...16, using: &random)) / 16 }
      func value(_ items: [UInt32]) -> Double {
        (1 - weight) * coverage(graph, items)
          + weight * items.reduce(0) { $0 + quality[Int($1)] } / 3
      }
      let found = FacilityLocation(
        graph: graph, order: order,
        quality: FacilityLocation.Quality(values: quality, weight: weight, expectedCount: 3)
      ).select(SelectionBudget(total: 3))
      #expect(found.items.count == 3)
      let best = subsets(3).map(value).max()!
      #expect(value(found.items) >= 0.632 * best - 0.002)
      if weight == 1 {
        let top = quality.sorted(by: >).prefix(3).reduce(0, +)
        #expect(found.items.reduce(0) { $0 + quality[Int($1)] } == top)
      }
    }
  }

  @Test func quotasKeepHalfOfTheBest() {
    var random = TestRandom(14)
    for _ in 0..<30 {
      let (graph, order) = world(&random)
      let cells = (0..<count).map { _ in UInt32.random(in: 0...2, using: &random) }
      let limits = [1, 1, 1]
      let found = FacilityLocation(graph: graph, order: order).select(
        SelectionBudget(total: 3, quotas: Quotas(cellOfItem: cells, limits: limits)))
      let allowed = (0...3).flatMap(subsets).filter { items in
        (0...2).allSatisfy { cell in items.count { cells[Int($0)] == cell } <= 1 }
      }
      #expect(allowed.contains(found.items.sorted()))
      #expect(coverage(graph, found.items) >= allowed.map { coverage(graph, $0) }.max()! / 2)
    }
  }

  @Test func samplesKeepTheBoundOnAverageAndNeverTheBudgetUnused() {
    var random = TestRandom(16)
    for _ in 0..<20 {
      let (graph, order) = world(&random)
      let location = FacilityLocation(graph: graph, order: order)
      let best = subsets(3).map { coverage(graph, $0) }.max()!
      var sum = 0.0
      for seed in 0..<20 as Range<UInt64> {
        let found = location.selectStochastically(SelectionBudget(total: 3), seed: seed)
        #expect(Set(found.items).count == 3)
        #expect(abs(found.objective / Double(count) - coverage(graph, found.items)) < 1e-9)
        sum += coverage(graph, found.items)
      }
      #expect(sum / 20 >= 0.622 * best)
    }
  }

  /// In larger worlds, where samples are small, budgets in tokens and quotas are still exhausted.
  @Test func samplesRespectCostsAndQuotasAndAnyNumbering() {
    var random = TestRandom(18)
    for seed in 0..<20 as Range<UInt64> {
      let many = 200
      let pairs = allPairs(many).filter { _ in Int.random(in: 0..<20, using: &random) == 0 }
        .map { ScoredPair(a: $0, b: $1, score: Float(Int.random(in: 1...15, using: &random)) / 16) }
      let costs = (0..<many).map { _ in Int.random(in: 1...9, using: &random) }
      let cells = (0..<many).map { UInt32($0 % 4) }
      let order = (0..<UInt32(many)).map { $0 }.shuffled(using: &random)
      let number = (0..<UInt32(many)).map { $0 }.shuffled(using: &random)
      func moved<Value>(_ column: [Value]) -> [Value] {
        var result = column
        for (old, new) in number.enumerated() { result[Int(new)] = column[old] }
        return result
      }
      let limits = [40, 30, 20, 10]
      let location = FacilityLocation(
        graph: PairGraph(vertexCount: many, pairs: pairs), order: CanonicalOrder(rows: order))
      let found = location.selectStochastically(
        SelectionBudget(
          total: 90, costs: costs, quotas: Quotas(cellOfItem: cells, limits: limits)), seed: seed)
      #expect(found.cost == found.items.reduce(0) { $0 + costs[Int($1)] } && found.cost <= 90)
      var rest = limits
      for item in found.items { rest[Int(cells[Int(item)])] -= costs[Int(item)] }
      #expect(rest.allSatisfy { $0 >= 0 })
      // Nothing that still fits was left.
      let left = 90 - found.cost
      for item in 0..<many where !found.items.contains(UInt32(item)) {
        #expect(costs[item] > min(left, rest[Int(cells[item])]))
      }
      let again = FacilityLocation(
        graph: PairGraph(
          vertexCount: many,
          pairs: pairs.map {
            ScoredPair(a: number[Int($0.a)], b: number[Int($0.b)], score: $0.score)
          }),
        order: CanonicalOrder(rows: order.map { number[Int($0)] })
      ).selectStochastically(
        SelectionBudget(
          total: 90, costs: moved(costs), quotas: Quotas(cellOfItem: moved(cells), limits: limits)),
        seed: seed)
      #expect(again.items == found.items.map { number[Int($0)] })
    }
  }

  /// Several blocks of items on all threads, against one pass in plain order.
  @Test func farthestFirstIsTheSameInBlocks() {
    var random = TestRandom(20)
    let many = 9_000
    let points = (0..<many).map { _ in Float(Int.random(in: 0..<3000, using: &random)) }
    let rows = (0..<UInt32(many)).map { $0 }.shuffled(using: &random)
    func score(_ a: UInt32, _ b: UInt32) -> Float {
      1 - abs(points[Int(a)] - points[Int(b)]) / 3000
    }
    let found = DispersedSelection(order: CanonicalOrder(rows: rows)).kCenter(
      SelectionBudget(total: 12), score: score)
    var items: [UInt32] = [rows[0]]
    while items.count < 12 {
      var best = rows[0]
      var lowest = Float.infinity
      for row in rows where !items.contains(row) {
        let nearest = items.map { score($0, row) }.max()!
        if nearest < lowest { (best, lowest) = (row, nearest) }
      }
      items.append(best)
    }
    #expect(found.items == items)
  }
}
