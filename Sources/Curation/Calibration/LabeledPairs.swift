import Corpus
import Files
import Foundation

/// The fields of a file of labeled pairs.
public struct PairFields: Sendable {
  /// Fields of the two texts, or of the two ids.
  public var a: String
  /// The second of the two.
  public var b: String
  /// Field that says whether the two are duplicates.
  public var duplicate: String
  /// If set, ``duplicate`` holds a number and duplicates are the pairs from this one up.
  public var positiveFrom: Double?

  /// Each parameter is the property of that name.
  public init(
    a: String = "text_a", b: String = "text_b", duplicate: String = "duplicate",
    positiveFrom: Double? = nil
  ) {
    self.a = a
    self.b = b
    self.duplicate = duplicate
    self.positiveFrom = positiveFrom
  }
}

/// A row of a file of labeled pairs.
public struct LabeledPair: Sendable, Equatable {
  /// The texts, or the ids, of the two.
  public var a: String
  /// The second of the two.
  public var b: String
  /// Nil where the labeler was unsure or the field is empty.
  public var isDuplicate: Bool?
  /// Where it stands in its file, from 1.
  public var line: Int
}

/// Reads labeled pairs from JSONL, CSV or TSV.
public struct LabeledPairReader: Sendable {
  private let fields: PairFields
  private let format: RecordFormat?
  private let hasHeader: Bool

  /// Each parameter is the property of that name.
  public init(_ fields: PairFields, format: RecordFormat? = nil, hasHeader: Bool = true) {
    self.fields = fields
    self.format = format
    self.hasHeader = hasHeader
  }

  /// All pairs of `url` in file order.
  ///
  /// - Throws: `FileError` with the line where a field is missing or its value no label.
  public func read(_ url: URL) throws -> [LabeledPair] {
    let reading = ReadingOptions(format: format, textField: fields.a, hasHeader: hasHeader)
    var pairs: [LabeledPair] = []
    try CorpusReader(options: reading).read(url) { pairs.append(try pair($0)) }
    return pairs
  }

  /// The pair of one row.
  func pair(_ record: Record) throws -> LabeledPair {
    guard record.fields != nil else {
      throw FileError(
        place: record.source, expected: "pairs with named fields", found: "plain text",
        advice: "name the format with \(OptionName.format) jsonl, csv or tsv")
    }
    let members = try record.originalFields()
    guard let other = try value(fields.b, .fieldB, members, record).plain else {
      throw fault(record, "a text in '\(fields.b)'", "null")
    }
    let label = try value(fields.duplicate, .duplicateField, members, record)
    return LabeledPair(
      a: record.text, b: other, isDuplicate: try isDuplicate(label.plain, record),
      line: record.line)
  }

  private func value(
    _ name: String, _ option: OptionName, _ members: [String: CorpusWriter.Value], _ record: Record
  ) throws -> CorpusWriter.Value {
    if let value = members[name] { return value }
    let names = members.keys.sorted().prefix(20).map { "'\($0)'" }.joined(separator: ", ")
    throw FileError(
      place: "\(record.source):\(record.line)", expected: "a field '\(name)'",
      found: "the fields \(names)", advice: "name one of the fields with \(option)")
  }

  private func isDuplicate(_ text: String?, _ record: Record) throws -> Bool? {
    guard let text, !text.isEmpty else { return nil }
    if let bound = fields.positiveFrom {
      guard let number = Double(text), number.isFinite else {
        throw fault(record, "a number in '\(fields.duplicate)'", "'\(text)'")
      }
      return number >= bound
    }
    switch text.lowercased() {
    case "1", "true", "yes", "y": return true
    case "0", "false", "no", "n": return false
    case "unsure", "u", "?": return nil
    default:
      throw fault(
        record, "1, 0, true, false or unsure in '\(fields.duplicate)'", "'\(text)'",
        advice: "for a graded score, name the least one of a duplicate with "
          + "\(OptionName.positiveFrom)")
    }
  }

  private func fault(
    _ record: Record, _ expected: String, _ found: String, advice: String? = nil
  ) -> FileError {
    FileError(
      place: "\(record.source):\(record.line)", expected: expected, found: found, advice: advice)
  }
}
