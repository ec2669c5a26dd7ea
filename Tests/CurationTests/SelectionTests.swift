import Curation
import Neighbors
import Testing

@Suite struct SelectionTests {
  /// A random graph of items with a random canonical order.
  private func world(_ count: Int, _ random: inout TestRandom) -> (PairGraph, CanonicalOrder) {
    let pairs = allPairs(count).filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
    let graph = PairGraph(
      vertexCount: count,
      pairs: pairs.map {
        // Few values, so that ties are frequent; multiples of 1/16 are exact in fixed point.
        ScoredPair(a: $0, b: $1, score: Float(Int.random(in: 4...15, using: &random)) / 16)
      })
    let rows = (0..<UInt32(count)).map { $0 }.shuffled(using: &random)
    return (graph, CanonicalOrder(rows: rows))
  }

  private func value(_ graph: PairGraph, _ items: [UInt32]) -> Double {
    (0..<UInt32(graph.vertexCount)).reduce(0) { sum, item in
      sum + Double(items.map { $0 == item ? 1 : graph.score($0, item) ?? 0 }.max() ?? 0)
    }
  }

  private func naiveGreedy(
    _ graph: PairGraph, _ order: CanonicalOrder, _ budget: Int, _ cells: [UInt32], _ limits: [Int]
  ) -> [UInt32] {
    var items: [UInt32] = []
    var rest = limits
    while items.count < budget {
      let open = order.rows.filter { !items.contains($0) && rest[Int(cells[Int($0)])] > 0 }
      guard var best = open.first else { break }
      for item in open where value(graph, items + [item]) > value(graph, items + [best]) {
        best = item
      }
      items.append(best)
      rest[Int(cells[Int(best)])] -= 1
    }
    return items
  }

  @Test func lazyGreedyIsGreedyWithAndWithoutQuotas() {
    var random = TestRandom(2)
    for _ in 0..<60 {
      let count = Int.random(in: 1...12, using: &random)
      let (graph, order) = world(count, &random)
      let budget = Int.random(in: 0...count, using: &random)
      let cells = (0..<count).map { _ in UInt32.random(in: 0...2, using: &random) }
      let limits = (0...2).map { _ in Int.random(in: 0...3, using: &random) }
      let location = FacilityLocation(graph: graph, order: order)
      let free = location.select(SelectionBudget(total: budget))
      let zero = cells.map { _ in UInt32(0) }
      #expect(free.items == naiveGreedy(graph, order, budget, zero, [count]))
      #expect(abs(free.objective - value(graph, free.items)) < 1e-9)
      let bound = location.select(
        SelectionBudget(total: budget, quotas: Quotas(cellOfItem: cells, limits: limits)))
      #expect(bound.items == naiveGreedy(graph, order, budget, cells, limits))
    }
  }

  /// Against the best of all subsets: the bounds stated are kept.
  @Test func facilityLocationKeepsItsBounds() {
    var random = TestRandom(4)
    for _ in 0..<40 {
      let count = 9
      let (graph, order) = world(count, &random)
      let costs = (0..<count).map { _ in Int.random(in: 1...6, using: &random) }
      let location = FacilityLocation(graph: graph, order: order)
      let records = location.select(SelectionBudget(total: 3))
      let tokens = location.select(SelectionBudget(total: 8, costs: costs))
      #expect(tokens.items.map { costs[Int($0)] }.reduce(0, +) == tokens.cost && tokens.cost <= 8)
      var bestOfThree = 0.0
      var bestOfTokens = 0.0
      for mask in 0..<(1 << count) {
        let items = (0..<UInt32(count)).filter { mask >> $0 & 1 == 1 }
        if items.count <= 3 { bestOfThree = max(bestOfThree, value(graph, items)) }
        if items.map({ costs[Int($0)] }).reduce(0, +) <= 8 {
          bestOfTokens = max(bestOfTokens, value(graph, items))
        }
      }
      #expect(records.objective >= 0.632 * bestOfThree)
      #expect(tokens.objective >= 0.316 * bestOfTokens)
    }
  }

