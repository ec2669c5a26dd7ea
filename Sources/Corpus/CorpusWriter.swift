import Files
import Foundation

/// Writes rows as JSONL, CSV or TSV; the file appears whole at ``finish()`` or not at all.
public final class CorpusWriter {
  /// A value of a row.
  public enum Value: Sendable, Equatable {
    case text(String)
    case integer(Int)
    /// Not finite numbers are written as null.
    case number(Double)
    case boolean(Bool)
    case null
    /// A JSON text, taken as it is (its string in CSV).
    case json(String)
  }

  private let file: AtomicFile
  private let format: RecordFormat
  private let place: String
  private let columns: [String]
  private var line: [UInt8] = []
  /// Rows written so far.
  public private(set) var rowCount = 0

  /// - Parameters:
  ///   - url: A path, or ``CorpusReader/standardInput`` (`-`) for standard output.
  ///   - format: `jsonLines`, `csv` or `tsv`; from the file name if nil, JSONL for `-`.
  ///   - columns: The columns of CSV and TSV; JSONL rows have the members they are given.
  /// - Throws: `FileError` if the format cannot be exported or the file cannot be written.
  public init(
    _ url: URL, format: RecordFormat? = nil, columns: [String] = ["id", "text", "label"]
  ) throws {
    let isOutput = url == CorpusReader.standardInput
    place = isOutput ? "-" : url.relativePath
    let named = isOutput ? .jsonLines : try? RecordFormat(fileName: url.lastPathComponent)
    guard let format = format ?? named, [.jsonLines, .csv, .tsv].contains(format),
      !place.hasSuffix(".gz")
    else { throw Self.unknownFormat(url, place) }
    self.format = format
    self.columns = columns
    file = try AtomicFile(url)
    if self.format != .jsonLines {
      try writeDelimited(columns.map(Value.text))
    }
  }

  private static func unknownFormat(_ url: URL, _ place: String) -> FileError {
    let ending = url.pathExtension
    let stem = url.deletingPathExtension().relativePath
    var advice = "name the file .jsonl, .csv or .tsv (records also .txt: their ids)"
    if ending == "parquet" {
      advice +=
        "; from JSONL: python -c \"import pandas; pandas.read_json('\(stem).jsonl', "
        + "lines=True).to_parquet('\(place)')\""
    } else if ending == "gz" {
      advice += " and pack it afterwards with gzip"
    }
    return FileError(
      place: place, expected: "an export as JSONL, CSV or TSV",
      found: ending.isEmpty ? "a name without extension" : "'.\(ending)'", advice: advice)
  }

  /// Writes the record: in JSONL its original row as it was, with an `id` before it where it had
  /// none; in CSV and TSV the columns `id`, `text`, `label`, `split`, `source`, `line` from the
  /// record and all others from its original row.
  public func write(_ record: Record) throws {
    if format == .jsonLines { return try writeOriginal(record) }
    let original = try record.fields.map { try JSONText.members($0, place: place) } ?? []
    try write(
      columns.map { name in
        (name, Self.value(name, of: record) ?? original.last { $0.name == name }?.value ?? .null)
      })
  }

  private static func value(_ name: String, of record: Record) -> Value? {
    switch name {
    case "id": .text(record.id)
    case "text": .text(record.text)
    case "label": record.label.map(Value.text) ?? .null
    case "split": record.split.map { .text($0.rawValue) } ?? .null
    case "source": .text(record.source)
    case "line": .integer(record.line)
    default: nil
    }
  }

  /// Writes one row. CSV and TSV take the values of ``columns`` and leave out other members.
  public func write(_ row: [(name: String, value: Value)]) throws {
    if format == .jsonLines {
      line.removeAll(keepingCapacity: true)
      JSONText.append(row, to: &line)
      line.append(0x0a)
      try file.write(line)
    } else {
      try writeDelimited(
        columns.map { name in row.last { $0.name == name }?.value ?? .null })
    }
    rowCount += 1
  }

  private func writeOriginal(_ record: Record) throws {
    guard let fields = record.fields else {
      var row: [(name: String, value: Value)] = [
        ("id", .text(record.id)), ("text", .text(record.text)),
      ]
      if let label = record.label { row.append(("label", .text(label))) }
      return try write(row)
    }
    line.removeAll(keepingCapacity: true)
    let names = try JSONText.members(fields, place: place)
    if !names.contains(where: { $0.name == "id" }) {
      JSONText.append([("id", .text(record.id))], to: &line)
      line.removeLast()
      if !names.isEmpty { line.append(UInt8(ascii: ",")) }
      line += fields.utf8.dropFirst()
    } else {
      line += fields.utf8
    }
    line.append(0x0a)
    try file.write(line)
    rowCount += 1
  }

