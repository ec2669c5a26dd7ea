/// What a ``PriorityHeap`` orders.
protocol Urgent {
  /// Whether this comes before `other`: a strict order.
  func precedes(_ other: Self) -> Bool
}

/// A binary heap: ``pop()`` gives the element that precedes all others. O(log n) a call.
struct PriorityHeap<Element: Urgent> {
  private var elements: [Element]

  init(_ elements: [Element] = []) {
    // A sorted array is a heap.
    self.elements = elements.sorted { $0.precedes($1) }
  }

  mutating func push(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0, elements[child].precedes(elements[(child - 1) / 2]) {
      elements.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Element? {
    guard let first = elements.first else { return nil }
    let last = elements.removeLast()
    if elements.isEmpty { return first }
    elements[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < elements.count && elements[child].precedes(elements[least]) { least = child }
      if least == parent { return first }
      elements.swapAt(parent, least)
      parent = least
    }
  }
}
