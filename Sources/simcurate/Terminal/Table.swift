import Foundation

/// Rows of text in aligned columns under a header; numbers right-aligned.
struct Table {
  enum Alignment { case left, right }

  private let header: [String]
  private let alignments: [Alignment]
  private var rows: [[String]] = []

  /// - Parameter columns: titles and alignments, left to right.
  init(_ columns: [(String, Alignment)]) {
    header = columns.map(\.0)
    alignments = columns.map(\.1)
  }

  mutating func add(_ row: [String]) {
    precondition(row.count == header.count, "a row has \(header.count) cells, got \(row.count)")
    rows.append(row)
  }

  /// The lines of the table, each ended by a line feed; empty cells of a last column leave no blanks.
  var text: String {
    var widths = header.map(Self.width)
    for row in rows {
      for (column, cell) in row.enumerated() {
        widths[column] = max(widths[column], Self.width(cell))
      }
    }
    let rule = widths.map { String(repeating: "-", count: $0) }
    return ([header, rule] + rows).map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - Self.width(cell))
        line += alignments[column] == .right ? padding + cell : cell + padding
        if column < row.count - 1 { line += "  " }
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  /// Columns a terminal needs for `text`: wide East Asian characters and emoji take two.
  static func width(_ text: String) -> Int {
    text.reduce(0) { width, character in
      guard let scalar = character.unicodeScalars.first else { return width }
      let value = scalar.value
      let isWide =
        (0x1100...0x115F).contains(value) || (0x2E80...0xA4CF).contains(value)
        || (0xAC00...0xD7A3).contains(value) || (0xF900...0xFAFF).contains(value)
        || (0xFE30...0xFE6F).contains(value) || (0xFF00...0xFF60).contains(value)
        || scalar.properties.isEmojiPresentation || (0x20000...0x3FFFD).contains(value)
      return width + (isWide ? 2 : 1)
    }
  }
}

/// `text` cut to `limit` characters, control characters made visible, so that no corpus can disturb
/// the terminal.
func excerpt(_ text: String, limit: Int = 60) -> String {
  var clean = ""
  for scalar in text.unicodeScalars.prefix(4 * limit) {
    let isControl =
      scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
    clean.unicodeScalars.append(isControl ? "\u{B7}" : scalar)
  }
  return clean.count > limit ? String(clean.prefix(limit - 1)) + "…" : clean
}
