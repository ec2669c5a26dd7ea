import Kernels
import Synchronization

/// The ids of words seen lately. What it gives is what the model would: only time depends on it.
///
/// Words of at most 32 bytes and 6 tokens have one slot each by their hash, of the size of a cache
/// line; a word takes the slot of the one before it. Memory: 4 MiB, whatever the texts. Not for two
/// threads at once; ``WordCachePool`` lends each its own.
final class WordCache {
  /// A word's bytes, zero-padded.
  struct Key {
    fileprivate var words: SIMD4<UInt64>
    fileprivate var count: Int

    /// - Returns: nil if the word is empty or too long.
    @inline(__always)
    init?(_ bytes: UnsafePointer<UInt8>, _ range: Range<Int>) {
      count = range.count
      guard count &- 1 < 32 && count > 0 else { return nil }
      let start = UnsafeRawPointer(bytes + range.lowerBound)
      words = SIMD4(repeating: 0)
      var index = 0
      while (index &+ 1) &* 8 <= count {
        words[index] = start.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self)
        index &+= 1
      }
      let rest = count & 7
      guard rest > 0 else { return }
      words[index] =
        count > 8
        ? start.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
          >> UInt64(truncatingIfNeeded: 64 &- 8 &* rest) : Self.short(start, rest)
    }

    /// At most 7 bytes, loaded in overlapping parts.
    @inline(__always)
    private static func short(_ start: UnsafeRawPointer, _ count: Int) -> UInt64 {
      if count >= 4 {
        let low = UInt64(start.loadUnaligned(as: UInt32.self))
        let high = UInt64(start.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
        return low | high << UInt64(truncatingIfNeeded: 8 &* (count &- 4))
      }
      let bytes = start.assumingMemoryBound(to: UInt8.self)
      let last = UInt64(bytes[count &- 1]) << UInt64(truncatingIfNeeded: 8 &* (count &- 1))
      let middle = UInt64(bytes[count >> 1]) << UInt64(truncatingIfNeeded: 8 &* (count >> 1))
      return UInt64(bytes[0]) | middle | last
    }

    @inline(__always)
    fileprivate var slot: Int {
      var hash = words[0] &* 0x9E37_79B9_7F4A_7C15 ^ words[1] &* 0xC2B2_AE3D_27D4_EB4F
      hash ^= words[2] &* 0x1656_67B1_9E37_79F9 ^ words[3] &* 0x27D4_EB2F_1656_67C5
      hash = (hash ^ hash >> 32 ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
      return Int(truncatingIfNeeded: hash >> (64 - WordCache.slotBits))
    }
  }

  fileprivate static let slotBits: UInt64 = 16
  fileprivate static let mostIDs = 6

  fileprivate struct Slot {
    var words = SIMD4<UInt64>(repeating: 0)
    /// Length of the word, 0 if the slot is empty, and how many ids it has.
    var count: Int32 = 0
    var idCount: Int32 = 0
    var ids: (Int32, Int32, Int32, Int32, Int32, Int32) = (0, 0, 0, 0, 0, 0)
  }

  private let storage = Buffer(repeating: Slot(), count: 1 << slotBits)

  /// What the cache holds, for as long as somebody keeps the cache.
  var slots: Slots { Slots(slots: storage.pointer) }
}

extension WordCache {
  struct Slots {
    fileprivate let slots: UnsafeMutablePointer<Slot>
  }
}

extension WordCache.Slots {
  /// Appends the word's ids; false if they are not known.
  @inline(__always)
  func append(_ key: WordCache.Key, to ids: inout [Int32]) -> Bool {
    let slot = slots + key.slot
    guard slot.pointee.words == key.words, Int(slot.pointee.count) == key.count else {
      return false
    }
    withUnsafePointer(to: &slot.pointee.ids) {
      $0.withMemoryRebound(to: Int32.self, capacity: WordCache.mostIDs) { known in
        for index in 0..<Int(slot.pointee.idCount) { ids.append(known[index]) }
      }
    }
    return true
  }

  func store(_ key: WordCache.Key, _ ids: ArraySlice<Int32>) {
    guard ids.count <= WordCache.mostIDs else { return }
    var slot = WordCache.Slot(words: key.words, count: Int32(key.count), idCount: Int32(ids.count))
    withUnsafeMutableBytes(of: &slot.ids) { known in
      ids.withUnsafeBytes { known.copyMemory(from: $0) }
    }
    slots[key.slot] = slot
  }
}

/// As many caches as threads ever asked for one at the same time.
final class WordCachePool: Sendable {
  private struct Idle: @unchecked Sendable {
    var caches: [WordCache] = []
  }
  private let idle = Mutex(Idle())

  func take() -> WordCache {
    let known = idle.withLock { idle in Idle(caches: idle.caches.popLast().map { [$0] } ?? []) }
    return known.caches.first ?? WordCache()
  }

  func give(back cache: WordCache) {
    let returned = Idle(caches: [cache])
    idle.withLock { $0.caches.append(contentsOf: returned.caches) }
  }
}
