import Corpus
import Foundation
import Store
import Transformer

/// The records of an index in memory, column by column, in row order.
public struct RecordTable: Sendable {
  package var ids: [String] = []
  package var texts: [String] = []
  package var textHashes: [ContentHash] = []
  package var normalizedHashes: [ContentHash] = []
  package var labels: [String?] = []
  package var givenSplits: [GivenSplit?] = []
  package var sources: [String] = []
  /// What reached the model, by row, of the texts that were cut or hold words it does not know.
  public var readings: [Int: TextReading] = [:]
  /// The number found in the field asked for; not a number where there is none.
  public var values: [Double] = []
  /// Never removed: a given test set, what the options protect, and what a person decided to keep.
  public var isProtected: [Bool] = []
  /// A person decided to leave it out.
  public var isDropped: [Bool] = []
  /// Whether some record has the field that protects, whatever its value.
  public private(set) var hasProtectField = false
  /// Distinct labels, sorted; ``labelNumbers`` counts in them.
  public private(set) var labelNames: [String] = []
  package private(set) var labelNumbers: [Int32] = []
  package private(set) var labelKind = LabelKind.classes
  /// What a split divides evenly: the labels themselves, or what stands for sets and scores.
  public private(set) var strata: [Int32] = []
  private(set) var stratumNames: [String] = []

  /// With the field the options' keep rule ranks by, and the records they protect.
  ///
  /// - Parameter rows: all if nil.
  package init(_ catalog: Catalog, for options: DedupOptions, rows: [Int]? = nil) throws {
    try self.init(
      catalog, valueField: options.validate().field, protectField: options.protectField,
      protectedIDs: Set(options.protectedIDs), rows: rows)
  }

  /// - Parameters:
  ///   - valueField: a field whose number a keep rule ranks by.
  ///   - protectField: a field that is true, or a number other than 0, in protected records.
  package init(
    _ catalog: Catalog, valueField: String? = nil, protectField: String? = nil,
    protectedIDs: Set<String> = [], rows: [Int]? = nil
  ) throws {
    let decisions = Dictionary(
      uniqueKeysWithValues: try catalog.decisions().map { ($0.id, $0.verdict) })
    func append(_ record: StoredRecord) {
      let verdict = decisions[record.id]
      isDropped.append(verdict == .drop)
      let protection = protectField.flatMap(record.record.original)
      hasProtectField = hasProtectField || protection != nil
      isProtected.append(
        verdict != .drop
          && (verdict == .keep || record.givenSplit == .test || protectedIDs.contains(record.id)
            || Self.isTrue(protection))
      )
      readings[ids.count] = record.reading
      ids.append(record.id)
      texts.append(record.text)
      textHashes.append(record.textHash)
      normalizedHashes.append(record.normalizedHash)
      labels.append(record.label)
      givenSplits.append(record.givenSplit)
      sources.append(record.source)
      if let valueField { values.append(record.record.original(valueField)?.number ?? .nan) }
    }
    if let rows {
      try catalog.forEachRecord(of: rows, append)
    } else {
      try catalog.forEachRecord(append)
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
    table.readings = [:]
    for (place, row) in rows.enumerated() { table.readings[place] = readings[Int(row)] }
    table.values = pick(values)
    table.isProtected = pick(isProtected)
    table.isDropped = pick(isDropped)
    table.labelNumbers = pick(labelNumbers)
    table.strata = pick(strata)
    return table
  }

  private mutating func numberLabels() {
    let found = LabelStrata(labels)
    (labelKind, labelNames, labelNumbers) = (found.kind, found.labelNames, found.labels)
    (strata, stratumNames) = (found.strata, found.names)
  }

  package var count: Int { ids.count }

  private static func isTrue(_ value: CorpusWriter.Value?) -> Bool {
    if case .text(let text) = value {
      return !["", "0", "false", "no"].contains(text.lowercased())
    }
    return (value?.number ?? 0) != 0
  }

  /// What the removal rule needs.
  public func columns() -> RecordColumns {
    RecordColumns(
      ids: ids, texts: textHashes, lengths: texts.map(\.unicodeScalars.count),
      labels: labelNumbers, isProtected: isProtected,
      isReference: givenSplits.enumerated().map { $1 == .test && isProtected[$0] },
      isDropped: isDropped, values: values, sources: sources)
  }
}
