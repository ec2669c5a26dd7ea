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
