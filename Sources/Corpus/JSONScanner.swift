/// A strict scanner of one JSON text (RFC 8259) over bytes already known to be UTF-8.
///
/// Not the reader of model files: that makes a tree of a whole file, once; this one passes over millions of
/// rows. It finds the members of the outer object and checks everything inside them, but builds strings
/// only for what is asked: a tree per row costs more than all the rest of reading.
struct JSONScanner {
  struct Fault: Error {
    var reason: String
    /// From 0.
    var offset: Int
  }

  enum Kind { case string, number, boolean, null, object, array }

  /// A member of the outer object; ranges exclude the quotes of strings.
  struct Member {
    var key: Range<Int>
    var keyHasEscapes: Bool
    var value: Range<Int>
    var kind: Kind
    var valueHasEscapes: Bool

    /// Whether its key stands for `name`, in UTF-8, in the text that was scanned.
    func hasKey(_ name: [UInt8], in bytes: UnsafeBufferPointer<UInt8>) throws -> Bool {
      if !keyHasEscapes { return bytes[key].elementsEqual(name) }
      return try JSONText.string(bytes, key, hasEscapes: true).utf8.elementsEqual(name)
    }
  }

  /// Deeper nesting is refused, so that hostile input cannot exhaust the stack.
  static let maximumDepth = 256

  let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// Replaces `members` by those of the one object that the text must be.
  mutating func scanObject(into members: inout [Member]) throws {
    members.removeAll(keepingCapacity: true)
    skipSpace()
    guard peek == UInt8(ascii: "{") else { throw fault("an object must begin with '{'") }
    position += 1
    try scanMembers { members.append($0) }
    skipSpace()
    if position < bytes.count { throw fault("text after the object") }
  }

  private mutating func scanMembers(_ body: (Member) -> Void = { _ in }, depth: Int = 1) throws {
    skipSpace()
    if peek == UInt8(ascii: "}") {
      position += 1
      return
    }
    while true {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw fault("a key must be a string") }
      let (key, keyHasEscapes) = try scanString()
      skipSpace()
      guard peek == UInt8(ascii: ":") else { throw fault("':' must follow a key") }
      position += 1
      skipSpace()
      let (value, kind, escaped) = try scanValue(depth: depth)
      body(
        Member(
          key: key, keyHasEscapes: keyHasEscapes, value: value, kind: kind,
          valueHasEscapes: escaped))
      skipSpace()
      let next = peek
      guard next == UInt8(ascii: ",") || next == UInt8(ascii: "}") else {
        throw fault("',' or '}' must follow a member")
      }
      position += 1
      if next == UInt8(ascii: "}") { return }
    }
  }

  /// Where the elements of the one array stand that the text must be.
  static func elements(_ bytes: UnsafeBufferPointer<UInt8>) throws -> [Range<Int>] {
    var scanner = JSONScanner(bytes)
    scanner.skipSpace()
    guard scanner.peek == UInt8(ascii: "[") else { throw scanner.fault("no array") }
    scanner.position += 1
    var elements: [Range<Int>] = []
    try scanner.scanElements({ elements.append($0) }, depth: 1)
    scanner.skipSpace()
    if scanner.position < bytes.count { throw scanner.fault("text after the array") }
    return elements
  }

  private mutating func scanElements(_ body: (Range<Int>) -> Void = { _ in }, depth: Int) throws {
    skipSpace()
    if peek == UInt8(ascii: "]") {
      position += 1
      return
    }
    while true {
      skipSpace()
      let start = position
      _ = try scanValue(depth: depth)
      body(start..<position)
      skipSpace()
      let next = peek
      guard next == UInt8(ascii: ",") || next == UInt8(ascii: "]") else {
        throw fault("',' or ']' must follow an element")
      }
      position += 1
      if next == UInt8(ascii: "]") { return }
    }
  }

  private mutating func scanValue(depth: Int) throws -> (Range<Int>, Kind, Bool) {
    let start = position
    switch peek {
    case UInt8(ascii: "\""):
      let (range, escaped) = try scanString()
      return (range, .string, escaped)
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      if depth >= Self.maximumDepth { throw fault("nesting deeper than \(Self.maximumDepth)") }
      let isObject = peek == UInt8(ascii: "{")
      position += 1
      if isObject { try scanMembers(depth: depth + 1) } else { try scanElements(depth: depth + 1) }
      return (start..<position, isObject ? .object : .array, false)
    case UInt8(ascii: "t"): try expect("true")
    case UInt8(ascii: "f"): try expect("false")
    case UInt8(ascii: "n"):
      try expect("null")
      return (start..<position, .null, false)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      try scanNumber()
      return (start..<position, .number, false)
    default: throw fault("a value must follow")
    }
    return (start..<position, .boolean, false)
  }

  /// The range between the quotes, and whether there is a backslash in it.
  private mutating func scanString() throws -> (Range<Int>, Bool) {
    let start = position + 1
    var index = start
    var escaped = false
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""):
        position = index + 1
        return (start..<index, escaped)
      case UInt8(ascii: "\\"):
        escaped = true
        position = index
        index += try escapeLength()
      case 0..<0x20:
        position = index
        throw fault("a control character must be escaped in a string")
      default: index += 1
      }
    }
    position = start - 1
    throw fault("a string without its closing quote")
  }

  private func escapeLength() throws -> Int {
    guard position + 1 < bytes.count else { throw fault("a backslash at the end") }
    switch bytes[position + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return 2
    case UInt8(ascii: "u"):
      guard JSONText.hexadecimal(bytes, at: position + 2) != nil else {
        throw fault("four hexadecimal digits must follow \\u")
      }
      return 6
    default: throw fault("an unknown escape")
    }
  }

  private mutating func scanNumber() throws {
    if peek == UInt8(ascii: "-") { position += 1 }
    if peek == UInt8(ascii: "0") { position += 1 } else { try scanDigits() }
    if peek == UInt8(ascii: ".") {
      position += 1
      try scanDigits()
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      position += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
      try scanDigits()
    }
  }

  private mutating func scanDigits() throws {
    let start = position
    while case UInt8(ascii: "0")...UInt8(ascii: "9") = peek { position += 1 }
    if position == start { throw fault("a digit must follow") }
  }

  private mutating func expect(_ word: StaticString) throws {
    for index in 0..<word.utf8CodeUnitCount {
      guard peek == word.utf8Start[index] else { throw fault("an unknown word") }
      position += 1
    }
  }

  /// The byte at hand; 0, which no text here holds, at the end.
  private var peek: UInt8 { position < bytes.count ? bytes[position] : 0 }

  private mutating func skipSpace() {
    while position < bytes.count, JSONText.isSpace(bytes[position]) { position += 1 }
  }

  private func fault(_ reason: String) -> Fault { Fault(reason: reason, offset: position) }
}
