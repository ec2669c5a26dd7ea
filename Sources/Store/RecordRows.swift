import Corpus
import Files
import Foundation
import GRDB

/// A record of the corpus as the catalog keeps it.
package struct StoredRecord: CatalogRow {
  /// From 0: the row of `vectors.npy`.
  package var row: Int
  package var id: String
  package var text: String
  package var label: String?
  package var givenSplit: GivenSplit?
  package var source: String
  package var line: Int
  /// The original row as compact JSON; nil for plain text.
  package var fields: String?
  package var textHash: ContentHash
  /// Of the normalized text.
  package var normalizedHash: ContentHash
  /// Tokens the model sees, special tokens included; nil before the index step counted them.
  package var tokens: Int?
  /// Bytes of the text's UTF-8 that reached the model; nil if all did, or nobody recorded it.
  package var seenBytes: Int?
  /// Words the model sees as its unknown token, in order; nil if there are none, or nobody recorded
  /// them.
  package var unknownWords: [String]?

  /// Hashes `record`'s text and its normalized form.
  package init(row: Int, record: Corpus.Record, tokens: Int? = nil) {
    self.row = row
    id = record.id
    text = record.text
    label = record.label
    givenSplit = record.split
    source = record.source
    line = record.line
    fields = record.fields
    textHash = ContentHash(record.text)
    normalizedHash = ContentHash(TextNormalization.normalize(record.text))
    self.tokens = tokens
  }

  /// The record as it was read.
  package var record: Corpus.Record {
    Corpus.Record(
      id: id, text: text, label: label, split: givenSplit, source: source, line: line,
      fields: fields)
  }

  package static let table = "records"
  package static let columns = [
    "row", "id", "text", "label", "given_split", "source", "line", "fields", "text_hash",
    "normalized_hash", "tokens", "seen_bytes", "unknown_words",
  ]

  package static let limits: [(column: Int, limit: CatalogLimit)] = [
    (0, .record), (6, .small), (10, .small),
  ]

  package init(row: Row) throws {
    self.row = try row.decode(atIndex: 0)
    id = try row.decode(atIndex: 1)
    text = try row.decode(atIndex: 2)
    label = try row.decode(atIndex: 3)
    givenSplit = try decodedIfPresent(row, 4)
    source = try row.decode(atIndex: 5)
    line = try row.decode(atIndex: 6)
    fields = try row.decode(atIndex: 7)
    textHash = try ContentHash(row: row, column: 8)
    normalizedHash = try ContentHash(row: row, column: 9)
    tokens = try row.decode(atIndex: 10)
    seenBytes = try row.decode(atIndex: 11)
    unknownWords = row.hasNull(atIndex: 12) ? nil : try decodedList(row, 12)
    guard seenBytes ?? 0 >= 0 else {
      throw FileError(
        place: "records", expected: "a number of bytes", found: "\(seenBytes ?? 0)",
        advice: "the catalog was changed by another program; build the index again")
    }
  }

  package func bind(to values: inout RowBinder) {
    values.bind(row)
    values.bind(id)
    values.bind(text)
    values.bind(label)
    values.bind(givenSplit?.rawValue)
    values.bind(source)
    values.bind(line)
    values.bind(fields)
    values.bind(textHash.bytes)
    values.bind(normalizedHash.bytes)
    values.bind(tokens)
    values.bind(seenBytes)
    values.bind(unknownWords.map(StoredJSON.text))
  }
}

extension ContentHash: Codable {
  /// 16 bytes.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.singleValueContainer()
    let bytes = try values.decode([UInt8].self)
    guard bytes.count == 16 else {
      throw DecodingError.dataCorruptedError(in: values, debugDescription: "16 bytes expected")
    }
    self.init(bytes: bytes)
  }

  /// 16 bytes.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.singleValueContainer()
    try values.encode(bytes)
  }

  init(row: Row, column: Int) throws {
    let data = try row.decode(Data.self, atIndex: column)
    guard data.count == 16 else {
      throw FileError(
        place: "records", expected: "hashes of 16 bytes", found: "another length",
        advice: "the catalog was changed by another program; build the index again")
    }
    self.init(bytes: data)
  }
}
