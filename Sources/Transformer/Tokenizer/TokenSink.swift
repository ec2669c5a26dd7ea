/// Where tokens go: ids, and ranges of the normalized text if somebody will want offsets.
struct TokenSink {
  var ids: [Int32] = []
  var ranges: [Range<Int>] = []
  /// How many white-space characters begin and end an added token's text, by its position here.
  private(set) var addedMargins: [Int: (leading: Int, trailing: Int)] = [:]
  let keepsRanges: Bool

  init(keepsRanges: Bool) { self.keepsRanges = keepsRanges }

  @inline(__always)
  mutating func append(_ id: Int32, _ range: Range<Int>) {
    ids.append(id)
    if keepsRanges { ranges.append(range) }
  }

  /// Appends an added token found as `text`.
  mutating func append(added id: Int32, _ range: Range<Int>, text: UnsafeBufferPointer<UInt8>) {
    if keepsRanges { addedMargins[ids.count] = PostProcessor.Trimming.margins(of: text) }
    append(id, range)
  }

  mutating func removeAll(after count: Int) {
    ids.removeLast(ids.count - count)
    if keepsRanges { ranges.removeLast(ranges.count - count) }
  }
}
