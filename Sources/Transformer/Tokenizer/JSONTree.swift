import Files
import Foundation

/// A parsed JSON text (RFC 8259) as one flat array of nodes over the file's bytes.
///
/// Foundation's reader makes an object for each of a vocabulary's hundred thousand strings and
/// numbers and forgets their order; this one makes none: a string stays where it lies in the file
/// until somebody asks for it.
final class JSONTree: Sendable {
  enum Kind: UInt8 { case null, bool, number, string, object, array }

  struct Node {
    var kind: Kind
    var isEscaped = false
    /// Bytes of the value; without the quotes for a string.
    var start: UInt32
    var end: UInt32 = 0
    /// Index of the node after this one and all inside it.
    var next: UInt32 = 0
  }

  let place: String
  /// The text, and a zero.
  let bytes: [UInt8]
  let nodes: [Node]

  /// Parses `data`; `place` names it in errors.
  ///
  /// - Throws: `FileError` if it is not one JSON value in valid UTF-8, nests more than 128
  ///   deep or is larger than 2 GiB.
  init(_ data: Data, place: String) throws {
    self.place = place
    guard data.count < 1 << 31 else {
      throw FileError(
        place: place, expected: "at most 2 GiB of JSON", found: "\(data.count) bytes")
    }
    let count = data.count
    bytes = [UInt8](unsafeUninitializedCapacity: count + 1) { buffer, initialized in
      _ = data.copyBytes(to: buffer)
      buffer[count] = 0
      initialized = count + 1
    }
    nodes = try bytes.withUnsafeBufferPointer { bytes in
      let text = UnsafeBufferPointer(rebasing: bytes[..<count])
      guard text.allSatisfy({ $0 < 0x80 }) || String(validating: text, as: UTF8.self) != nil else {
        throw FileError(place: place, expected: "JSON in UTF-8", found: "invalid UTF-8")
      }
      var parser = JSONParser(bytes: bytes.baseAddress!, count: count, place: place)
      return try parser.parse()
    }
  }

  var root: JSONValue { JSONValue(tree: self, index: 0) }
}

/// One value inside a ``JSONTree``.
struct JSONValue {
  let tree: JSONTree
  let index: Int

  private var node: JSONTree.Node { tree.nodes[index] }
  var kind: JSONTree.Kind { node.kind }
  var isNull: Bool { kind == .null }

  /// The error for a value that is not what it should be.
  func error(expected: String, found: String? = nil, advice: String? = nil) -> FileError {
    let text = tree.bytes[Int(node.start)..<min(Int(node.end), Int(node.start) + 40)]
    return FileError(
      place: "\(tree.place), byte \(node.start)", expected: expected,
      found: found ?? "\(kind) \(String(decoding: text, as: UTF8.self))", advice: advice)
  }

  /// The member called `key` (the last one, if several are), nil if absent or null.
  func optional(_ key: String) throws -> JSONValue? {
    guard kind == .object else { throw error(expected: "an object with \"\(key)\"") }
    var found: JSONValue?
    let wanted = Array(key.utf8)
    try forEachMember { name, value in
      if name.withUTF8({ $0.elementsEqual(wanted) }) { found = value }
    }
    return found?.isNull == true ? nil : found
  }

  func required(_ key: String) throws -> JSONValue {
    guard let value = try optional(key) else {
      throw error(expected: "a member \"\(key)\"", found: "none")
    }
    return value
  }

  /// Calls `body` with each member's name and value, in file order.
  func forEachMember(_ body: (JSONValue, JSONValue) throws -> Void) throws {
    guard kind == .object else { throw error(expected: "an object") }
    var child = index + 1
    while child < Int(node.next) {
      try body(JSONValue(tree: tree, index: child), JSONValue(tree: tree, index: child + 1))
      child = Int(tree.nodes[child + 1].next)
    }
  }

  /// Calls `body` with each element, in file order.
  func forEachElement(_ body: (JSONValue) throws -> Void) throws {
    guard kind == .array else { throw error(expected: "an array") }
    var child = index + 1
    while child < Int(node.next) {
      try body(JSONValue(tree: tree, index: child))
      child = Int(tree.nodes[child].next)
    }
  }

  func elements() throws -> [JSONValue] {
    var all: [JSONValue] = []
    try forEachElement { all.append($0) }
    return all
  }

  /// The two elements of an array of two; nil if it is none.
  var pair: (JSONValue, JSONValue)? {
    guard kind == .array, node.next > index + 1 else { return nil }
    let second = Int(tree.nodes[index + 1].next)
    guard second < node.next, tree.nodes[second].next == node.next else { return nil }
    return (JSONValue(tree: tree, index: index + 1), JSONValue(tree: tree, index: second))
  }

  /// Calls `body` with the string's UTF-8, without a copy where it has no escapes. Only for strings.
  func withUTF8<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
    let node = node
    return try tree.bytes.withUnsafeBufferPointer { bytes in
      let raw = UnsafeBufferPointer(rebasing: bytes[Int(node.start)..<Int(node.end)])
      guard node.isEscaped else { return try body(raw) }
      return try JSONParser.unescape(raw).withUnsafeBufferPointer(body)
    }
  }

  func string() throws -> String { String(decoding: try utf8(), as: UTF8.self) }

  func utf8() throws -> [UInt8] {
    guard kind == .string else { throw error(expected: "a string") }
    return withUTF8 { Array($0) }
  }

  func bool() throws -> Bool {
    guard kind == .bool else { throw error(expected: "true or false") }
    return tree.bytes[Int(node.start)] == UInt8(ascii: "t")
  }

  /// A whole number written without fraction or exponent.
  func integer(in range: ClosedRange<Int>) throws -> Int {
    var value = 0
    var position = Int(node.start)
    let isNegative = tree.bytes[position] == UInt8(ascii: "-")
    if isNegative { position += 1 }
    var isInteger = kind == .number
    while isInteger, position < Int(node.end) {
      let digit = tree.bytes[position]
      isInteger = digit &- 48 < 10 && value < 1 << 56
      if isInteger { value = value * 10 + Int(digit &- 48) }
      position += 1
    }
    if isNegative { value = -value }
    guard isInteger, range.contains(value) else {
      throw error(expected: "a whole number in \(range.lowerBound)...\(range.upperBound)")
    }
    return value
  }

  func double() throws -> Double {
    guard kind == .number, let value = withUTF8(DecimalNumber.value), value.isFinite else {
      throw error(expected: "a finite number")
    }
    return value
  }
}
