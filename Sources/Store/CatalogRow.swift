import Files
import Foundation
import GRDB
import GRDBSQLite

/// A type whose values are the rows of one table.
///
/// Fields are bound and fetched by position, without names or existentials: catalogs hold millions
/// of rows.
package protocol CatalogRow: FetchableRecord, Codable, Equatable, Sendable {
  static var table: String { get }
  /// In the order of ``init(row:)`` and `bind(to:)`.
  static var columns: [String] { get }
  /// What the numbers in some columns, given by position, have to be.
  static var limits: [(column: Int, limit: CatalogLimit)] { get }
  func bind(to values: inout RowBinder)
}

extension CatalogRow {
  package static var limits: [(column: Int, limit: CatalogLimit)] { [] }

  static var selection: String {
    "SELECT \(columns.map { "\"\($0)\"" }.joined(separator: ", ")) FROM \(table)"
  }

  static var insertion: String {
    let names = columns.map { "\"\($0)\"" }.joined(separator: ", ")
    let places = columns.map { _ in "?" }.joined(separator: ", ")
    return "INSERT INTO \(table) (\(names)) VALUES (\(places))"
  }
}

/// Binds values to the parameters of one prepared statement, from the first on.
package struct RowBinder {
  // SQLite copies what it is given: the value may be gone before the statement runs.
  private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  private let statement: OpaquePointer
  private var index: Int32 = 0

  init(_ statement: OpaquePointer) { self.statement = statement }

  package mutating func bind(_ value: Int) {
    index += 1
    sqlite3_bind_int64(statement, index, Int64(value))
  }

  package mutating func bind(_ value: Int?) {
    if let value { bind(value) } else { bindNull() }
  }

  package mutating func bind(_ value: Double) {
    index += 1
    sqlite3_bind_double(statement, index, value)
  }

  package mutating func bind(_ value: Double?) {
    if let value { bind(value) } else { bindNull() }
  }

  package mutating func bind(_ value: Bool) { bind(value ? 1 : 0) }

  package mutating func bind(_ value: String) {
    index += 1
    var value = value
    _ = value.withUTF8 { bytes in
      sqlite3_bind_text(
        statement, index, UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self),
        Int32(bytes.count), Self.transient)
    }
  }

  package mutating func bind(_ value: String?) {
    if let value { bind(value) } else { bindNull() }
  }

  package mutating func bind(_ bytes: [UInt8]) {
    index += 1
    sqlite3_bind_blob(statement, index, bytes, Int32(bytes.count), Self.transient)
  }

  mutating func bindNull() {
    index += 1
    sqlite3_bind_null(statement, index)
  }
}

extension RowBinder {
  /// ISO 8601 in UTC with milliseconds, as SQLite's date functions read it.
  package mutating func bind(_ value: Date) { bind(value.formatted(CatalogDate.style)) }

  package mutating func bind(_ value: Date?) {
    if let value { bind(value) } else { bindNull() }
  }
}

enum CatalogDate {
  static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}

/// A text column that must hold one of an enumeration's values.
func decoded<Value: RawRepresentable>(_ row: Row, _ column: Int) throws -> Value
where Value.RawValue == String {
  let text = try row.decode(String.self, atIndex: column)
  guard let value = Value(rawValue: text) else {
    throw FileError(
      place: "catalog", expected: "a \(Value.self)", found: "'\(text)'",
      advice: "the catalog was changed by another program")
  }
  return value
}

/// The same, or null.
func decodedIfPresent<Value: RawRepresentable>(_ row: Row, _ column: Int) throws -> Value?
where Value.RawValue == String {
  row.hasNull(atIndex: column) ? nil : try decoded(row, column)
}

/// A text column that must hold a JSON array of strings.
func decodedList(_ row: Row, _ column: Int) throws -> [String] {
  let text = try row.decode(String.self, atIndex: column)
  guard let list = StoredJSON.strings(text) else {
    throw FileError(place: "catalog", expected: "a JSON array of strings", found: "'\(text)'")
  }
  return list
}

/// JSON that a step left in a folder or a catalog, read as what it should be.
package enum StoredJSON {
  /// - Parameter place: the file, or the table and column.
  /// - Throws: `FileError` with the reason if the data are not a `Value`.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, from data: Data, place: String, advice: String? = nil
  ) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw FileError(
        place: place, expected: "JSON as this program writes it", found: reason(error),
        advice: advice ?? "the file was damaged or changed by another program")
    }
  }

  /// A list of strings as a text column holds it.
  package static func text(_ list: [String]) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    // Encoding an array of strings cannot fail.
    return (try? encoder.encode(list)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
  }

  /// The list that a text is; nil if it is none.
  package static func strings(_ text: String) -> [String]? {
    try? JSONDecoder().decode([String].self, from: Data(text.utf8))
  }

  /// What is wrong with the text, in a few words.
  package static func reason(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "no '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "another value in '\(context.codingPath.map(\.stringValue).joined(separator: "."))'"
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      "an unknown value in '\(context.codingPath.map(\.stringValue).joined(separator: "."))'"
    default: "text that is no JSON object"
    }
  }
}
