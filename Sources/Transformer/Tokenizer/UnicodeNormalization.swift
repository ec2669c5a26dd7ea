import Foundation

/// Decomposition of Unicode text (UAX #15), with the alignment of Hugging Face tokenizers.
enum UnicodeNormalization {
  enum Form: Sendable { case canonical, compatibility }

  /// Decomposes and sorts combining marks: NFD or NFKD.
  static func decompose(_ text: inout NormalizedText, _ form: Form) {
    guard !text.isASCII else { return }
    var changes: [(scalar: UInt32, isNew: Bool, rank: UInt8)] = []
    changes.reserveCapacity(text.bytes.count)
    var sorted = 0
    text.forEachScalar { scalar in
      decomposition(scalar, form) { part, isNew in
        let rank = combiningClass(part)
        if rank == 0 {
          sortMarks(&changes, from: sorted)
          sorted = changes.count + 1
        }
        changes.append((part, isNew, rank))
      }
    }
    sortMarks(&changes, from: sorted)
    var result = ScalarChanges(capacity: changes.count)
    for change in changes {
      if change.isNew { result.insert(change.scalar) } else { result.replace(change.scalar) }
    }
    text.apply(result)
  }

  /// Stable insertion sort by combining class: runs of marks are short.
  private static func sortMarks(
    _ changes: inout [(scalar: UInt32, isNew: Bool, rank: UInt8)], from start: Int
  ) {
    guard changes.count - start > 1 else { return }
    let sorted = changes[start...].enumerated().sorted {
      ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset)
    }
    for (index, change) in sorted.enumerated() { changes[start + index] = change.element }
  }

  static func combiningClass(_ scalar: UInt32) -> UInt8 {
    guard scalar >= 0x300 else { return 0 }
    return Unicode.Scalar(scalar)!.properties.canonicalCombiningClass.rawValue
  }

  private static func decomposition(
    _ scalar: UInt32, _ form: Form, _ body: (UInt32, Bool) -> Void
  ) {
    let isHangul = scalar &- 0xAC00 < 11_172
    if isHangul { return decomposeHangul(scalar &- 0xAC00, body) }
    let table = form == .canonical ? Self.canonical : Self.compatibility
    guard scalar >= 0xA0, let parts = table[scalar] else { return body(scalar, false) }
    var isNew = false
    for part in parts {
      body(part, isNew)
      isNew = true
    }
  }

  private static func decomposeHangul(_ index: UInt32, _ body: (UInt32, Bool) -> Void) {
    body(0x1100 + index / 588, false)
    body(0x1161 + index % 588 / 28, true)
    if index % 28 != 0 { body(0x11A7 + index % 28, true) }
  }

  private static let canonical = table { $0.decomposedStringWithCanonicalMapping }
  private static let compatibility = table { $0.decomposedStringWithCompatibilityMapping }

  /// The blocks in which scalars decompose.
  private static let blocks: [ClosedRange<UInt32>] = [
    0xA0...0x33FF, 0xA600...0xABFF, 0xF900...0xFFFF, 0x10000...0x11FFF, 0x1D000...0x1F2FF,
    0x1FB00...0x1FBFF, 0x2F800...0x2FA1F,
  ]

  private static func table(_ decompose: (String) -> String) -> [UInt32: [UInt32]] {
    var table: [UInt32: [UInt32]] = [:]
    for value in blocks.joined() {
      let text = String(Unicode.Scalar(value)!)
      let parts = decompose(text).unicodeScalars.map(\.value)
      if parts != [value] { table[value] = parts }
    }
    return table
  }
}
