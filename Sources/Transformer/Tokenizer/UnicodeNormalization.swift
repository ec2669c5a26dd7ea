import Foundation

/// Decomposition of Unicode text (UAX #15), with the alignment of Hugging Face tokenizers.
enum UnicodeNormalization {
  enum Form: Sendable { case canonical, compatibility }

  typealias Part = (scalar: UInt32, isNew: Bool, rank: UInt8)

  /// Decomposes and sorts combining marks: NFD or NFKD.
  static func decompose(_ text: inout NormalizedText, _ form: Form) {
    guard !text.isASCII else { return }
    let parts = decomposed(text, form)
    var result = ScalarChanges(capacity: parts.count)
    for part in parts {
      if part.isNew { result.insert(part.scalar) } else { result.replace(part.scalar) }
    }
    text.apply(result)
  }

  /// The decomposed text: scalars, which of them are not the first of what they come from, and
  /// their combining classes.
  static func decomposed(_ text: NormalizedText, _ form: Form) -> [Part] {
    var parts: [Part] = []
    parts.reserveCapacity(text.bytes.count)
    var sorted = 0
    text.forEachScalar { scalar in
      decomposition(scalar, form) { part, isNew in
        let rank = combiningClass(part)
        if rank == 0 {
          sortMarks(&parts, from: sorted)
          sorted = parts.count + 1
        }
        parts.append((part, isNew, rank))
      }
    }
    sortMarks(&parts, from: sorted)
    return parts
  }

  /// Sorts by combining class, stably.
  private static func sortMarks(_ parts: inout [Part], from start: Int) {
    guard parts.count - start > 1 else { return }
    let sorted = parts[start...].enumerated().sorted {
      ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset)
    }
    for (index, part) in sorted.enumerated() { parts[start + index] = part.element }
  }

  static func combiningClass(_ scalar: UInt32) -> UInt8 {
    guard scalar >= 0x300 else { return 0 }
    let rank = Unicode.Scalar(scalar)!.properties.canonicalCombiningClass.rawValue
    return rank > 0 && isKnown(scalar) ? rank : 0
  }

  /// Whether Unicode 9.0 had the scalar: Hugging Face tokenizers' tables are from then.
  private static func isKnown(_ scalar: UInt32) -> Bool {
    guard let age = Unicode.Scalar(scalar)!.properties.age else { return false }
    return age.major <= 9
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

  static let canonical = table(canonicalBlocks) { $0.decomposedStringWithCanonicalMapping }
  private static let compatibility = table(canonicalBlocks + compatibilityBlocks) {
    $0.decomposedStringWithCompatibilityMapping
  }

  /// Blocks outside which no scalar of Unicode 9.0 decomposes, Hangul syllables excepted.
  private static let canonicalBlocks: [ClosedRange<UInt32>] = [
    0xC0...0x233F, 0x2ADC...0x2ADC, 0x3040...0x30FF, 0xF900...0xFB4F, 0x11080...0x115BF,
    0x1D150...0x1D1CF, 0x2F800...0x2FA1F,
  ]
  /// Further blocks in which scalars have compatibility decompositions only.
  private static let compatibilityBlocks: [ClosedRange<UInt32>] = [
    0xA0...0xBF, 0x2340...0x2ADB, 0x2ADD...0x303F, 0x3100...0x33FF, 0xA600...0xABFF,
    0xFB50...0xFFFF, 0x1D400...0x1F2FF,
  ]

  private static func table(
    _ blocks: [ClosedRange<UInt32>], _ decompose: (String) -> String
  ) -> [UInt32: [UInt32]] {
    var table: [UInt32: [UInt32]] = [:]
    for value in blocks.joined() where isKnown(value) {
      let text = String(Unicode.Scalar(value)!)
      let parts = decompose(text).unicodeScalars.map(\.value)
      if parts != [value] { table[value] = parts }
    }
    return table
  }
}
