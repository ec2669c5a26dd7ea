/// Where tokens go: ids, and ranges of the normalized text if somebody will want offsets.
struct TokenSink {
  var ids: [Int32] = []
  var ranges: [Range<Int>] = []
  let keepsRanges: Bool

  init(keepsRanges: Bool) { self.keepsRanges = keepsRanges }

  @inline(__always)
  mutating func append(_ id: Int32, _ range: Range<Int>) {
    ids.append(id)
    if keepsRanges { ranges.append(range) }
  }

  mutating func removeAll(after count: Int) {
    ids.removeLast(ids.count - count)
    if keepsRanges { ranges.removeLast(ranges.count - count) }
  }
}
