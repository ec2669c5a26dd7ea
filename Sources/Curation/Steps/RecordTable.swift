import Corpus
import Foundation
import Store

/// The records of an index in memory, column by column, in row order.
public struct RecordTable: Sendable {
  public var ids: [String] = []
  public var texts: [String] = []
  public var textHashes: [ContentHash] = []
  public var normalizedHashes: [ContentHash] = []
  public var labels: [String?] = []
  public var givenSplits: [GivenSplit?] = []
  public var sources: [String] = []
  /// The number found in the field asked for; not a number where there is none.
  public var values: [Double] = []
  /// Distinct labels, sorted; ``labelNumbers`` counts in them.
  public private(set) var labelNames: [String] = []
  public private(set) var labelNumbers: [Int32] = []

  /// - Parameter valueField: a field whose number a keep rule ranks by.
  public init(_ catalog: Catalog, valueField: String? = nil) throws {
    try catalog.forEachRecord { record in
      ids.append(record.id)
      texts.append(record.text)
      textHashes.append(record.textHash)
      normalizedHashes.append(record.normalizedHash)
      labels.append(record.label)
      givenSplits.append(record.givenSplit)
      sources.append(record.source)
      if let valueField { values.append(Self.number(valueField, in: record.fields)) }
    }
    numberLabels()
  }

  /// The same columns for some rows only, in the order given; labels keep their numbers.
  public func restricted(to rows: [UInt32]) -> RecordTable {
    var table = self
    func pick<Value>(_ column: [Value]) -> [Value] {
      column.isEmpty ? [] : rows.map { column[Int($0)] }
    }
    table.ids = pick(ids)
    table.texts = pick(texts)
    table.textHashes = pick(textHashes)
    table.normalizedHashes = pick(normalizedHashes)
    table.labels = pick(labels)
    table.givenSplits = pick(givenSplits)
    table.sources = pick(sources)
    table.values = pick(values)
    table.labelNumbers = pick(labelNumbers)
    return table
  }

  private mutating func numberLabels() {
    labelNames = Set(labels.compactMap { $0 }).sorted()
    let numbers = Dictionary(
      uniqueKeysWithValues: labelNames.enumerated().map { ($1, Int32($0)) })
    labelNumbers = labels.map { $0.map { numbers[$0]! } ?? RecordColumns.unlabeled }
  }

  public var count: Int { ids.count }

  private static func number(_ field: String, in fields: String?) -> Double {
    guard let fields, let value = try? JSONSerialization.jsonObject(with: Data(fields.utf8)),
      let row = value as? [String: Any]
    else { return .nan }
    if let number = row[field] as? NSNumber { return number.doubleValue }
    return (row[field] as? String).flatMap(Double.init) ?? .nan
  }

  /// What the removal rule needs; a given test set is protected.
  public func columns() -> RecordColumns {
    RecordColumns(
      ids: ids, texts: textHashes, lengths: texts.map(\.unicodeScalars.count),
      labels: labelNumbers, isProtected: givenSplits.map { $0 == .test }, values: values,
      sources: sources)
  }
}
