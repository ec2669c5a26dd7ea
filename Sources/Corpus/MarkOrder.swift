import Foundation

/// Unicode's canonical order of combining marks (UAX #15).
package enum MarkOrder {
  /// `text` with the marks of every run in canonical order; a canonically equivalent text.
  ///
  /// Foundation and the standard library sort marks by insertion: in quadratic time, unless they come
  /// in order. O(length · log of the longest run).
  ///
  /// - Parameter halfwidth: replaces the halfwidth sound marks by the marks that compatibility
  ///   mappings make of them, and orders these too; the text is then only compatible.
  package static func ordered(_ text: String, halfwidth: Bool = false) -> String {
    if text.utf8.allSatisfy({ $0 < 0xcc }) { return text }
    var (result, run) = ([UInt8](), [Unicode.Scalar]())
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      if isMark(scalar.value, halfwidth: halfwidth) {
        run.append(contentsOf: parts(scalar))
      } else {
        flush(&run, to: &result)
        append(scalar, to: &result)
      }
    }
    flush(&run, to: &result)
    return String(decoding: result, as: UTF8.self)
  }

  /// Whether a scalar stands in a run of marks: it, or the first of what it decomposes to, has a
  /// combining class.
  package static func isMark(_ value: UInt32, halfwidth: Bool) -> Bool {
    switch value {
    case ..<0x300, 0x1100...0x135c, 0x3100...0xa66e, 0xac00...0xfb1d: false
    // These have no class of their own.
    case 0xf73, 0xf75, 0xf81: true
    case 0xff9e, 0xff9f: halfwidth
    default: Unicode.Scalar(value).map { rank($0) > 0 } ?? false
    }
  }

  private static func parts(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    switch scalar.value {
    case 0x300...0x33f: [scalar]
    case 0xff9e, 0xff9f:
      Array(String(scalar).decomposedStringWithCompatibilityMapping.unicodeScalars)
    default: Array(String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars)
    }
  }

  private static func flush(_ run: inout [Unicode.Scalar], to result: inout [UInt8]) {
    let ranks = run.enumerated().map { (rank: rank($1), place: $0) }
    for (_, place) in ranks.sorted(by: <) { append(run[place], to: &result) }
    run.removeAll(keepingCapacity: true)
  }

  private static func rank(_ scalar: Unicode.Scalar) -> UInt8 {
    scalar.properties.canonicalCombiningClass.rawValue
  }

  private static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)
  }
}
