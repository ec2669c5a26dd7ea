import Files
import Foundation

extension Report {
  /// The report's value as JSON with sorted keys. Numbers that are not finite become the strings
  /// `NaN`, `Infinity` and `-Infinity`.
  ///
  /// - Throws: `EncodingError`, which a report's plain values do not cause.
  public func json() throws -> String { try reportJSON(self) }

  /// Reads what ``json()`` wrote.
  ///
  /// - Throws: `DecodingError` if `json` is not a report.
  public init(json: String) throws {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    self = try decoder.decode(Report.self, from: Data(json.utf8))
  }
}

extension StudySet {
  /// As ``Report/json()``.
  public func json() throws -> String { try reportJSON(self) }
}

private func reportJSON(_ value: some Encodable) throws -> String {
  let encoder = SortedJSON.encoder(isPretty: true)
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
  return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
}
