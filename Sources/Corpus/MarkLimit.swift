import Files

/// The most combining marks that may follow one another in a text.
///
/// No writing has more than a few (Unicode's Stream-Safe Text Format allows 30); the standard library
/// and Foundation sort them in quadratic time whenever strings are compared, hashed or normalized.
package enum MarkLimit {
  struct Fault {
    /// From 0.
    var offset: Int
    var found: String { "more from byte \(offset + 1) on" }
  }

  package static let marks = 256
  static let expected = "at most \(marks) combining marks in a row"
  static let advice = "mend the text, or pass over such rows with \(OptionName.skipInvalid)"

  /// Where in valid UTF-8 the first run of too many marks begins; nil if there is none. O(length).
  static func fault(in bytes: UnsafeBufferPointer<UInt8>) -> Fault? {
    // A mark has at least two bytes, and the first of them begins at U+0300.
    guard bytes.count > 2 * marks else { return nil }
    var (count, start, index) = (0, 0, 0)
    while index < bytes.count {
      let lead = bytes[index]
      if lead < 0xcc {
        (count, index) = (0, index + 1)
        continue
      }
      let length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
      if MarkOrder.isMark(scalar(bytes, index, length), halfwidth: true) {
        if count == 0 { start = index }
        count += 1
        if count > marks { return Fault(offset: start) }
      } else {
        count = 0
      }
      index += length
    }
    return nil
  }

  private static func scalar(
    _ bytes: UnsafeBufferPointer<UInt8>, _ index: Int, _ length: Int
  ) -> UInt32 {
    var value = UInt32(bytes[index]) & (length == 2 ? 0x1f : length == 3 ? 0x0f : 0x07)
    for next in (index + 1)..<(index + length) { value = value << 6 | UInt32(bytes[next]) & 0x3f }
    return value
  }
}
