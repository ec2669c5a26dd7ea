/// JSON strings and compact rows as text.
enum JSONText {
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
  }

  static func hexadecimal(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt32? {
    guard index + 4 <= bytes.count else { return nil }
    var value: UInt32 = 0
    for byte in bytes[index..<(index + 4)] {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  /// The text of a scanned string, `range` being what stands between its quotes.
  ///
  /// - Throws: `JSONScanner.Fault` for an unpaired surrogate, U+0000, or too many combining marks.
  static func string(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, hasEscapes: Bool
  ) throws -> String {
    let raw = UnsafeBufferPointer(rebasing: bytes[range])
    if !hasEscapes { return String(decoding: raw, as: UTF8.self) }
    // An escape is never shorter than the UTF-8 it stands for.
    return try String(unsafeUninitializedCapacity: raw.count) { target in
      var (from, to) = (0, 0)
      while from < raw.count {
        if raw[from] != UInt8(ascii: "\\") {
          target[to] = raw[from]
          (from, to) = (from + 1, to + 1)
          continue
        }
        let scalar = try unescape(raw, at: &from, base: range.lowerBound)
        for byte in UTF8.encode(scalar).unsafelyUnwrapped {
          target[to] = byte
          to += 1
        }
      }
      // What is written without escapes was looked at with its line.
      if MarkLimit.fault(in: UnsafeBufferPointer(rebasing: target[0..<to])) != nil {
        throw JSONScanner.Fault(
          reason: "more than \(MarkLimit.marks) combining marks in a row",
          offset: range.lowerBound)
      }
      return to
    }
  }

  private static func unescape(
    _ raw: UnsafeBufferPointer<UInt8>, at index: inout Int, base: Int
  ) throws -> Unicode.Scalar {
    let start = index
    index += 2
    switch raw[start + 1] {
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    case let plain: return Unicode.Scalar(plain)
    }
    var value = hexadecimal(raw, at: index) ?? 0
    index += 4
    if value == 0 {
      throw JSONScanner.Fault(reason: "U+0000 in a string", offset: base + start)
    }
    if value >> 10 == 0xd800 >> 10, index + 6 <= raw.count, raw[index] == UInt8(ascii: "\\"),
      raw[index + 1] == UInt8(ascii: "u"), let low = hexadecimal(raw, at: index + 2),
      low >> 10 == 0xdc00 >> 10
    {
      value = 0x10000 + ((value & 0x3ff) << 10 | (low & 0x3ff))
      index += 6
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw JSONScanner.Fault(reason: "an unpaired surrogate", offset: base + start)
    }
    return scalar
  }

  /// `bytes`, a valid JSON text, without the space between its tokens.
  static func compact(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    String(unsafeUninitializedCapacity: bytes.count) { target in
      var (index, count) = (0, 0)
      var isInString = false
      while index < bytes.count {
        let byte = bytes[index]
        index += 1
        if !isInString, isSpace(byte) { continue }
        target[count] = byte
        count += 1
        if byte == UInt8(ascii: "\"") {
          isInString.toggle()
        } else if isInString, byte == UInt8(ascii: "\\") {
          target[count] = bytes[index]
          (index, count) = (index + 1, count + 1)
        }
      }
      return count
    }
  }

  /// Appends `text` as a JSON string: quotes, backslashes and control characters escaped, all else
  /// as it is.
  static func appendString(_ text: String, to json: inout [UInt8]) {
    json.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): json += [UInt8(ascii: "\\"), byte]
      case 0x0a: json += Array("\\n".utf8)
      case 0x0d: json += Array("\\r".utf8)
      case 0x09: json += Array("\\t".utf8)
      case 0..<0x20, 0x7f:
        let digits = String(byte, radix: 16)
        json += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
      default: json.append(byte)
      }
    }
    json.append(UInt8(ascii: "\""))
  }

  /// An object of strings, members in the order given.
  static func object(_ members: some Sequence<(name: String, value: String)>) -> String {
    var json: [UInt8] = [UInt8(ascii: "{")]
    for (index, member) in members.enumerated() {
      if index > 0 { json.append(UInt8(ascii: ",")) }
      appendString(member.name, to: &json)
      json.append(UInt8(ascii: ":"))
      appendString(member.value, to: &json)
    }
    json.append(UInt8(ascii: "}"))
    return String(decoding: json, as: UTF8.self)
  }

  static func array(_ elements: some Sequence<String>) -> String {
    var json: [UInt8] = [UInt8(ascii: "[")]
    for (index, element) in elements.enumerated() {
      if index > 0 { json.append(UInt8(ascii: ",")) }
      appendString(element, to: &json)
    }
    json.append(UInt8(ascii: "]"))
    return String(decoding: json, as: UTF8.self)
  }
}
