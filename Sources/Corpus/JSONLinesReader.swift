import Files

/// Rows of JSONL, one object a line, of one array of objects, or the questions of SQuAD's JSON.
struct JSONLinesReader: RowReader {
  enum Source {
    case lines
    case array
    case squad(SquadRows)
  }

  private let context: RowContext
  private let lines: LineScanner
  private let source: Source
  private let textKeys: [[UInt8]]
  private let labelKey: [UInt8]
  private let idKey: [UInt8]
  private var members: [JSONScanner.Member] = []
  private(set) var fieldNames: [String] = []

  init(_ context: RowContext, _ lines: LineScanner, _ source: Source) {
    self.context = context
    self.lines = lines
    self.source = source
    textKeys = context.options.textFields.map { Array($0.utf8) }
    labelKey = Array(context.options.labelField.utf8)
    idKey = Array(context.options.idField.utf8)
  }

  mutating func next() throws -> Record? {
    guard let line = try nextRow() else { return nil }
    do {
      var scanner = JSONScanner(line.bytes)
      try scanner.scanObject(into: &members)
      return try record(line)
    } catch let fault as JSONScanner.Fault {
      throw invalid(
        line, expected: "a JSON object", found: "\(fault.reason) (byte \(fault.offset + 1))")
    }
  }

  private func nextRow() throws -> Line? {
    switch source {
    case .array: return try lines.nextElement()
    case .squad(let rows): return try rows.next()
    case .lines:
      while let line = try lines.next() {
        if !line.isBlank { return line }
      }
      return nil
    }
  }

  private mutating func record(_ line: Line) throws -> Record {
    if fieldNames.isEmpty { fieldNames = try names(line.bytes) }
    let text = try text(line)
    let id = try member(idKey, line.bytes).flatMap { try scalar($0, "an id", line) }
    if id == nil && context.options.idField != "id" {
      throw try missing(context.options.idField, option: .idField, line)
    }
    if id?.isEmpty == true { throw invalid(line, expected: "an id", found: "an empty one") }
    let label = try member(labelKey, line.bytes).flatMap { try labels($0, line) }
    var record = context.record(
      id: id, text: text, label: label, line: line.element ?? line.number,
      fields: JSONText.compact(line.bytes))
    if label == nil, context.options.labelField == "label",
      try member(Self.answersKey, line.bytes) != nil
    {
      record.label = try answerLabel(record, line)
    }
    return record
  }

  private func answerLabel(_ record: Record, _ line: Line) throws -> String? {
    do {
      return try record.answerLabel(QuestionFields(texts: context.options.textFields))
    } catch var error as FileError {
      error.place = place(line) + ", record '\(record.id.prefix(60))'"
      throw InvalidRow(error: error)
    }
  }

  private static let answersKey = Array("answers".utf8)

  /// The text of the one field, or those of several, whichever the row has and are not empty.
  private func text(_ line: Line) throws -> String {
    let fields = context.options.textFields
    if fields.count == 1 {
      if let member = try member(textKeys[0], line.bytes) {
        return try marked(text(member, fields[0], line), line)
      }
      if fields == ["text"], let chat = try member(Self.chatKey, line.bytes), chat.kind == .array {
        return try text(chat, "messages", line)
      }
      if fields == ["text"], let tokens = try tokens(line) { return tokens }
      if fields == ["text"], let question = try question(line) { return question }
      throw try missing(fields[0], option: .textField, line)
    }
    var texts: [String] = []
    var isThere = false
    for (name, key) in zip(fields, textKeys) {
      guard let member = try member(key, line.bytes) else { continue }
      isThere = true
      if member.kind != .null { texts.append(try text(member, name, line)) }
    }
    guard isThere else { throw try missing(fields[0], option: .textField, line) }
    return texts.filter { !$0.isEmpty }.joined(separator: context.options.textSeparator)
  }

