import Foundation

/// SentencePiece's precompiled map of character sequences to replacements: a double-array trie
/// (Yata's "darts-clone") over byte strings, and the replacements, each ended by a NUL.
struct CharacterMap: Sendable {
  private let units: [UInt32]
  private let replacements: [UInt8]
  /// Whether printable ASCII stays as it is.
  private var keepsASCII = false

  /// - Returns: nil if `blob` is not such a map.
  init?(_ blob: [UInt8]) {
    guard blob.count >= 4 else { return nil }
    let word = { (place: Int) in
      UInt32(blob[place]) | UInt32(blob[place + 1]) << 8 | UInt32(blob[place + 2]) << 16
        | UInt32(blob[place + 3]) << 24
    }
    let size = Int(word(0))
    guard size % 4 == 0, size > 0, size <= blob.count - 4 else { return nil }
    units = stride(from: 4, to: 4 + size, by: 4).map(word)
    replacements = Array(blob[(4 + size)...])
    guard String(validating: replacements, as: UTF8.self) != nil else { return nil }
    // Each such character is a grapheme cluster of its own in a text of them alone.
    keepsASCII = (UInt8(0x20)...0x7E).allSatisfy { byte in
      [byte].withUnsafeBufferPointer { find($0, 0..<1) == nil }
    }
  }

  /// Each grapheme cluster of less than 6 bytes is replaced if a key starts it, by what the
  /// shortest such key stands for; else each of its scalars likewise.
  func normalize(_ text: inout NormalizedText) {
    if keepsASCII, text.bytes.allSatisfy({ $0 &- 0x20 < 0x5F }) { return }
    var changes: [(scalar: UInt32, change: Int)] = []
    changes.reserveCapacity(text.bytes.count)
    text.bytes.withUnsafeBufferPointer { bytes in
      for cluster in Self.clusters(bytes) {
        if cluster.count < 6, let replacement = find(bytes, cluster) {
          Self.replace(bytes, cluster, replacement, &changes)
          continue
        }
        let part = UnsafeBufferPointer(rebasing: bytes[cluster])
        UTF8Scalars.forEach(in: part) { scalar, start, end in
          let range = cluster.lowerBound + start..<cluster.lowerBound + end
          if let replacement = find(bytes, range) {
            Self.replace(bytes, range, replacement, &changes)
          } else {
            changes.append((scalar, 0))
          }
        }
      }
    }
    var result = ScalarChanges(capacity: changes.count)
    for (scalar, change) in changes { result.append(scalar, change: change) }
    text.apply(result)
  }

  private static func clusters(_ bytes: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    var clusters: [Range<Int>] = []
    clusters.reserveCapacity(bytes.count)
    var start = 0
    for character in String(decoding: bytes, as: UTF8.self) {
      let end = start + character.utf8.count
      clusters.append(start..<end)
      start = end
    }
    return clusters
  }

  /// How Hugging Face notes a replacement: surplus scalars at its end are new, missing ones count
  /// as removed after the last.
  private static func replace(
    _ bytes: UnsafeBufferPointer<UInt8>, _ old: Range<Int>, _ new: [UInt32],
    _ changes: inout [(scalar: UInt32, change: Int)]
  ) {
    let oldCount = UTF8Scalars.count(bytes.baseAddress!, old.lowerBound, old.upperBound)
    for scalar in new { changes.append((scalar, 0)) }
    let surplus = new.count - oldCount
    if surplus > 0 {
      for index in changes.count - surplus..<changes.count { changes[index].change = 1 }
    } else if surplus < 0, !changes.isEmpty {
      changes[changes.count - 1].change += surplus
    }
  }

  /// What the shortest key that `bytes[range]` starts with stands for.
  private func find(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> [UInt32]? {
    var position = Self.offset(units[0])
    for index in range {
      let byte = UInt32(bytes[index])
      guard byte != 0 else { return nil }
      position ^= Int(byte)
      guard position < units.count, units[position] & 0x8000_00FF == byte else { return nil }
      let unit = units[position]
      position ^= Self.offset(unit)
      guard position < units.count else { return nil }
      if unit >> 8 & 1 == 1 { return replacement(at: Int(units[position] & 0x7FFF_FFFF)) }
    }
    return nil
  }

  private static func offset(_ unit: UInt32) -> Int {
    Int(unit >> 10) << Int((unit & 1 << 9) >> 6)
  }

  private func replacement(at start: Int) -> [UInt32]? {
    guard start < replacements.count, replacements[start] & 0xC0 != 0x80 else { return nil }
    let end = replacements[start...].firstIndex(of: 0) ?? replacements.count
    var scalars: [UInt32] = []
    replacements[start..<end].withUnsafeBufferPointer {
      UTF8Scalars.forEach(in: $0) { scalar, _, _ in scalars.append(scalar) }
    }
    return scalars
  }
}
