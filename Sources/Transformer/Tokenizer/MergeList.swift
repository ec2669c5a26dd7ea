/// The tokens of a word on their way through byte pair encoding, as a doubly linked list.
struct MergeList {
  private struct Symbol {
    var id: Int32
    var length: Int32
    var previous: Int32
    var next: Int32
  }

  private var symbols: [Symbol] = []

  mutating func reserve(_ count: Int) { symbols.reserveCapacity(count) }

  /// Appends a token that stands for `length` bytes.
  mutating func append(_ id: Int32, _ length: Int) {
    let count = Int32(symbols.count)
    symbols.append(
      Symbol(id: id, length: Int32(length), previous: count - 1, next: count + 1))
  }

  /// Calls `body` with each token and its bytes, the first of which is at `start`.
  func forEach(from start: Int, _ body: (Int32, Range<Int>) -> Void) {
    var position = start
    for symbol in symbols where symbol.length > 0 {
      body(symbol.id, position..<position + Int(symbol.length))
      position += Int(symbol.length)
    }
  }

  /// Does the most urgent merge, the leftmost of several, until there is none: in O(n log n).
  mutating func merge(_ merges: PairTable.Lookup) {
    let count = symbols.count
    guard count > 1 else { return }
    symbols.withUnsafeMutableBufferPointer { symbols in
      // There are at most count - 1 pairs at first, and each of as many merges makes two new ones.
      withUnsafeTemporaryAllocation(of: MergeQueue.Entry.self, capacity: 3 * count) { entries in
        var queue = MergeQueue(entries: entries.baseAddress!)
        Self.merge(symbols.baseAddress!, Int32(count), merges, &queue)
      }
    }
  }

  private static func merge(
    _ symbols: UnsafeMutablePointer<Symbol>, _ count: Int32, _ merges: PairTable.Lookup,
    _ queue: inout MergeQueue
  ) {
    @inline(__always)
    func push(_ left: Int32, _ right: Int32) {
      guard left >= 0, right < count,
        let merge = merges[symbols[Int(left)].id, symbols[Int(right)].id]
      else { return }
      queue.push(MergeQueue.Entry(rank: merge.rank, position: UInt32(left), id: merge.id))
    }
    for position in 0..<count - 1 { push(position, position + 1) }
    while let entry = queue.pop() {
      let left = symbols + Int(entry.position)
      let next = left.pointee.next
      guard left.pointee.length > 0, next < count else { continue }
      let right = symbols + Int(next)
      guard merges[left.pointee.id, right.pointee.id]?.id == entry.id else { continue }
      left.pointee.id = entry.id
      left.pointee.length += right.pointee.length
      left.pointee.next = right.pointee.next
      right.pointee.length = 0
      if left.pointee.next < count {
        symbols[Int(left.pointee.next)].previous = Int32(entry.position)
      }
      push(left.pointee.previous, Int32(entry.position))
      push(Int32(entry.position), left.pointee.next)
    }
  }
}

/// Binary heap of possible merges, lowest rank first, then leftmost; one of its own, in a word's stack
/// frame and ordered by one number, since every word of a text makes one.
private struct MergeQueue {
  struct Entry {
    var order: UInt64
    var id: Int32

    init(rank: UInt32, position: UInt32, id: Int32) {
      order = UInt64(rank) << 32 | UInt64(position)
      self.id = id
    }

    var position: UInt32 { UInt32(truncatingIfNeeded: order) }
  }

  /// Room for all entries there will ever be.
  let entries: UnsafeMutablePointer<Entry>
  private var count = 0

  init(entries: UnsafeMutablePointer<Entry>) { self.entries = entries }

  mutating func push(_ entry: Entry) {
    var child = count
    count += 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard entry.order < entries[parent].order else { break }
      entries[child] = entries[parent]
      child = parent
    }
    entries[child] = entry
  }

  mutating func pop() -> Entry? {
    guard count > 0 else { return nil }
    let first = entries[0]
    count -= 1
    let last = entries[count]
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < count else { break }
      if child + 1 < count, entries[child + 1].order < entries[child].order { child += 1 }
      guard entries[child].order < last.order else { break }
      entries[parent] = entries[child]
      parent = child
    }
    entries[parent] = last
    return first
  }
}
