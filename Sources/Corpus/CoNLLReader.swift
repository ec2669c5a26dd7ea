/// Sentences of CoNLL columns: one token a line, a blank line after each sentence.
///
/// The first column is the token and the last its tag, unless options name another; columns are parted by tabs if the line has
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
      let least = max(2, context.options.tagColumn ?? 2)
      guard columns.count >= least, columns.count == columnCount else {
        try skipSentence()
        throw context.invalid(
          line.number, expected: expected(columnCount, least), found: "\(columns.count) columns")
      }
      tokens.append(columns[0])
      tags.append(columns[(context.options.tagColumn ?? columns.count) - 1])
    }
    if tokens.isEmpty { return nil }
    return context.record(
      id: nil, text: tokens.joined(separator: " "), label: nil, line: firstLine,
      fields: "{\"tokens\":\(JSONText.array(tokens)),\"tags\":\(JSONText.array(tags))}")
  }

  private func expected(_ columnCount: Int, _ least: Int) -> String {
    if columnCount >= least { return "\(columnCount) columns" }
    return least == 2 ? "a token and its tag" : "a tag in column \(least)"
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
