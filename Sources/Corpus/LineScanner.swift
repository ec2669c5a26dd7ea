import Files
import Foundation

/// One line of a file; `bytes` stays valid until the next line is asked for.
struct Line {
  let bytes: UnsafeBufferPointer<UInt8>
  /// From 1.
  let number: Int
  /// What ended the line and is not in `bytes`: LF, CR LF, or nothing at the file's end.
  let hadCarriageReturn: Bool
  /// Place in the one array that the file is, from 1; nil in a file of lines.
  var element: Int?

  var isBlank: Bool { bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 } }
}

/// Cuts a file into lines at LF, in one buffer that grows only to the longest line.
final class LineScanner {
  /// How many times the limit a line may be long to be passed over: more is no row that went wrong.
  private static let skippedLimits = 64

  private let source: ByteSource
  let place: Place
  let limit: Int
  private let skipsInvalid: Bool
  private(set) var buffer: UnsafeMutableBufferPointer<UInt8>
  /// Unread bytes: `buffer[start..<end]`.
  var start = 0
  private(set) var end = 0
  private(set) var isAtEnd = false
  /// Where `buffer[start]` stands in the (unpacked) file.
  var offset = 0
  var lineNumber = 0
  var array = ArrayProgress()
  private var isStarted = false

  init(_ source: ByteSource, place: Place, limit: Int, skipsInvalid: Bool = false) {
    self.source = source
    self.place = place
    self.limit = limit
    self.skipsInvalid = skipsInvalid
    buffer = .allocate(capacity: 1 << 18)
  }

  deinit { buffer.deallocate() }

  /// The next line, valid UTF-8 without U+0000; nil at the end.
  ///
  /// - Throws: `InvalidRow` for a line that is neither, or too long; the scanner then stands behind
  ///   it.
  func next() throws -> Line? {
    try begin()
    let lineOffset: Int
    var bytes: UnsafeBufferPointer<UInt8>
    var searched = start
    while true {
      if let feed = firstLineFeed(from: searched) {
        bytes = UnsafeBufferPointer(rebasing: buffer[start..<feed])
        (lineOffset, start) = (offset, feed + 1)
        break
      }
      searched = end
      if isAtEnd {
        guard start < end else { return nil }
        bytes = UnsafeBufferPointer(rebasing: buffer[start..<end])
        (lineOffset, start) = (offset, end)
        break
      }
      if end - start > limit { throw try skipLongLine() }
      let moved = start
      try refill()
      searched -= moved - start
    }
    lineNumber += 1
    offset = lineOffset + bytes.count + 1
    let hadReturn = start > 0 && bytes.last == 0x0d && buffer[start - 1] == 0x0a
    if hadReturn { bytes = UnsafeBufferPointer(rebasing: bytes.dropLast()) }
    try validate(bytes, lineOffset: lineOffset)
    return Line(bytes: bytes, number: lineNumber, hadCarriageReturn: hadReturn)
  }

  private func firstLineFeed(from index: Int) -> Int? {
    guard index < end, let base = buffer.baseAddress,
      let found = memchr(base + index, 0x0a, end - index)
    else { return nil }
    return found - UnsafeMutableRawPointer(base)
  }

  /// The first bytes, which tell the format of a file whose name does not: `count` of them or all.
  func beginning(_ count: Int) throws -> UnsafeBufferPointer<UInt8> {
    try begin()
    while end - start < count, !isAtEnd { try refill() }
    return UnsafeBufferPointer(rebasing: buffer[start..<min(end, start + count)])
  }

  /// The first byte that is no space, if it comes soon.
  func firstCharacter() throws -> UInt8? {
    try begin()
    while true {
      let found = buffer[start..<end].first { !JSONText.isSpace($0) }
      if found != nil || isAtEnd || end - start >= 1 << 16 { return found }
      try refill()
    }
  }

  private func begin() throws {
    if isStarted { return }
    isStarted = true
    while end - start < 4, !isAtEnd { try refill() }
    if let utf16 = UTF16Detection.error(in: buffer[start..<end], place) { throw utf16 }
    if end >= 3, buffer[0] == 0xef, buffer[1] == 0xbb, buffer[2] == 0xbf {
      (start, offset) = (3, 3)
    }
  }

