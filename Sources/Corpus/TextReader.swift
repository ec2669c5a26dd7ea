/// Rows of plain text: one record a line, blank lines ignored.
struct TextReader: RowReader {
  private let context: RowContext
  private let lines: LineScanner
  let fieldNames: [String] = []

  init(_ context: RowContext, _ lines: LineScanner) {
    self.context = context
    self.lines = lines
  }

  mutating func next() throws -> Record? {
    while let line = try lines.next() {
      if line.isBlank { continue }
      return context.record(
        id: nil, text: String(decoding: line.bytes, as: UTF8.self), label: nil, line: line.number,
        fields: nil)
    }
    return nil
  }
}
