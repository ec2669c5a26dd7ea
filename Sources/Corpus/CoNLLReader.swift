/// Sentences of CoNLL columns: one token a line, a blank line after each sentence.
///
/// The first column is the token and the last its tag; columns are parted by tabs if the line has
/// any, else by spaces. `-DOCSTART-` lines are left out, and so are comments before a sentence's
/// first token (`# id …`, `# name = …`). The text is the tokens joined by spaces.
struct CoNLLReader: RowReader {
  private let context: RowContext
  private let lines: LineScanner
  let fieldNames: [String] = []

  init(_ context: RowContext, _ lines: LineScanner) {
    self.context = context
    self.lines = lines
  }

  mutating func next() throws -> Record? {
    var tokens: [String] = []
    var tags: [String] = []
    var columnCount = 0
    var firstLine = 0
    while let line = try lines.next() {
      if line.isBlank {
        if tokens.isEmpty { continue }
        break
      }
      if isSkipped(line, isFirst: tokens.isEmpty) { continue }
      let columns = split(line)
      if tokens.isEmpty { (firstLine, columnCount) = (line.number, columns.count) }
      guard columns.count >= 2, columns.count == columnCount else {
        let expected = columnCount < 2 ? "a token and its tag" : "\(columnCount) columns"
        try skipSentence()
        throw context.invalid(line.number, expected: expected, found: "\(columns.count) columns")
      }
      tokens.append(columns[0])
      tags.append(columns[columns.count - 1])
    }
    if tokens.isEmpty { return nil }
    return context.record(
      id: nil, text: tokens.joined(separator: " "), label: nil, line: firstLine,
      fields: "{\"tokens\":\(JSONText.array(tokens)),\"tags\":\(JSONText.array(tags))}")
  }

  private func isSkipped(_ line: Line, isFirst: Bool) -> Bool {
    if line.bytes.starts(with: "-DOCSTART-".utf8) { return true }
    guard isFirst, line.bytes.starts(with: "# ".utf8) else { return false }
    let text = String(decoding: line.bytes, as: UTF8.self)
    return text.hasPrefix("# id ") || text.contains(" = ")
  }

  private func split(_ line: Line) -> [String] {
    let cells =
      line.bytes.contains(0x09)
      ? line.bytes.split(separator: 0x09, omittingEmptySubsequences: false)
      : line.bytes.split(separator: 0x20)
    return cells.map { String(decoding: $0, as: UTF8.self) }
  }

  private func skipSentence() throws {
    while let line = try lines.next(), !line.isBlank {}
  }
}
