import Kernels

/// JSON lines of token ids, with or without offsets.
enum TokenLines {
  private static let pieceSize = 256

  /// What `line` appends for each of `texts`, in their order; made on all threads.
  static func make(
    _ texts: [String], _ line: @Sendable (String, inout [UInt8]) -> Void
  ) -> [[UInt8]] {
    Threads.flatMap(texts.count, by: pieceSize) { piece in
      var lines: [UInt8] = []
      for text in texts[piece] { line(text, &lines) }
      return [lines]
    }
  }

  /// `[101,7592,102]`
  static func append(_ ids: [Int32], to lines: inout [UInt8]) {
    append(list: ids, to: &lines) { append(Int($0), to: &$1) }
    lines.append(UInt8(ascii: "\n"))
  }

  /// `{"ids":[101,7592,102],"offsets":[[0,0],[0,5],[0,0]]}`
  static func append(
    _ tokens: [(id: Int32, utf8Range: Range<Int>)], of text: String, to lines: inout [UInt8]
  ) {
    let characters = characterIndices(text)
    lines += #"{"ids":"#.utf8
    append(list: tokens, to: &lines) { append(Int($0.id), to: &$1) }
    lines += #","offsets":"#.utf8
    append(list: tokens, to: &lines) { token, lines in
      let range = token.utf8Range
      append(list: [range.lowerBound, range.upperBound], to: &lines) {
        append(characters?[$0] ?? $0, to: &$1)
      }
    }
    lines += "}\n".utf8
  }

  /// How many Unicode scalars start before each byte of `text`; nil if that is the byte's index.
  private static func characterIndices(_ text: String) -> [Int]? {
    var counts: [Int] = []
    counts.reserveCapacity(text.utf8.count + 1)
    var count = 0
    for byte in text.utf8 {
      counts.append(count)
      count += 1
      if byte & 0xC0 == 0x80 {
        count -= 1
        counts[counts.count - 1] = count
      }
    }
    counts.append(count)
    return count == text.utf8.count ? nil : counts
  }

  private static func append<Element>(
    list: [Element], to lines: inout [UInt8], _ body: (Element, inout [UInt8]) -> Void
  ) {
    lines.append(UInt8(ascii: "["))
    var isFirst = true
    for element in list {
      if !isFirst { lines.append(UInt8(ascii: ",")) }
      isFirst = false
      body(element, &lines)
    }
    lines.append(UInt8(ascii: "]"))
  }

  private static func append(_ number: Int, to lines: inout [UInt8]) {
    var number = number
    let start = lines.count
    repeat {
      lines.append(UInt8(ascii: "0") + UInt8(number % 10))
      number /= 10
    } while number > 0
    lines[start...].reverse()
  }
}
