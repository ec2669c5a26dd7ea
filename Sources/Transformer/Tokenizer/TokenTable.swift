import Kernels

/// Byte strings to non-negative numbers, with search for the keys that a text starts with.
///
/// A text's hash grows byte by byte. A filter of two bits per cell says of a hash whether it may be
/// that of a beginning of a key, and of a whole key: it ends most searches and fits a processor's
/// cache. What it lets through is looked up in an open-addressing table and compared byte by byte,
/// so answers are exact. Building costs a few nanoseconds for each byte of the keys; a trie took ten
/// times as long. Memory: about 2 bytes for each byte of the keys, and 24 for each key.
struct TokenTable: @unchecked Sendable {
  /// A beginning of keys to search on from: its hash, and its bytes, which the caller keeps.
  struct Start: @unchecked Sendable {
    fileprivate var hash: UInt64
    fileprivate let bytes: UnsafePointer<UInt8>
    fileprivate let count: Int
  }

  /// A string stands twice among the keys.
  struct DuplicateKey: Error {
    var value: Int
  }

  /// Where a key lies in the arena.
  private struct Place: BitwiseCopyable {
    var start: Int32
    var count: Int32
  }

  /// The keys' bytes, one after the other.
  private let arena: UnsafeMutablePointer<UInt8>
  /// Each value's key; empty for values without one.
  private let places: UnsafeMutablePointer<Place>
  /// Part of the hash (high 32 bits) and value + 1 (low 32 bits); 0 is an empty slot.
  private let slots: UnsafeMutablePointer<UInt64>
  private let filter: UnsafeMutablePointer<UInt8>
  /// What the pointers point to.
  private let storage: (Buffer<UInt8>, Buffer<Place>, Buffer<UInt64>, Buffer<UInt8>)
  /// One more than the highest value.
  let valueLimit: Int
  private let slotShift: UInt64
  private let filterShift: UInt64

  /// - Parameter places: each value's key in `arena`; an empty range is no key.
  /// - Throws: ``DuplicateKey`` if a key stands twice.
  init(arena bytes: [UInt8], places ranges: [Range<Int32>]) throws {
    precondition(bytes.count < 1 << 31, "keys of more than 2 GiB")
    valueLimit = ranges.count
    let slotBits = Self.bits(for: ranges.count * 2)
    let filterBits = min(24, Self.bits(for: bytes.count * 2))
    storage = (
      Buffer(count: bytes.count), Buffer(count: ranges.count),
      Buffer(repeating: 0, count: 1 << slotBits), Buffer(repeating: 0, count: 1 << filterBits)
    )
    (arena, places) = (storage.0.pointer, storage.1.pointer)
    (slots, filter) = (storage.2.pointer, storage.3.pointer)
    slotShift = 64 - slotBits
    filterShift = 64 - filterBits
    for (index, byte) in bytes.enumerated() { arena[index] = byte }
    for (value, range) in ranges.enumerated() {
      places[value] = Place(start: range.lowerBound, count: Int32(range.count))
      try insert(value)
    }
  }

  private static func bits(for count: Int) -> UInt64 {
    var bits: UInt64 = 6
    while 1 << bits < count { bits += 1 }
    return bits
  }

  private func insert(_ value: Int) throws {
    let place = places[value]
    guard place.count > 0 else { return }
    let key = arena + Int(place.start)
    let count = Int(place.count)
    var hash = Self.seed
    for offset in 0..<count {
      hash = Self.step(hash, key[offset])
      filter[Int(hash >> filterShift)] |= 1
    }
    filter[Int(hash >> filterShift)] |= 2
    guard find(hash, key, count) < 0 else { throw DuplicateKey(value: value) }
    var slot = Int(hash >> slotShift)
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = Self.tag(hash) << 32 | UInt64(value + 1)
  }

  private static let seed: UInt64 = 0x2545_F491_4F6C_DD1D

  @inline(__always)
  private static func step(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
    (hash ^ UInt64(byte)) &* 0x9E37_79B9_7F4A_7C15
  }

  @inline(__always)
  private var mask: Int { (1 << (64 &- Int(truncatingIfNeeded: slotShift))) &- 1 }

