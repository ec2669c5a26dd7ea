import Files
import GRDB

/// What a number in a column has to be, so that whoever reads it may count with it.
package enum CatalogLimit: Sendable {
  /// The row of a record; null where the column allows it.
  case record
  /// A size, a rank or the number of a group: not negative and not above the number of records.
  case count
  /// Any number of things: not negative and below 2^31.
  case small
  /// A cosine or a share: from -1 to 1, but for rounding.
  case score
  /// A finite number below 2^53, so that it has an integral part.
  case finite
}

/// The one place where numbers read from a catalog are checked: the schema's own constraints bind
/// those who write through SQLite, not a file that comes from anywhere.
struct CatalogLimits {
  private let recordCount: Int

  init(_ database: Database) throws {
    let last = try Int.fetchOne(database, sql: "SELECT max(row) FROM records") ?? -1
    guard last < Int(Int32.max) else {
      throw Self.error("records", "row", "fewer than \(Int32.max) records", "row \(last)")
    }
    recordCount = last + 1
  }

  /// The value that `row` holds.
  ///
  /// - Throws: `FileError` naming table, column and value of a number that cannot be.
  func read<Item: CatalogRow>(_ row: Row) throws -> Item {
    for (column, limit) in Item.limits where !row.hasNull(atIndex: column) {
      if let expected = try violated(limit, row, column) {
        throw Self.error(
          Item.table, Item.columns[column], expected, "\(row[column] as DatabaseValue)")
      }
    }
    return try Item(row: row)
  }

  /// What was expected where the number is not within `limit`.
  private func violated(_ limit: CatalogLimit, _ row: Row, _ column: Int) throws -> String? {
    switch limit {
    case .record:
      let value = try row.decode(Int.self, atIndex: column)
      return value >= 0 && value < recordCount ? nil : "one of \(recordCount) rows of records"
    case .count:
      let value = try row.decode(Int.self, atIndex: column)
      return 0...recordCount ~= value ? nil : "a number from 0 to \(recordCount)"
    case .small:
      let value = try row.decode(Int.self, atIndex: column)
      return 0..<Int(Int32.max) ~= value ? nil : "a number from 0 to \(Int32.max - 1)"
    case .score:
      let value = try row.decode(Double.self, atIndex: column)
      return abs(value) <= 1.01 ? nil : "a number from -1 to 1"
    case .finite:
      let value = try row.decode(Double.self, atIndex: column)
      return abs(value) < 0x1p53 ? nil : "a finite number"
    }
  }

  /// - Throws: `FileError` if two of `items` have the same `key`, which tells them apart.
  static func checkDistinct<Item: CatalogRow, Key: Hashable>(
    _ items: [Item], by key: (Item) -> Key
  ) throws {
    var seen = Set<Key>(minimumCapacity: items.count)
    for item in items where !seen.insert(key(item)).inserted {
      throw error(Item.table, "key", "each key once", "\(key(item)) twice")
    }
  }

  static func error(_ table: String, _ column: String, _ expected: String, _ found: String)
    -> FileError
  {
    FileError(
      place: "catalog.sqlite, table \(table), column \(column)", expected: expected, found: found,
      advice: "the catalog is damaged or was changed by another program; build the index again")
  }
}

extension Catalog {
  /// Checks that the rows of records are 0, 1, 2 and so on: they are places in the vector file.
  ///
  /// - Throws: `FileError` if one is missing.
  package func checkRecordRows() throws {
    let (count, first, last) = try read { database in
      let row = try Row.fetchOne(database, sql: "SELECT count(*), min(row), max(row) FROM records")!
      return (row[0] as Int, row[1] as Int? ?? 0, row[2] as Int? ?? -1)
    }
    guard first == 0, last == count - 1 else {
      throw CatalogLimits.error(
        "records", "row", "the rows from 0 to \(count - 1), none missing",
        "rows from \(first) to \(last)")
    }
  }
}
