import Foundation

/// Composition of Unicode text (UAX #15): NFC and NFKC.
extension UnicodeNormalization {
  private typealias Item = (scalar: UInt32, change: Int)

  /// Decomposes, sorts marks, and composes again what composes.
  static func compose(_ text: inout NormalizedText, _ form: Form) {
    guard !text.isASCII else { return }
    var result = ScalarChanges(capacity: text.bytes.count)
    var starter: Item?
    var marks: [Item] = []
    var lastRank: UInt8?
    func flush() {
      if let starter { result.append(starter.scalar, change: starter.change) }
      for mark in marks { result.append(mark.scalar, change: mark.change) }
      marks.removeAll(keepingCapacity: true)
      starter = nil
      lastRank = nil
    }
    for part in decomposed(text, form) {
      let item: Item = (part.scalar, part.isNew ? 1 : 0)
      guard let current = starter else {
        if part.rank == 0 {
          starter = item
        } else {
          result.append(part.scalar, change: item.change)
        }
        continue
      }
      let isBlocked = lastRank.map { $0 >= part.rank } ?? false
      if !isBlocked, let composed = composition(current.scalar, part.scalar) {
        starter = (composed, current.change + item.change - 1)
      } else if part.rank == 0 {
        flush()
        starter = item
      } else {
        marks.append(item)
        lastRank = part.rank
      }
    }
    flush()
    text.apply(result)
  }

  private static func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    if first &- 0x1100 < 19, second &- 0x1161 < 21 {
      return 0xAC00 + ((first - 0x1100) * 21 + second - 0x1161) * 28
    }
    if first &- 0xAC00 < 11_172, (first - 0xAC00) % 28 == 0, second &- 0x11A8 < 27 {
      return first + second - 0x11A7
    }
    return pairs[UInt64(first) << 32 | UInt64(second)]
  }

  /// Which two scalars compose to which: every scalar whose decomposition composes back to it, its
  /// decomposition but for the last scalar being one by itself once composed.
  private static let pairs: [UInt64: UInt32] = {
    let compose = { (scalars: ArraySlice<UInt32>) -> [UInt32] in
      var text = String.UnicodeScalarView()
      for scalar in scalars { text.append(Unicode.Scalar(scalar)!) }
      return String(text).precomposedStringWithCanonicalMapping.unicodeScalars.map(\.value)
    }
    var pairs: [UInt64: UInt32] = [:]
    for (scalar, parts) in canonical where parts.count > 1 {
      guard compose(parts[...]) == [scalar], let last = parts.last else { continue }
      let first = compose(parts.dropLast())
      if first.count == 1 { pairs[UInt64(first[0]) << 32 | UInt64(last)] = scalar }
    }
    return pairs
  }()
}
