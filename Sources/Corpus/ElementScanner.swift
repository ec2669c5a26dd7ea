import Files

/// How far the one JSON array that a file is has been read.
struct ArrayProgress {
  /// Elements begun; 0 in a file of lines.
  var count = 0
  var isOpen = false
  /// Whether the array is a member of the one object that the file is.
  var isMember = false
}

/// The elements of a file that is one JSON array, one after the other, in one buffer that grows only to
/// the longest element.
extension LineScanner {
  /// The next element as it is written, valid UTF-8 without U+0000; nil behind the array's end. Its
  /// number is that of the line where it begins.
  ///
  /// - Throws: `InvalidRow` for an element that is neither; `FileError` where nobody knows where the
  ///   next element begins.
  func nextElement() throws -> Line? {
    if lineNumber == 0 {
      lineNumber = 1
      guard try skipSpace() == UInt8(ascii: "[") else { throw fault("'['", "another character") }
      take(1)
      array.isOpen = true
    }
    guard array.isOpen else { return nil }
    var next = try skipSpace()
    if array.count > 0, next == UInt8(ascii: ",") {
      take(1)
      next = try skipSpace()
    } else if array.count > 0, next != UInt8(ascii: "]") {
      throw fault("',' or ']' after an element", next == nil ? "the end of the file" : "more text")
    } else if next == UInt8(ascii: "]") {
      return try close()
    }
    guard next != nil else { throw fault("the array's end, ']'", "the end of the file") }
    array.count += 1
    let length = try elementLength()
    let bytes = UnsafeBufferPointer(rebasing: buffer[start..<(start + length)])
    let line = Line(
      bytes: bytes, number: lineNumber, hadCarriageReturn: false, element: array.count)
    // Errors name the line where the element begins.
    defer { take(length) }
    try validate(bytes, lineOffset: offset)
    return line
  }

  /// Bytes of the element that begins at `start`, all of them in the buffer.
  private func elementLength() throws -> Int {
    var (length, depth, isInString) = (0, 0, false)
    while true {
      while start + length >= end {
        guard !isAtEnd else { throw fault("the element's end", "the end of the file") }
        guard length <= limit else {
          throw fault("at most \(limit) bytes in an element", "a longer one")
        }
        try refill()
      }
      let byte = buffer[start + length]
      length += 1
      if isInString {
        if byte == UInt8(ascii: "\\") { length += 1 }
        if byte == UInt8(ascii: "\"") { isInString = false }
        if isInString || depth > 0 { continue }
        return length
      }
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth < 0 { return length - 1 }
        if depth == 0 { return length }
      case UInt8(ascii: ","): if depth == 0 { return length - 1 }
      default: continue
      }
    }
  }

  /// The next element of `data`, an array in the one object that the file is; otherwise as
  /// ``nextElement()``.
  func nextArticle() throws -> Line? {
    if lineNumber == 0 {
      (lineNumber, array.isMember) = (1, true)
      guard try skipSpace() == UInt8(ascii: "{") else { throw fault("'{'", "another character") }
      take(1)
      while try memberName() != "data" {
        take(try elementLength())
        guard try skipSpace() == UInt8(ascii: ",") else {
          throw fault("a member 'data'", "an object without it")
        }
        take(1)
      }
      guard try skipSpace() == UInt8(ascii: "[") else {
        throw fault("an array in 'data'", "something else")
      }
      take(1)
      array.isOpen = true
    }
    return try nextElement()
  }

  /// The name of the next member; its value follows.
  private func memberName() throws -> String {
    guard try skipSpace() == UInt8(ascii: "\"") else {
      throw fault("a member 'data'", "no member")
    }
    let length = try elementLength()
    let name = String(decoding: buffer[start + 1..<start + length - 1], as: UTF8.self)
    take(length)
    guard try skipSpace() == UInt8(ascii: ":") else { throw fault("':' after a key", "more text") }
    take(1)
    _ = try skipSpace()
    return name
  }

  private func close() throws -> Line? {
    take(1)
    array.isOpen = false
    if array.isMember {
      while try skipSpace() == UInt8(ascii: ",") {
        take(1)
        _ = try memberName()
        take(try elementLength())
      }
      guard try skipSpace() == UInt8(ascii: "}") else {
        throw fault("'}' after the object's last member", "more text")
      }
      take(1)
    }
    if try skipSpace() != nil { throw fault("nothing after the end", "more text") }
    return nil
  }

  /// The first byte that is no space, not taken yet; nil at the end.
  private func skipSpace() throws -> UInt8? {
    while true {
      while start < end {
        if !JSONText.isSpace(buffer[start]) { return buffer[start] }
        take(1)
      }
      if isAtEnd { return nil }
      try refill()
    }
  }

  private func take(_ count: Int) {
    for byte in buffer[start..<(start + count)] where byte == 0x0a { lineNumber += 1 }
    start += count
    offset += count
  }

  private func fault(_ expected: String, _ found: String) -> FileError {
    FileError(
      place: place.at(lineNumber, element: array.count), expected: expected, found: found,
      advice: "check the file with python -m json.tool, or write one object a line (jq -c '.[]')")
  }
}
