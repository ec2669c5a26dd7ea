import Kernels

/// BPE's merges: which two neighboring tokens become which one, and how urgently.
struct PairTable: @unchecked Sendable {
  private let slots: Buffer<Slot>
  let lookup: Lookup
  /// The id of each merge's result.
  let results: [Int32]

  struct Merge {
    /// Position in the list of merges; lower goes first.
    var rank: UInt32
    var id: Int32
  }

  /// The table without its owner: for as long as somebody keeps that.
  struct Lookup: @unchecked Sendable {
    fileprivate let slots: UnsafeMutablePointer<Slot>
    fileprivate let mask: Int

    @inline(__always)
    subscript(left: Int32, right: Int32) -> Merge? {
      let found = slots[slot(PairTable.key(left, right))]
      return found.key == .max ? nil : found.merge
    }

    /// Where `key` lies, or the empty slot it would take.
    @inline(__always)
    fileprivate func slot(_ key: UInt64) -> Int {
      var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
      while slots[slot].key != key, slots[slot].key != .max { slot = (slot &+ 1) & mask }
      return slot
    }
  }

  fileprivate struct Slot {
    var key: UInt64
    var merge: Merge
  }

  /// - Parameter merges: a pair given again takes its last place.
  init(_ merges: [(left: Int32, right: Int32, id: Int32)]) {
    var capacity = 16
    while capacity < merges.count * 2 { capacity *= 2 }
    slots = Buffer(
      repeating: Slot(key: .max, merge: Merge(rank: 0, id: 0)), count: capacity)
    lookup = Lookup(slots: slots.pointer, mask: capacity - 1)
    results = merges.map(\.id)
    for (rank, merge) in merges.enumerated() {
      let key = Self.key(merge.left, merge.right)
      slots.pointer[lookup.slot(key)] = Slot(
        key: key, merge: Merge(rank: UInt32(rank), id: merge.id))
    }
  }

  @inline(__always)
  fileprivate static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }
}