  @Test func kCenterIsWithinTwiceTheBestRadius() {
    var random = TestRandom(6)
    for _ in 0..<40 {
      // Points on a circle: the angle is the metric.
      let angles = (0..<9).map { _ in Double.random(in: 0..<6.28, using: &random) }
      func angle(_ a: UInt32, _ b: UInt32) -> Double {
        let difference = abs(angles[Int(a)] - angles[Int(b)])
        return min(difference, 2 * .pi - difference)
      }
      func radius(_ items: [UInt32]) -> Double {
        (0..<UInt32(9)).map { item in items.map { angle($0, item) }.min()! }.max()!
      }
      let order = CanonicalOrder(rows: (0..<UInt32(9)).map { $0 }.shuffled(using: &random))
      let found = DispersedSelection(order: order).kCenter(SelectionBudget(total: 3)) {
        Float(1 - angle($0, $1) / .pi)
      }
      #expect(found.items.first == order.rows.first && Set(found.items).count == 3)
      let subsets = (0..<(1 << 9)).filter { $0.nonzeroBitCount == 3 }
      let best = subsets.map { mask in radius((0..<UInt32(9)).filter { mask >> $0 & 1 == 1 }) }
        .min()!
      #expect(radius(found.items) <= 2 * best + 1e-6)
      #expect(abs((1 - found.objective) * .pi - radius(found.items)) < 1e-5)
    }
  }

  @Test func relevanceGoesFromDispersionToQuality() {
    let order = CanonicalOrder(rows: [0, 1, 2, 3])
    let near: Set<Set<UInt32>> = [[0, 1], [2, 3]]
    func score(_ a: UInt32, _ b: UInt32) -> Float { near.contains([a, b]) ? 0.95 : 0.1 }
    func items(_ balance: Double) -> [UInt32] {
      DispersedSelection(order: order).maximalMarginalRelevance(
        SelectionBudget(total: 2), quality: [0.9, 0.8, 0.1, 0.2], balance: balance, score: score
      ).items
    }
    #expect(items(1) == [0, 1])
    #expect(items(0.5) == [0, 3])
    #expect(items(0) == [0, 2])
  }

  @Test func selectionDoesNotDependOnHowItemsAreNumbered() {
    var random = TestRandom(8)
    for _ in 0..<30 {
      let count = 12
      let (graph, order) = world(count, &random)
      let renumbering = (0..<UInt32(count)).map { $0 }.shuffled(using: &random)
      let pairs = allPairs(count).compactMap { a, b in
        graph.score(a, b).map {
          ScoredPair(a: renumbering[Int(a)], b: renumbering[Int(b)], score: $0)
        }
      }
      let again = FacilityLocation(
        graph: PairGraph(vertexCount: count, pairs: pairs.shuffled(using: &random)),
        order: CanonicalOrder(rows: order.rows.map { renumbering[Int($0)] }))
      let first = FacilityLocation(graph: graph, order: order).select(SelectionBudget(total: 5))
      let second = again.select(SelectionBudget(total: 5))
      #expect(second.items == first.items.map { renumbering[Int($0)] })
      #expect(second.objective == first.objective)
    }
  }

  @Test func quotasSumToTheBudgetAndNeverExceedWhatThereIs() {
    for a in 0...4 {
      for b in 0...4 {
        for c in 0...4 {
          for budget in 0...13 {
            for mode in Quotas.Mode.allCases {
              let available = [a, b, c]
              let shares = Quotas.share(budget, of: available, mode: mode)
              #expect(shares.reduce(0, +) == min(budget, a + b + c))
              #expect(zip(shares, available).allSatisfy { (0...$1).contains($0) })
              guard budget < a + b + c else { continue }
              for (share, size) in zip(shares, available) {
                switch mode {
                case .proportional:
                  #expect(abs(Double(share) - Double(size * budget) / Double(a + b + c)) < 1)
                case .balanced:
                  // Who gets less than another by more than one has nothing left.
                  #expect(share == size || share >= shares.max()! - 1)
                }
              }
            }
          }
        }
      }
    }
  }

  @Test func nestedQuotasBalanceLabelsThenTopics() {
    let labels: [Int32] = [0, 0, 0, 0, 0, 0, 1, 1]
    let topics: [UInt32] = [5, 5, 5, 5, 7, 7, 5, 7]
    let quotas = Quotas.nested(
      budget: 5, labels: labels, labelMode: .balanced, topics: topics, topicMode: .proportional)
    #expect(quotas.cellOfItem == [0, 0, 0, 0, 1, 1, 2, 3])
    #expect(quotas.limits == [2, 1, 1, 1])
  }
}
