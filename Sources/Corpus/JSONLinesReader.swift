/// Rows of JSONL: one object a line.
struct JSONLinesReader: RowReader {
  private let context: RowContext
  private let lines: LineScanner
  private let textKey: [UInt8]
  private let labelKey: [UInt8]
  private let idKey: [UInt8]
  private var members: [JSONScanner.Member] = []
  private(set) var fieldNames: [String] = []

  init(_ context: RowContext, _ lines: LineScanner) {
    self.context = context
    self.lines = lines
    textKey = Array(context.options.textField.utf8)
    labelKey = Array(context.options.labelField.utf8)
    idKey = Array(context.options.idField.utf8)
  }

  mutating func next() throws -> Record? {
    var line: Line
    repeat {
      guard let next = try lines.next() else { return nil }
      line = next
    } while line.isBlank
    do {
      var scanner = JSONScanner(line.bytes)
      try scanner.scanObject(into: &members)
      return try record(line)
    } catch let fault as JSONScanner.Fault {
      throw context.invalid(
        line.number, expected: "a JSON object", found: "\(fault.reason) (byte \(fault.offset + 1))",
        advice: line.bytes.first == UInt8(ascii: "[")
          ? "write one object a line, for example with jq -c '.[]'" : nil)
    }
  }

  private mutating func record(_ line: Line) throws -> Record {
    if fieldNames.isEmpty { fieldNames = try names(line.bytes) }
    guard let text = try member(textKey, line.bytes) else {
      throw try missing(context.options.textField, option: "--text-field", line)
    }
    let id = try member(idKey, line.bytes).flatMap { try scalar($0, "an id", line) }
    if id == nil && context.options.idField != "id" {
      throw try missing(context.options.idField, option: "--id-field", line)
    }
    if id?.isEmpty == true {
      throw context.invalid(line.number, expected: "an id", found: "an empty one")
    }
    let label = try member(labelKey, line.bytes).flatMap { try scalar($0, "a label", line) }
    guard text.kind == .string || text.kind == .number,
      let content = try scalar(text, "a text", line)
    else {
      throw context.invalid(
        line.number, expected: "a string in '\(context.options.textField)'", found: "\(text.kind)")
    }
    return context.record(
      id: id, text: content, label: label, line: line.number,
      fields: JSONText.compact(line.bytes))
  }

  /// The last member of that key, as most readers of JSON take it.
  private func member(_ key: [UInt8], _ bytes: UnsafeBufferPointer<UInt8>) throws
    -> JSONScanner.Member?
  {
    try members.last { member in
      if !member.keyHasEscapes { return bytes[member.key].elementsEqual(key) }
      return try JSONText.string(bytes, member.key, hasEscapes: true).utf8.elementsEqual(key)
    }
  }

  /// A string, or a number or boolean as it is written; nil for null.
  private func scalar(_ member: JSONScanner.Member, _ what: String, _ line: Line) throws -> String?
  {
    switch member.kind {
    case .null: return nil
    case .object, .array:
      throw context.invalid(line.number, expected: what, found: "an \(member.kind)")
    case .string, .number, .boolean:
      return try JSONText.string(line.bytes, member.value, hasEscapes: member.valueHasEscapes)
    }
  }

  private func names(_ bytes: UnsafeBufferPointer<UInt8>) throws -> [String] {
    try members.map { try JSONText.string(bytes, $0.key, hasEscapes: $0.keyHasEscapes) }
  }

  private func missing(_ name: String, option: String, _ line: Line) throws -> InvalidRow {
    InvalidRow(
      error: FieldNames.missing(
        name, option: option, among: try names(line.bytes), place: context.place.at(line.number)))
  }
}