  private func writeDelimited(_ values: [Value]) throws {
    line.removeAll(keepingCapacity: true)
    for (index, value) in values.enumerated() {
      if index > 0 { line.append(format == .csv ? UInt8(ascii: ",") : 0x09) }
      let text = value.plain ?? ""
      if format == .csv {
        appendQuoted(text, isOnly: values.count == 1)
      } else {
        try appendBare(text)
      }
    }
    line += format == .csv ? [0x0d, 0x0a] : [0x0a]
    try file.write(line)
  }

  /// RFC 4180. The field of a one-column row is quoted where it is empty, else the row would be a
  /// blank line.
  private func appendQuoted(_ text: String, isOnly: Bool) {
    let special: Set<UInt8> = [UInt8(ascii: ","), UInt8(ascii: "\""), 0x0a, 0x0d]
    guard text.utf8.contains(where: special.contains) || text.isEmpty && isOnly else {
      line += text.utf8
      return
    }
    line.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") { line.append(byte) }
      line.append(byte)
    }
    line.append(UInt8(ascii: "\""))
  }

  private func appendBare(_ text: String) throws {
    let isBreak: (UInt8) -> Bool = { $0 == 0x09 || $0 == 0x0a || $0 == 0x0d }
    guard !text.utf8.contains(where: isBreak) else {
      throw FileError(
        place: "\(place):\(rowCount + 2)",
        expected: "values without tabs and line ends, as TSV has",
        found: "one with", advice: "export as CSV or JSONL")
    }
    line += text.utf8
  }

  /// Puts the file in its place; the writer is spent.
  public func finish() throws { try file.commit() }
}

extension CorpusWriter.Value {
  /// As a field of a table has it; nil for null and what is no finite number.
  public var plain: String? {
    switch self {
    case .text(let text), .json(let text): text
    case .integer(let number): String(number)
    case .number(let number): number.isFinite ? number.description : nil
    case .boolean(let flag): flag ? "true" : "false"
    case .null: nil
    }
  }

  /// The number it is or spells, with true as 1 and false as 0; nil for what is none.
  package var number: Double? {
    switch self {
    case .json("true"), .boolean(true): 1
    case .json("false"), .boolean(false): 0
    default: plain.flatMap(Double.init)
    }
  }
}

extension JSONText {
  /// The members of a compact row, values of objects and arrays as JSON.
  static func members(_ json: String, place: String) throws
    -> [(name: String, value: CorpusWriter.Value)]
  {
    var json = json
    return try json.withUTF8 { bytes in
      do {
        var scanner = JSONScanner(bytes)
        var members: [JSONScanner.Member] = []
        try scanner.scanObject(into: &members)
        return try members.map { member in
          let name = try string(bytes, member.key, hasEscapes: member.keyHasEscapes)
          return (name, try value(bytes, member))
        }
      } catch let fault as JSONScanner.Fault {
        throw FileError(
          place: place, expected: "the original row as a JSON object", found: fault.reason)
      }
    }
  }

  private static func value(_ bytes: UnsafeBufferPointer<UInt8>, _ member: JSONScanner.Member)
    throws -> CorpusWriter.Value
  {
    let raw = UnsafeBufferPointer(rebasing: bytes[member.value])
    switch member.kind {
    case .string: return .text(try string(bytes, member.value, hasEscapes: member.valueHasEscapes))
    case .null: return .null
    default: return .json(String(decoding: raw, as: UTF8.self))
    }
  }

  /// Appends a row as a compact object.
  static func append(_ row: [(name: String, value: CorpusWriter.Value)], to json: inout [UInt8]) {
    json.append(UInt8(ascii: "{"))
    for (index, member) in row.enumerated() {
      if index > 0 { json.append(UInt8(ascii: ",")) }
      appendString(member.name, to: &json)
      json.append(UInt8(ascii: ":"))
      switch member.value {
      case .text(let text): appendString(text, to: &json)
      case .integer(let number): json += String(number).utf8
      case .number(let number): json += (number.isFinite ? number.description : "null").utf8
      case .boolean(let flag): json += (flag ? "true" : "false").utf8
      case .null: json += "null".utf8
      case .json(let text): json += text.utf8
      }
    }
    json.append(UInt8(ascii: "}"))
  }
}

extension Record {
  /// The members of the original row in its order; empty for plain text.
  ///
  /// - Throws: `FileError` if ``fields`` is no JSON object.
  public func originalMembers() throws -> [(name: String, value: CorpusWriter.Value)] {
    try fields.map { try JSONText.members($0, place: "\(source):\(line)") } ?? []
  }

  /// The same by name, of equal names the last.
  public func originalFields() throws -> [String: CorpusWriter.Value] {
    Dictionary(try originalMembers().map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
  }

  /// One member of the original row, of equal names the last.
  ///
  /// - Returns: nil if there is none, or ``fields`` is no JSON object.
  package func original(_ name: String) -> CorpusWriter.Value? {
    (try? originalMembers())?.last { $0.name == name }?.value
  }
}
