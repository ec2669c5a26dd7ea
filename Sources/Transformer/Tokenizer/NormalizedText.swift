/// A piece of the original text on its way through the normalizers: its present UTF-8 and, if
/// offsets were asked for, which bytes of the original each present byte stands for.
///
/// Normalizers describe what they do as ``ScalarChange``s; how these move the alignment is what
/// Hugging Face tokenizers' `NormalizedString` does, so that offsets come out equal.
struct NormalizedText {
  /// Bytes of the original text.
  struct Span: Equatable {
    var start: Int
    var end: Int
  }

  private(set) var bytes: [UInt8]
  /// One for each byte of ``bytes``; empty unless ``isAligned``.
  private(set) var spans: [Span]
  let isAligned: Bool
  /// Where the piece starts in the original text.
  let origin: Int
  private(set) var isASCII: Bool

  /// The piece `original[range]`, as yet unchanged.
  init(_ original: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, isAligned: Bool) {
    bytes = [UInt8](UnsafeBufferPointer(rebasing: original[range]))
    origin = range.lowerBound
    self.isAligned = isAligned
    var union: UInt8 = 0
    for byte in bytes { union |= byte }
    isASCII = union < 0x80
    spans = []
    guard isAligned else { return }
    spans.reserveCapacity(bytes.count)
    bytes.withUnsafeBufferPointer { bytes in
      UTF8Scalars.forEach(in: bytes) { _, start, end in
        let span = Span(start: start + range.lowerBound, end: end + range.lowerBound)
        for _ in start..<end { spans.append(span) }
      }
    }
  }

  /// The part `text[range]` of an already normalized text.
  init(_ text: NormalizedText, _ range: Range<Int>) {
    bytes = [UInt8](text.bytes[range])
    spans = text.isAligned ? [Span](text.spans[range]) : []
    isAligned = text.isAligned
    isASCII = text.isASCII
    origin = text.isAligned && !range.isEmpty ? text.spans[range.lowerBound].start : text.origin
  }

  /// The original bytes that `bytes[range]` stand for; meaningless unless ``isAligned``.
  func original(_ range: Range<Int>) -> Span {
    guard isAligned, !range.isEmpty else { return Span(start: origin, end: origin) }
    return Span(start: spans[range.lowerBound].start, end: spans[range.upperBound - 1].end)
  }

  /// Replaces the bytes one by one where all are ASCII: `body` gives the new byte, nil drops it.
  @inline(__always)
  mutating func mapASCII(_ body: (UInt8) -> UInt8?) {
    var kept = 0
    for position in 0..<bytes.count {
      guard let byte = body(bytes[position]) else { continue }
      bytes[kept] = byte
      if isAligned { spans[kept] = spans[position] }
      kept += 1
    }
    bytes.removeLast(bytes.count - kept)
    if isAligned { spans.removeLast(spans.count - kept) }
  }

  /// Replaces the whole text where nobody asks what its bytes stand for.
  mutating func replaceUnaligned(_ new: [UInt8]) {
    precondition(!isAligned, "an aligned text is changed by ScalarChanges")
    bytes = new
    var union: UInt8 = 0
    for byte in new { union |= byte }
    isASCII = union < 0x80
  }

  /// Keeps the scalars for which `keep` is true.
  mutating func filter(_ keep: (UInt32) -> Bool) {
    var changes = ScalarChanges(capacity: bytes.count)
    forEachScalar { scalar in
      if keep(scalar) { changes.replace(scalar) } else { changes.remove() }
    }
    apply(changes)
  }

  mutating func map(_ body: (UInt32) -> UInt32) {
    var changes = ScalarChanges(capacity: bytes.count)
    forEachScalar { changes.replace(body($0)) }
    apply(changes)
  }

  func forEachScalar(_ body: (UInt32) -> Void) {
    bytes.withUnsafeBufferPointer { UTF8Scalars.forEach(in: $0) { scalar, _, _ in body(scalar) } }
  }

  /// Puts `prefix` before `scalar`, the next one of the old text; both stand for what that did.
  static func prepend(_ prefix: [UInt32], to scalar: UInt32, _ changes: inout ScalarChanges) {
    guard let first = prefix.first else { return changes.replace(scalar) }
    changes.replace(first)
    for next in prefix.dropFirst() { changes.insert(next) }
    changes.insert(scalar)
  }

  /// Replaces the whole text by `changes`, applied from its start.
  mutating func apply(_ changes: ScalarChanges) {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 8)
    var aligned: [Span] = []
    if isAligned { aligned.reserveCapacity(bytes.count + 8) }
    var position = changes.removedFirst > 0 ? skip(changes.removedFirst, from: 0) : 0
    var union: UInt32 = 0
    for change in changes.changes {
      let length = UTF8Scalars.append(change.scalar, to: &result)
      union |= change.scalar
      guard isAligned else { continue }
      var span = Span(start: origin, end: origin)
      if !change.isNew, position < spans.count {
        span = spans[position]
      } else if position > 0 {
        span = spans[position - 1]
      }
      for _ in 0..<length { aligned.append(span) }
      position = skip(Int(change.removed) + (change.isNew ? 0 : 1), from: position)
    }
    bytes = result
    spans = aligned
    isASCII = union < 0x80
  }

  /// The position `count` scalars after `position`, at most the end.
  private func skip(_ count: Int, from position: Int) -> Int {
    var position = position
    for _ in 0..<count where position < bytes.count {
      position += UTF8Scalars.length(leading: bytes[position])
    }
    return position
  }
}

/// A new text as an edit of the old one.
struct ScalarChanges {
  struct Change {
    var scalar: UInt32
    /// The scalar is new and stands for the same original bytes as what is before it; else it takes
    /// the place of the next old scalar.
    var isNew: Bool
    /// How many old scalars after it are gone.
    var removed: Int32
  }

  private(set) var changes: [Change] = []
  /// How many old scalars are gone from the start.
  private(set) var removedFirst = 0
  /// UTF-8 length of the new text so far.
  private(set) var byteCount = 0

  init(capacity: Int) { changes.reserveCapacity(capacity) }

  mutating func replace(_ scalar: UInt32) {
    changes.append(Change(scalar: scalar, isNew: false, removed: 0))
    byteCount += UTF8Scalars.length(of: scalar)
  }

  mutating func insert(_ scalar: UInt32) {
    changes.append(Change(scalar: scalar, isNew: true, removed: 0))
    byteCount += UTF8Scalars.length(of: scalar)
  }

  /// In Hugging Face's terms: positive inserts, 0 replaces, -n replaces and removes n more.
  mutating func append(_ scalar: UInt32, change: Int) {
    if change > 0 { return insert(scalar) }
    replace(scalar)
    changes[changes.count - 1].removed = Int32(-change)
  }

  mutating func remove() {
    if changes.isEmpty {
      removedFirst += 1
    } else {
      changes[changes.count - 1].removed += 1
    }
  }
}
