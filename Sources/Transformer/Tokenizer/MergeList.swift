/// The tokens of a word on their way through byte pair encoding, as a doubly linked list.
struct MergeList {
  private struct Symbol {
    var id: Int32
    var length: Int
    var previous: Int
    var next: Int
  }

  private var symbols: [Symbol] = []

  mutating func reserve(_ count: Int) { symbols.reserveCapacity(count) }

  /// Appends a token that stands for `length` bytes.
  mutating func append(_ id: Int32, _ length: Int) {
    symbols.append(
      Symbol(id: id, length: length, previous: symbols.count - 1, next: symbols.count + 1))
  }

  /// Calls `body` with each token and its bytes, the first of which is at `start`.
  func forEach(from start: Int, _ body: (Int32, Range<Int>) -> Void) {
    var position = start
    for symbol in symbols where symbol.length > 0 {
      body(symbol.id, position..<position + symbol.length)
      position += symbol.length
    }
  }

  /// Does the most urgent merge, the leftmost of several, until there is none: in O(n log n).
  mutating func merge(_ merges: PairTable) {
    guard symbols.count > 1 else { return }
    let count = symbols.count
    symbols.withUnsafeMutableBufferPointer { symbols in
      var queue = MergeQueue()
      func push(_ left: Int, _ right: Int) {
        guard left >= 0, right < count,
          let merge = merges[symbols[left].id, symbols[right].id]
        else { return }
        queue.push(MergeQueue.Entry(rank: merge.rank, position: UInt32(left), id: merge.id))
      }
      for position in 0..<count - 1 { push(position, position + 1) }
      while let entry = queue.pop() {
        let left = Int(entry.position)
        let right = symbols[left].next
        guard symbols[left].length > 0, right < count,
          merges[symbols[left].id, symbols[right].id]?.id == entry.id
        else { continue }
        symbols[left].id = entry.id
        symbols[left].length += symbols[right].length
        symbols[left].next = symbols[right].next
        symbols[right].length = 0
        if symbols[left].next < count { symbols[symbols[left].next].previous = left }
        push(symbols[left].previous, left)
        push(left, symbols[left].next)
      }
    }
  }
}

/// Binary heap of possible merges, lowest rank first, then leftmost.
private struct MergeQueue {
  struct Entry {
    var rank: UInt32
    var position: UInt32
    var id: Int32

    @inline(__always)
    var order: UInt64 { UInt64(rank) << 32 | UInt64(position) }
  }

  private var entries: [Entry] = []

  mutating func push(_ entry: Entry) {
    entries.append(entry)
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard entries[child].order < entries[parent].order else { return }
      entries.swapAt(child, parent)
      child = parent
    }
  }

  mutating func pop() -> Entry? {
    guard let first = entries.first, let last = entries.popLast() else { return nil }
    guard !entries.isEmpty else { return first }
    entries[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < entries.count else { return first }
      if child + 1 < entries.count, entries[child + 1].order < entries[child].order { child += 1 }
      guard entries[child].order < entries[parent].order else { return first }
      entries.swapAt(child, parent)
      parent = child
    }
  }
}