  /// Moves the unread bytes to the front, doubles the buffer where they fill it, and reads more.
  func refill() throws {
    if start > 0 {
      memmove(buffer.baseAddress!, buffer.baseAddress! + start, end - start)
      (start, end) = (0, end - start)
    }
    if end == buffer.count {
      let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 2 * buffer.count)
      memcpy(larger.baseAddress!, buffer.baseAddress!, end)
      buffer.deallocate()
      buffer = larger
    }
    let count = try source.read(into: UnsafeMutableBufferPointer(rebasing: buffer[end...]))
    isAtEnd = count == 0
    end += count
  }

  /// Drops the rest of a line over the limit, if rows may be passed over, and gives the error for it.
  ///
  /// - Throws: `FileError` where nobody would read what follows: a file of a kilobyte can unpack to
  ///   gigabytes without a line end.
  private func skipLongLine() throws -> InvalidRow {
    lineNumber += 1
    let error = invalid(
      expected: "at most \(limit) bytes in a line", found: "a longer one",
      advice: "check that the file holds rows of text, ended by line feeds")
    var skipped = 0
    while true {
      guard skipsInvalid, skipped <= Self.skippedLimits * limit else { throw error.error }
      if let feed = firstLineFeed(from: start) {
        offset += feed + 1 - start
        start = feed + 1
        break
      }
      offset += end - start
      skipped += end - start
      (start, end) = (0, 0)
      if isAtEnd { break }
      try refill()
    }
    return error
  }

  func validate(_ bytes: UnsafeBufferPointer<UInt8>, lineOffset: Int) throws {
    guard let fault = UTF8Validation.firstFault(in: bytes) else {
      if let fault = MarkLimit.fault(in: bytes) { throw invalid(fault) }
      return
    }
    let at = "byte \(fault) of the line (byte \(lineOffset + fault) of the file)"
    if bytes[fault] == 0 {
      throw invalid(
        expected: "text", found: "U+0000 at \(at)",
        advice: "the file may be binary or UTF-16; convert it to UTF-8 text")
    }
    let hex = String(bytes[fault], radix: 16)
    throw invalid(
      expected: "UTF-8", found: "0x\(hex) at \(at)",
      advice: "convert the file, for example with iconv -f LATIN1 -t UTF-8")
  }

  private func invalid(_ fault: MarkLimit.Fault) -> InvalidRow {
    invalid(expected: MarkLimit.expected, found: fault.found, advice: MarkLimit.advice)
  }

  private func invalid(expected: String, found: String, advice: String) -> InvalidRow {
    InvalidRow(
      error: FileError(
        place: place.at(lineNumber, element: array.count), expected: expected, found: found,
        advice: advice))
  }
}

/// Recognizes text in UTF-16 and UTF-32, with or without a byte order mark.
enum UTF16Detection {
  /// - Parameter bytes: the first ones of a file; four are enough.
  static func error(in bytes: Slice<UnsafeMutableBufferPointer<UInt8>>, _ place: Place)
    -> FileError?
  {
    let first = Array(bytes.prefix(4))
    let name: String
    switch first {
    case [0xff, 0xfe, 0, 0], [0, 0, 0xfe, 0xff]: name = "UTF-32"
    case _ where first.starts(with: [0xff, 0xfe]) || first.starts(with: [0xfe, 0xff]):
      name = "UTF-16"
    case _ where first.count == 4 && first.map({ $0 == 0 }) == [false, true, false, true]:
      name = "UTF-16LE"
    case _ where first.count == 4 && first.map({ $0 == 0 }) == [true, false, true, false]:
      name = "UTF-16BE"
    default: return nil
    }
    let unpack = place.path.hasSuffix(".gz") ? "zcat \(place.path) | " : ""
    let file = unpack.isEmpty ? " \(place.path)" : ""
    return FileError(
      place: place.path, expected: "UTF-8", found: name,
      advice: "convert it: \(unpack)iconv -f \(name) -t UTF-8\(file) > \(place.stem)-utf8")
  }
}

enum UTF8Validation {
  /// Index of the first byte that is 0 or does not begin or continue a well-formed sequence
  /// (Unicode, table 3-7); nil if there is none.
  static func firstFault(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var index = 0
    let count = bytes.count
    while index < count {
      if index + 8 <= count {
        let word = UnsafeRawPointer(bytes.baseAddress! + index)
          .loadUnaligned(as: UInt64.self)
        // All eight bytes are in 0x01...0x7f: no high bit, and subtracting 1 borrows in none.
        if (word | (word &- 0x0101_0101_0101_0101)) & 0x8080_8080_8080_8080 == 0 {
          index += 8
          continue
        }
      }
      let length = sequenceLength(bytes, at: index)
      if length == 0 { return index }
      index += length
    }
    return nil
  }

  private static func sequenceLength(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
    let lead = bytes[index]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xbf
    switch lead {
    case 0x01...0x7f: return 1
    case 0xc2...0xdf: length = 2
    case 0xe0: (length, second) = (3, 0xa0...0xbf)
    case 0xed: (length, second) = (3, 0x80...0x9f)
    case 0xe1...0xef: length = 3
    case 0xf0: (length, second) = (4, 0x90...0xbf)
    case 0xf4: (length, second) = (4, 0x80...0x8f)
    case 0xf1...0xf3: length = 4
    default: return 0
    }
    guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return 0 }
    for later in (index + 2)..<max(index + 2, index + length)
    where bytes[later] & 0xc0 != 0x80 { return 0 }
    return length
  }
}
