import Neighbors
import Store

/// What an index knows about one record: what its catalog holds, what became of it, and of a kept
/// record the kept record nearest to it.
public struct Explanation: Sendable {
  package enum State: String, Codable, Sendable {
    case kept, removed, dropped
    /// `dedup` was not run yet.
    case undecided
  }

  /// The kept record nearest to a kept one, by the cosine of their vectors.
  public struct Neighbor: Codable, Sendable {
    package var row: Int
    package var id: String
    package var text: String
    package var label: String?
    package var score: Double
    /// The threshold of the stage `semantic`.
    public var threshold: Double
    package var reason: Reason
  }

  /// Why neither of two kept records removed the other at the stage `semantic`.
  public enum Reason: String, Codable, Sendable {
    case belowThreshold, stageNotRun, keptApartByGuard, labelsDiffer
    /// Both protected, or none in a test set under the scope `leakage`.
    case outOfScope
    /// Not among the pairs: an approximate join did not find it.
    case notFound
  }

  package let record: RecordExplanation
  package let state: State
  /// Nil unless the record is kept, and where it is the only one.
  public let nearestKept: Neighbor?
  /// The ids of the rows that the catalog's entries name.
  public let ids: [Int: String]
  package let keptRows: Set<Int>

  /// - Returns: nil if there is no such record. O(records · dimension).
  public init?(of id: String, in index: OpenIndex) throws {
    guard let record = try index.catalog.explanation(id: id) else { return nil }
    self.record = record
    let isDecided = try index.catalog.step("dedup") != nil
    let kept = isDecided ? try index.catalog.keptRows() : []
    keptRows = Set(kept)
    state =
      !isDecided
      ? .undecided
      : record.removal != nil
        ? .removed
        : record.drop != nil ? .dropped : .kept
    nearestKept =
      state == .kept ? try Self.nearest(to: record.record, among: kept, in: index) : nil
    ids = try Dictionary(
      uniqueKeysWithValues: record.otherRows.compactMap { row in
        try index.catalog.record(row: row).map { (row, $0.id) }
      })
  }

  private static func nearest(
    to record: StoredRecord, among kept: [Int], in index: OpenIndex
  ) throws -> Neighbor? {
    let vectors = index.vectors.vectors
    let query = vectors[record.row]
    var best: (row: Int, score: Float)?
    for row in kept where row != record.row {
      let score = canonicalDot(query, vectors[row], count: vectors.dimension)
      if score > best?.score ?? -.infinity { best = (row, score) }
    }
    guard let best, let other = try index.catalog.record(row: best.row) else { return nil }
    let options = try index.options(of: "dedup", as: DedupOptions.self)
    return Neighbor(
      row: best.row, id: other.id, text: other.text, label: other.label,
      score: Double(best.score), threshold: options.threshold.decimal,
      reason: try reason(record, other, best.score, options, index.catalog))
  }

  private static func reason(
    _ record: StoredRecord, _ other: StoredRecord, _ score: Float, _ options: DedupOptions,
    _ catalog: Catalog
  ) throws -> Reason {
    if !options.stages.contains(.semantic) { return .stageNotRun }
    if score < options.threshold { return .belowThreshold }
    let columns = try RecordTable(catalog, for: options, rows: [record.row, other.row]).columns()
    if !columns.areInScope(0, 1, options.scope) { return .outOfScope }
    let veto = TextGuard.firstVeto(
      options.guards, GuardFeatures(record.text, reading: record.reading),
      GuardFeatures(other.text, reading: other.reading))
    if veto != nil { return .keptApartByGuard }
    return columns.labelsDiffer(0, 1) ? .labelsDiffer : .notFound
  }
}

/// As the catalog's explanation, with what is added beside its members.
extension Explanation: Encodable {
  private enum CodingKeys: String, CodingKey { case state, nearestKept, ids }

  /// Writes it as JSON has it.
  public func encode(to encoder: any Encoder) throws {
    try record.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(state, forKey: .state)
    try container.encodeIfPresent(nearestKept, forKey: .nearestKept)
    try container.encode(ids, forKey: .ids)
  }
}

extension RecordExplanation {
  /// The rows named besides the record's own.
  fileprivate var otherRows: Set<Int> {
    var rows = Set(standsFor.map(\.row))
    rows.formUnion(pairs.flatMap { [$0.a, $0.b] })
    rows.formUnion(vetoes.flatMap { [$0.a, $0.b] })
    rows.formUnion(conflicts.flatMap { [$0.a, $0.b] })
    rows.formUnion([removal?.witness, drop?.other, testSlice?.nearest].compactMap { $0 })
    rows.remove(record.row)
    return rows
  }
}