  /// Bits of the hash other than those that choose the slot.
  @inline(__always)
  private static func tag(_ hash: UInt64) -> UInt64 { hash >> 12 & 0xFFFF_FFFF }

  /// The value of the key `start` followed by `text[..<count]`, which has this hash; -1 if there is
  /// none.
  @inline(__always)
  private func find(
    _ hash: UInt64, _ text: UnsafePointer<UInt8>, _ count: Int, after start: Start? = nil
  ) -> Int32 {
    var slot = Int(truncatingIfNeeded: hash >> slotShift)
    while slots[slot] != 0 {
      if slots[slot] >> 32 == Self.tag(hash) {
        let value = Int(slots[slot] & 0xFFFF_FFFF) &- 1
        if isKey(value, text, count, after: start) { return Int32(truncatingIfNeeded: value) }
      }
      slot = (slot &+ 1) & mask
    }
    return -1
  }

  @inline(__always)
  private func isKey(
    _ value: Int, _ text: UnsafePointer<UInt8>, _ count: Int, after start: Start?
  ) -> Bool {
    let place = places[value]
    var key = UnsafePointer(arena) + Int(place.start)
    var length = Int(place.count)
    if let start {
      guard length == start.count &+ count else { return false }
      for offset in 0..<start.count where key[offset] != start.bytes[offset] { return false }
      key += start.count
      length &-= start.count
    }
    guard length == count else { return false }
    for offset in 0..<count where key[offset] != text[offset] { return false }
    return true
  }

  /// Calls `body` with the end and value of each key that `bytes[start..<end]` starts with, the
  /// shortest first.
  @inline(__always)
  func forEachMatch(
    _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ body: (Int, Int32) -> Void
  ) {
    var hash = Self.seed
    var position = start
    while position < end {
      hash = Self.step(hash, bytes[position])
      let cell = filter[Int(truncatingIfNeeded: hash >> filterShift)]
      if cell == 0 { return }
      position &+= 1
      guard cell & 2 != 0 else { continue }
      let value = find(hash, bytes + start, position &- start)
      if value >= 0 { body(position, value) }
    }
  }

  /// The longest key that `beginning` and then `bytes[start..<end]` start with: where it ends and
  /// its value; nil if there is none.
  @inline(__always)
  func longestMatch(
    _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, after beginning: Start? = nil
  ) -> (end: Int, value: Int32)? {
    var limit = end
    while true {
      var hash = beginning?.hash ?? Self.seed
      var position = start
      var best: (end: Int, hash: UInt64) = (start, 0)
      while position < limit {
        hash = Self.step(hash, bytes[position])
        let cell = filter[Int(truncatingIfNeeded: hash >> filterShift)]
        if cell == 0 { break }
        position &+= 1
        if cell & 2 != 0 { best = (position, hash) }
      }
      guard best.end > start else { return nil }
      let value = find(best.hash, bytes + start, best.end &- start, after: beginning)
      if value >= 0 { return (best.end, value) }
      // The filter was wrong about this one: search for a shorter one.
      limit = best.end &- 1
    }
  }

  /// The value of exactly `key`, nil if it is no key.
  func exact(_ key: UnsafeBufferPointer<UInt8>) -> Int32? {
    guard let base = key.baseAddress, !key.isEmpty else { return nil }
    var hash = Self.seed
    for byte in key { hash = Self.step(hash, byte) }
    let value = find(hash, base, key.count)
    return value < 0 ? nil : value
  }

  /// Where to search on after `prefix`, which must outlive the result; nil if no key starts with it.
  func start(_ prefix: Buffer<UInt8>) -> Start? {
    var hash = Self.seed
    for byte in prefix.values {
      hash = Self.step(hash, byte)
      if filter[Int(hash >> filterShift)] == 0 { return nil }
    }
    return Start(hash: hash, bytes: prefix.pointer, count: prefix.count)
  }

  /// The key of `value`, nil if it has none.
  func key(_ value: Int32) -> UnsafeBufferPointer<UInt8>? {
    guard value >= 0, value < valueLimit else { return nil }
    let place = places[Int(value)]
    guard place.count > 0 else { return nil }
    return UnsafeBufferPointer(start: arena + Int(place.start), count: Int(place.count))
  }
}
