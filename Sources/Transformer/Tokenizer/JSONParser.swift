import Files

/// Recursive-descent reader behind ``JSONTree``.
struct JSONParser {
  private let bytes: UnsafePointer<UInt8>
  private let count: Int
  private let place: String
  private var position = 0
  private var nodes: [JSONTree.Node] = []
  private static let deepest = 128

  /// - Parameter bytes: a zero must follow the `count` bytes of the text. It ends every loop here, so
  ///   that none has to look at the count.
  init(bytes: UnsafePointer<UInt8>, count: Int, place: String) {
    precondition(bytes[count] == 0, "no zero after the text")
    self.bytes = bytes
    self.count = count
    self.place = place
  }

  mutating func parse() throws -> [JSONTree.Node] {
    nodes.reserveCapacity(count / 16 + 8)
    skipSpace()
    try value(depth: 0)
    skipSpace()
    guard position == count else { throw error(expected: "the end of the file") }
    return nodes
  }

  private func error(expected: String) -> FileError {
    guard position < count else {
      return FileError(
        place: "\(place), byte \(position)", expected: expected, found: "the end of the file",
        advice: "The file may be truncated: fetch it again.")
    }
    let byte = bytes[position]
    let found = byte &- 32 < 95 ? "\"\(Unicode.Scalar(byte))\"" : "byte \(byte)"
    return FileError(place: "\(place), byte \(position)", expected: expected, found: found)
  }

  @inline(__always)
  private var byte: UInt8 { bytes[position] }

  private mutating func skipSpace() {
    while byte == 32 || byte == 10 || byte == 13 || byte == 9 { position &+= 1 }
  }

  private mutating func value(depth: Int) throws {
    guard depth <= Self.deepest else { throw error(expected: "at most 128 levels") }
    switch byte {
    case UInt8(ascii: "{"): try members(depth: depth)
    case UInt8(ascii: "["): try elements(depth: depth)
    case UInt8(ascii: "\""): try string()
    case UInt8(ascii: "t"): try literal("true", .bool)
    case UInt8(ascii: "f"): try literal("false", .bool)
    case UInt8(ascii: "n"): try literal("null", .null)
    default: try number()
    }
  }

  private mutating func open(_ kind: JSONTree.Kind) -> Int {
    nodes.append(JSONTree.Node(kind: kind, start: UInt32(position)))
    return nodes.count - 1
  }

  private mutating func close(_ node: Int) {
    nodes[node].end = UInt32(position)
    nodes[node].next = UInt32(nodes.count)
  }

  private mutating func members(depth: Int) throws {
    let node = open(.object)
    try list(until: UInt8(ascii: "}")) { parser in
      guard parser.byte == UInt8(ascii: "\"") else {
        throw parser.error(expected: "a member's name")
      }
      try parser.string()
      parser.skipSpace()
      guard parser.byte == UInt8(ascii: ":") else { throw parser.error(expected: "\":\"") }
      parser.position += 1
      parser.skipSpace()
      try parser.value(depth: depth + 1)
    }
    close(node)
  }

  private mutating func elements(depth: Int) throws {
    let node = open(.array)
    try list(until: UInt8(ascii: "]")) { try $0.value(depth: depth + 1) }
    close(node)
  }

  private mutating func list(
    until closing: UInt8, _ item: (inout JSONParser) throws -> Void
  ) throws {
    position += 1
    skipSpace()
    if byte == closing {
      position += 1
      return
    }
    while true {
      try item(&self)
      skipSpace()
      if byte == closing { break }
      guard byte == UInt8(ascii: ",") else { throw error(expected: "\",\" or a closing bracket") }
      position += 1
      skipSpace()
    }
    position += 1
  }

  private mutating func literal(_ word: StaticString, _ kind: JSONTree.Kind) throws {
    let node = open(kind)
    for offset in 0..<word.utf8CodeUnitCount {
      guard byte == word.utf8Start[offset] else { throw error(expected: "a JSON value") }
      position += 1
    }
    close(node)
  }

  private mutating func digits() throws {
    guard byte &- 48 < 10 else { throw error(expected: "a JSON value") }
    while byte &- 48 < 10 { position += 1 }
  }

  private mutating func number() throws {
    let node = open(.number)
    if byte == UInt8(ascii: "-") { position += 1 }
    try digits()
    if byte == UInt8(ascii: ".") {
      position += 1
      try digits()
    }
    if byte | 32 == UInt8(ascii: "e") {
      position += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    close(node)
  }

  private mutating func string() throws {
    position += 1
    let node = open(.string)
    while true {
      while byte >= 32, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position &+= 1 }
      if byte == UInt8(ascii: "\"") { break }
      guard byte == UInt8(ascii: "\\") else { throw error(expected: "a string's closing quote") }
      nodes[node].isEscaped = true
      try escape()
    }
    close(node)
    position += 1
  }

  /// Checks one escape, so that ``unescape(_:)`` cannot fail; surrogates must come in pairs.
  private mutating func escape() throws {
    position += 1
    guard byte == UInt8(ascii: "u") else {
      guard byte != 0, "\"\\/bfnrt".utf8.contains(byte) else { throw error(expected: "an escape") }
      position += 1
      return
    }
    position += 1
    let first = try codeUnit()
    guard UTF16.isSurrogate(first) else { return }
    guard UTF16.isLeadSurrogate(first), byte == UInt8(ascii: "\\") else {
      throw error(expected: "the second half of a surrogate pair")
    }
    position += 1
    guard byte == UInt8(ascii: "u") else { throw error(expected: "a surrogate pair") }
    position += 1
    guard UTF16.isTrailSurrogate(try codeUnit()) else { throw error(expected: "a surrogate pair") }
  }

  private mutating func codeUnit() throws -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard
        let digit = Unicode.Scalar(byte).properties.isASCIIHexDigit ? Self.hexadecimal(byte) : nil
      else { throw error(expected: "four hexadecimal digits") }
      value = value << 4 | digit
      position += 1
    }
    return value
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt16 {
    byte < 58 ? UInt16(byte) - 48 : UInt16(byte | 32) - 87
  }

  /// The UTF-8 of a string whose escapes have been checked.
  static func unescape(_ raw: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var pending: UInt16 = 0
    var position = 0
    while position < raw.count {
      guard raw[position] == UInt8(ascii: "\\") else {
        result.append(raw[position])
        position += 1
        continue
      }
      let letter = raw[position + 1]
      position += 2
      guard letter == UInt8(ascii: "u") else {
        result.append(control(letter))
        continue
      }
      let unit = raw[position..<position + 4].reduce(0) { $0 << 4 | hexadecimal($1) }
      position += 4
      if UTF16.isLeadSurrogate(unit) {
        pending = unit
      } else {
        let units = UTF16.isTrailSurrogate(unit) ? [pending, unit] : [unit]
        result.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
      }
    }
    return result
  }

  private static func control(_ letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "b"): 8
    case UInt8(ascii: "f"): 12
    case UInt8(ascii: "n"): 10
    case UInt8(ascii: "r"): 13
    case UInt8(ascii: "t"): 9
    default: letter
    }
  }
}
