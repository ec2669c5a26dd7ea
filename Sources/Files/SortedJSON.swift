import Foundation

/// JSON as this program writes it: keys in alphabetical order, slashes as they are. Equal values have equal
/// bytes.
package enum SortedJSON {
  /// - Parameter isPretty: on several lines, for people.
  package static func encoder(isPretty: Bool = false) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    return encoder
  }

  /// - Throws: `EncodingError` for a number that is not finite.
  package static func text(_ value: some Encodable) throws -> String {
    String(decoding: try encoder().encode(value), as: UTF8.self)
  }

  /// Of strings, numbers, flags, and arrays and dictionaries of such.
  package static func data(fields: Any, isPretty: Bool = true) throws -> Data {
    var options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { options.insert(.prettyPrinted) }
    return try JSONSerialization.data(withJSONObject: fields, options: options)
  }
}
