import Files
import Foundation
import Store

/// When every record was made, from a field of the corpus: numbers, or dates in ISO 8601.
struct RecordTimes {
  /// In row order: the number, or seconds since 1970.
  let values: [Double]

  /// - Throws: `FileError` naming file and line of the first record without a time, or with a
  ///   date where others have numbers.
  init(_ catalog: Catalog, field: String) throws {
    var values: [Double] = []
    var areDates: Bool?
    try catalog.forEachRecord { record in
      let place = "\(record.source):\(record.line)"
      let text = record.record.original(field)?.plain
      guard let text, let (value, isDate) = Self.parse(text) else {
        throw FileError(
          place: place, expected: "a number or an ISO 8601 date in '\(field)'",
          found: text.map { "'\($0)'" } ?? "no such field",
          advice: "write dates as 2026-11-24 or 2026-11-24T09:30:00Z")
      }
      guard areDates ?? isDate == isDate else {
        throw FileError(
          place: place, expected: "\(isDate ? "a number" : "a date") in '\(field)', as before",
          found: "'\(text)'")
      }
      areDates = isDate
      values.append(value)
    }
    self.values = values
  }

  static func parse(_ text: String) -> (value: Double, isDate: Bool)? {
    if let number = Double(text) { return number.isFinite ? (number, false) : nil }
    let styles: [Date.ISO8601FormatStyle] = [
      .iso8601, Date.ISO8601FormatStyle(includingFractionalSeconds: true),
    ]
    for style in styles {
      if let date = try? Date(text, strategy: style) { return (date.timeIntervalSince1970, true) }
    }
    // The day alone must be the whole text: the style itself would pass over what follows.
    guard text.utf8.count == 10,
      let day = try? Date(text, strategy: Date.ISO8601FormatStyle().year().month().day())
    else { return nil }
    return (day.timeIntervalSince1970, true)
  }
}
