import Files

/// Rows of CSV and TSV.
struct DelimitedReader: RowReader {
  enum Dialect { case csv, tsv }

  private let context: RowContext
  private let lines: LineScanner
  private let dialect: Dialect
  private var columns: Columns?
  var fieldNames: [String] { columns?.names ?? [] }

  private struct Columns {
    var names: [String]
    var texts: [Int]
    var label: Int?
    var id: Int?
  }

  init(_ context: RowContext, _ lines: LineScanner, dialect: Dialect) {
    self.context = context
    self.lines = lines
    self.dialect = dialect
  }

  mutating func next() throws -> Record? {
    guard var (row, line) = try nextRow() else { return nil }
    if columns == nil {
      columns = try findColumns(row, line)
      if context.options.hasHeader {
        guard let first = try nextRow() else { return nil }
        (row, line) = first
      }
    }
    guard let columns, row.count == columns.names.count else {
      throw context.invalid(
        line, expected: "\(fieldNames.count) fields as in the first row", found: "\(row.count)",
        advice: dialect == .csv ? "quote fields that hold commas, quotes or line ends" : nil)
    }
    let id = columns.id.map { row[$0] }
    if id?.isEmpty == true { throw context.invalid(line, expected: "an id", found: "an empty one") }
    let label = columns.label.map { row[$0] }
    return context.record(
      id: id, text: text(row, columns.texts), label: label?.isEmpty == true ? nil : label,
      line: line,
      fields: JSONText.object(zip(columns.names, row).map { (name: $0, value: $1) }))
  }

  private func text(_ row: [String], _ columns: [Int]) -> String {
    if columns.count == 1 { return row[columns[0]] }
    return columns.map { row[$0] }.filter { !$0.isEmpty }
      .joined(separator: context.options.textSeparator)
  }

  /// A file whose columns are unknown cannot be read at all, so this error ends the run.
  private func findColumns(_ row: [String], _ line: Int) throws -> Columns {
    let options = context.options
    let names = options.hasHeader ? row : (1...row.count).map(String.init)
    let place = context.place.at(line)
    if Set(names).count < names.count {
      throw FileError(
        place: place, expected: "different column names", found: names.joined(separator: ", "))
    }
    let texts = try options.textFields.map { name in
      guard let text = names.firstIndex(of: name) else {
        throw FieldNames.missing(name, option: .textField, among: names, place: place)
      }
      return text
    }
    let id = names.firstIndex(of: options.idField)
    if id == nil, options.idField != "id" {
      throw FieldNames.missing(options.idField, option: .idField, among: names, place: place)
    }
    let label = names.firstIndex(of: options.labelField)
    if label == nil, options.requiresLabel {
      throw FieldNames.missing(
        options.labelField, option: .labelField, among: names, place: place)
    }
    return Columns(names: names, texts: texts, label: label, id: id)
  }

  /// The fields of the next row and the line where it begins.
  private func nextRow() throws -> (fields: [String], line: Int)? {
    while let line = try lines.next() {
      if line.bytes.isEmpty { continue }
      switch dialect {
      case .csv:
        var row = QuotedRow(openedAt: line.number)
        row.append(line)
        while row.isOpen { try row.append(continuation(of: row)) }
        if let fault = row.fault {
          throw context.invalid(line.number, expected: "a CSV row", found: fault)
        }
        return (row.fields, line.number)
      case .tsv:
        let cells = line.bytes.split(separator: 0x09, omittingEmptySubsequences: false)
        return (cells.map { String(decoding: $0, as: UTF8.self) }, line.number)
      }
    }
    return nil
  }

  /// Where a quote is not closed nobody knows where the next row begins: such errors end the run.
  private func continuation(of row: QuotedRow) throws -> Line {
    let opening = context.place.at(row.quoteLine)
    do {
      if let line = try lines.next(), row.byteCount <= context.options.maximumRowBytes {
        return line
      }
    } catch let invalid as InvalidRow {
      throw invalid.error
    }
    throw FileError(
      place: opening, expected: "a closing quote", found: "none for the quote opened here",
      advice: "double the quotes inside quoted fields, or give \(OptionName.format) tsv if it "
        + "is a TSV file")
  }
}

/// The fields of one CSV row (RFC 4180), fed line by line while a quote is open.
struct QuotedRow {
  private(set) var fields: [String] = []
  private(set) var isOpen = false
  private(set) var fault: String?
  /// Line of the last opening quote.
  private(set) var quoteLine: Int
  private(set) var byteCount = 0
  private var field: [UInt8] = []

  init(openedAt line: Int) { quoteLine = line }

  mutating func append(_ line: Line) {
    let bytes = line.bytes
    byteCount += bytes.count
    var index = 0
    if !isOpen { index = beginField(bytes, at: 0, line: line.number) }
    while index < bytes.count {
      if isOpen {
        index = appendQuoted(bytes, at: index)
      } else if bytes[index] == UInt8(ascii: ",") {
        endField()
        index = beginField(bytes, at: index + 1, line: line.number)
      } else {
        field.append(bytes[index])
        index += 1
      }
    }
    if isOpen {
      if line.hadCarriageReturn { field.append(0x0d) }
      field.append(0x0a)
    } else {
      endField()
    }
  }

  private mutating func beginField(
    _ bytes: UnsafeBufferPointer<UInt8>, at index: Int, line: Int
  ) -> Int {
    guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { return index }
    isOpen = true
    quoteLine = line
    return index + 1
  }

  /// Inside quotes: takes a doubled quote as one, and closes at a single one.
  private mutating func appendQuoted(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
    guard bytes[index] == UInt8(ascii: "\"") else {
      field.append(bytes[index])
      return index + 1
    }
    let next = index + 1
    if next < bytes.count, bytes[next] == UInt8(ascii: "\"") {
      field.append(UInt8(ascii: "\""))
      return next + 1
    }
    isOpen = false
    if next < bytes.count, bytes[next] != UInt8(ascii: ",") {
      fault = "text after a closing quote (byte \(next + 1) of its line)"
    }
    return next
  }

  private mutating func endField() {
    fields.append(String(decoding: field, as: UTF8.self))
    field.removeAll(keepingCapacity: true)
  }
}
