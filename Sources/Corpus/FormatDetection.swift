/// What a file's first bytes say about its format where its name says nothing, or says plain text.
enum FormatDetection {
  /// So many bytes are looked at, however a pipe delivers them.
  static let byteCount = 1 << 16

  /// JSONL for a text that begins with a JSON object or an array of objects, SQuAD's JSON for one of its
  /// objects; else nil.
  static func json(_ bytes: UnsafeBufferPointer<UInt8>) -> RecordFormat? {
    var rest = bytes.drop(while: JSONText.isSpace)
    let isArray = rest.first == UInt8(ascii: "[")
    if isArray { rest = rest.dropFirst().drop(while: JSONText.isSpace) }
    guard rest.first == UInt8(ascii: "{") else { return nil }
    let next = rest.dropFirst().first { !JSONText.isSpace($0) }
    guard next == UInt8(ascii: "\"") || next == UInt8(ascii: "}") else { return nil }
    return !isArray && isSquad(rest) ? .squad : .jsonLines
  }

  /// Whether an object begins whose member `data` is an array of objects with `paragraphs`.
  private static func isSquad(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    guard bytes.contains(Array("\"paragraphs\"".utf8)),
      let data = bytes.firstRange(of: Array("\"data\"".utf8)),
      !bytes[..<data.lowerBound].dropFirst().contains(UInt8(ascii: "{"))
    else { return false }
    let next = bytes[data.upperBound...].filter { !JSONText.isSpace($0) }.prefix(3)
    return next.elementsEqual(":[{".utf8)
  }

  /// The columns that the first row names, if all of the first lines, two or more, have tabs and the
  /// same number of them.
  static func tabbedColumns(_ bytes: UnsafeBufferPointer<UInt8>) -> [String]? {
    let lines = bytes.split(separator: 0x0a, maxSplits: 20, omittingEmptySubsequences: true)
    // The last one may be cut.
    let isWhole = bytes.last == 0x0a && lines.count <= 20
    let tabs = Set(lines.dropLast(isWhole ? 0 : 1).map { line in line.count { $0 == 0x09 } })
    guard lines.count > 1, tabs.count == 1, tabs.first != 0, let header = lines.first else {
      return nil
    }
    let row = header.last == 0x0d ? header.dropLast() : header
    return row.split(separator: 0x09, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
  }
}
