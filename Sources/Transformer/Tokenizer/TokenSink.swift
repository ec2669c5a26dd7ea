/// Where tokens go: ids, and ranges of the normalized text if somebody will want offsets.
struct TokenSink {
  var ids: [Int32] = []
  var ranges: [Range<Int>] = []
  /// How many white-space characters begin and end an added token's text, by its position here.
  private(set) var addedMargins: [Int: (leading: Int, trailing: Int)] = [:]
  let keepsRanges: Bool
  /// What is known of words' ids; only where ranges do not count.
  private let cache: WordCache.Slots?

  /// - Parameter cache: must outlive the sink.
  init(keepsRanges: Bool, cache: WordCache?) {
    precondition(cache == nil || !keepsRanges, "the cache knows no ranges")
    self.keepsRanges = keepsRanges
    self.cache = cache?.slots
    ids.reserveCapacity(32)
  }

  /// Appends what `model` appends for the word `bytes[word]`, from the cache if that has it.
  @inline(__always)
  mutating func encode(
    _ bytes: UnsafePointer<UInt8>, _ word: Range<Int>,
    with model: (UnsafePointer<UInt8>, Range<Int>, inout TokenSink) -> Void
  ) {
    guard let cache, let key = WordCache.Key(bytes, word) else { return model(bytes, word, &self) }
    if cache.append(key, to: &ids) { return }
    let first = ids.count
    model(bytes, word, &self)
    cache.store(key, ids[first...])
  }

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
