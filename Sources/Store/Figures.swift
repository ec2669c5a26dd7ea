import Files
import Foundation
import GRDB

/// What a step found out beside the rows it wrote: one value of a type of its own, kept as JSON in the
/// table `figures`, so that it is stored, reported and printed as one thing.
package protocol Figures: Codable, Equatable, Sendable {
  /// The key in the table.
  static var step: String { get }
}

/// A row of the table `figures`.
struct FiguresRow: CatalogRow {
  var step: String
  var value: String

  static let table = "figures"
  static let columns = ["step", "value"]

  init(_ figures: some Figures) throws {
    step = type(of: figures).step
    value = try SortedJSON.text(figures)
  }

  init(row: Row) throws {
    step = try row.decode(atIndex: 0)
    value = try row.decode(atIndex: 1)
  }

  func bind(to values: inout RowBinder) {
    values.bind(step)
    values.bind(value)
  }
}

extension Catalog {
  /// What the step left; nil if it left nothing.
  ///
  /// - Throws: `FileError` for text that is not such a value.
  package func figures<Value: Figures>(_ type: Value.Type) throws -> Value? {
    let rows = try all(FiguresRow.self, "WHERE step = ?", [type.step])
    try CatalogLimits.checkDistinct(rows, by: \.step)
    return try rows.first.map { row in
      try StoredJSON.decode(
        type, from: Data(row.value.utf8),
        place: "\(url.relativePath), table figures, step \(row.step)",
        advice: "the catalog is damaged or was changed by another program; build the index again")
    }
  }
}