  /// `text` with markers around two entities, where the row says where they are.
  private func marked(_ text: String, _ line: Line) throws -> String {
    guard let places = try RelationOffsets(members, in: line.bytes) else { return text }
    do {
      return try RelationText.marked(text, first: places.first, second: places.second)
    } catch let fault as RelationText.Fault {
      throw InvalidRow(
        error: FileError(
          place: place(line), expected: "two entities within the text that do not cross",
          found: fault.found,
          advice: "places are [start, end] in characters (Unicode code points) from 0, end excluded"
        ))
    }
  }

  private static let chatKey = Array("messages".utf8)
  private static let tokensKey = Array("tokens".utf8)

  /// The words of a tagged sentence joined by spaces, as of CoNLL columns; nil if the row has none.
  private func tokens(_ line: Line) throws -> String? {
    guard let member = try member(Self.tokensKey, line.bytes), member.kind == .array else {
      return nil
    }
    var tokens: [String] = []
    for element in try JSONText.elements(UnsafeBufferPointer(rebasing: line.bytes[member.value])) {
      guard case .text(let token) = element else { return nil }
      tokens.append(token)
    }
    return tokens.joined(separator: " ")
  }

  /// A question and the text that it is about, as two text fields; nil if the row has no two such strings.
  private func question(_ line: Line) throws -> String? {
    let texts = try QuestionFields().texts.compactMap { name -> String? in
      guard let member = try member(Array(name.utf8), line.bytes), member.kind == .string else {
        return nil
      }
      return try JSONText.string(line.bytes, member.value, hasEscapes: member.valueHasEscapes)
    }
    guard texts.count == 2 else { return nil }
    return texts.filter { !$0.isEmpty }.joined(separator: context.options.textSeparator)
  }

  private func text(_ member: JSONScanner.Member, _ name: String, _ line: Line) throws -> String {
    switch member.kind {
    case .string, .number:
      return try JSONText.string(line.bytes, member.value, hasEscapes: member.valueHasEscapes)
    case .array:
      let array = UnsafeBufferPointer(rebasing: line.bytes[member.value])
      if let chat = try ChatText.text(array) { return chat }
      throw invalid(
        line, expected: "a string in '\(name)', or messages with 'role' and 'content'",
        found: "an array")
    case .null, .boolean, .object:
      throw invalid(line, expected: "a string in '\(name)'", found: "\(member.kind)")
    }
  }

  /// The last member of that key, as most readers of JSON take it.
  private func member(_ key: [UInt8], _ bytes: UnsafeBufferPointer<UInt8>) throws
    -> JSONScanner.Member?
  {
    try members.last { try $0.hasKey(key, in: bytes) }
  }

  /// A string, or a number or boolean as it is written; nil for null.
  private func scalar(_ member: JSONScanner.Member, _ what: String, _ line: Line) throws -> String?
  {
    switch member.kind {
    case .null: return nil
    case .object, .array: throw invalid(line, expected: what, found: "an \(member.kind)")
    case .string, .number, .boolean:
      return try JSONText.string(line.bytes, member.value, hasEscapes: member.valueHasEscapes)
    }
  }

  /// One label, or an array of any number of them as it is written.
  private func labels(_ member: JSONScanner.Member, _ line: Line) throws -> String? {
    guard member.kind == .array else { return try scalar(member, "a label", line) }
    let array = String(
      decoding: UnsafeBufferPointer(rebasing: line.bytes[member.value]), as: UTF8.self)
    guard LabelSet(array) != nil else {
      throw invalid(
        line, expected: "a label, or an array of labels", found: "an array of something else")
    }
    return array
  }

  private func names(_ bytes: UnsafeBufferPointer<UInt8>) throws -> [String] {
    try members.map { try JSONText.string(bytes, $0.key, hasEscapes: $0.keyHasEscapes) }
  }

  private func missing(_ name: String, option: OptionName, _ line: Line) throws -> InvalidRow {
    InvalidRow(
      error: FieldNames.missing(
        name, option: option, among: try names(line.bytes), place: place(line)))
  }

  private func invalid(_ line: Line, expected: String, found: String) -> InvalidRow {
    InvalidRow(error: FileError(place: place(line), expected: expected, found: found))
  }

  private func place(_ line: Line) -> String {
    context.place.at(line.number, element: line.element ?? 0)
  }
}
