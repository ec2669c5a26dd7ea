import Corpus
import Foundation
import GRDB

extension Catalog {
  /// How many records there are.
  package func recordCount() throws -> Int { try count("SELECT count(*) FROM records") }

  /// Calls `body` with every record in row order, reading 4,096 at a time; `body` may use the
  /// catalog.
  package func forEachRecord(
    from first: Int = 0, through end: Int = .max, _ body: (StoredRecord) throws -> Void
  ) throws {
    var next = first
    while next <= end {
      let chunk = try all(
        StoredRecord.self, "WHERE row >= ? AND row <= ? ORDER BY row LIMIT 4096", [next, end])
      guard let last = chunk.last else { return }
      for record in chunk { try body(record) }
      next = last.row + 1
    }
  }

  /// Calls `body` with the records of `rows` in that order, reading 4,096 at a time; a row that is not there
  /// is passed over. `body` may use the catalog.
  package func forEachRecord(of rows: [Int], _ body: (StoredRecord) throws -> Void) throws {
    for start in stride(from: 0, to: rows.count, by: 4096) {
      let wanted = rows[start..<min(rows.count, start + 4096)]
      let marks = databaseQuestionMarks(count: wanted.count)
      let found = try all(
        StoredRecord.self, "WHERE row IN (\(marks))", StatementArguments(Array(wanted)))
      let records = Dictionary(found.map { ($0.row, $0) }, uniquingKeysWith: { first, _ in first })
      for row in wanted { try records[row].map(body) }
    }
  }

  package func record(id: String) throws -> StoredRecord? {
    try all(StoredRecord.self, "WHERE id = ?", [id]).first
  }

  package func record(row: Int) throws -> StoredRecord? {
    try all(StoredRecord.self, "WHERE row = ?", [row]).first
  }

  /// Up to `limit` ids nearest in spelling order to `id`, for "did you mean".
  package func ids(near id: String, limit: Int = 5) throws -> [String] {
    let prefix = String(id.prefix(max(1, id.count / 2)))
    return try read {
      try String.fetchAll(
        $0, sql: "SELECT id FROM records WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
        arguments: [prefix, prefix + "\u{10FFFF}", limit])
    }
  }

  /// Calls `body` with each pair of `stage` at or above `minimumScore`, ordered by `a`, then `b`.
  /// `body` must not use the catalog. Memory is constant.
  package func forEachPair(
    stage: String, minimumScore: Double = -.infinity, _ body: (StoredPair) throws -> Void
  ) throws {
    try read { database in
      let limits = try CatalogLimits(database)
      let rows = try Row.fetchCursor(
        database,
        sql: StoredPair.selection + " WHERE stage = ? AND score >= ? ORDER BY stage, a, b",
        arguments: [stage, minimumScore])
      while let row = try rows.next() { try body(try Self.pair(row, limits)) }
    }
  }

  private static func pair(_ row: Row, _ limits: CatalogLimits) throws -> StoredPair {
    let pair: StoredPair = try limits.read(row)
    guard pair.a < pair.b else {
      throw CatalogLimits.error(
        StoredPair.table, "a, b", "two different rows, the lower first", "\(pair.a), \(pair.b)")
    }
    return pair
  }

  package func pairCount(stage: String, minimumScore: Double = -.infinity) throws -> Int {
    try count(
      "SELECT count(*) FROM pairs WHERE stage = ? AND score >= ?", [stage, minimumScore])
  }

  /// The pairs `row` is in, best first.
  package func pairs(of row: Int) throws -> [StoredPair] {
    try all(StoredPair.self, "WHERE a = ? OR b = ? ORDER BY score DESC, a, b", [row, row])
  }

  /// The ledger in row order.
  package func removals() throws -> [RemovalRow] { try byRow(RemovalRow.self, \.row) }

  /// The removals that have `row` as their witness, best first.
  package func removals(witness row: Int) throws -> [RemovalRow] {
    try all(RemovalRow.self, "WHERE witness = ? ORDER BY score DESC, row", [row])
  }

  /// Records left out without a witness, in row order.
  package func drops() throws -> [Drop] { try byRow(Drop.self, \.row) }

  /// Rows that are neither removed nor dropped, ascending.
  package func keptRows() throws -> [Int] {
    try read { try Int.fetchAll($0, sql: "SELECT row FROM kept ORDER BY row") }
  }

  /// What people decided, in the order of the ids; an id need not be in the corpus any more.
  package func decisions() throws -> [Decision] {
    let decisions = try all(Decision.self, "ORDER BY id")
    try CatalogLimits.checkDistinct(decisions, by: \.id)
    return decisions
  }

  package func decision(id: String) throws -> Decision? {
    try all(Decision.self, "WHERE id = ?", [id]).first
  }

  /// The strangest first.
  package func outliers() throws -> [Outlier] { try all(Outlier.self, "ORDER BY rank") }

  package func vetoes() throws -> [Veto] { try all(Veto.self, "ORDER BY a, b, \"guard\"") }

  package func conflicts() throws -> [Conflict] { try all(Conflict.self, "ORDER BY a, b, stage") }

  package func clusters(kind: ClusterKind) throws -> [Cluster] {
    let clusters = try all(Cluster.self, "WHERE kind = ? ORDER BY cluster", [kind.rawValue])
    for (number, cluster) in clusters.enumerated() where cluster.cluster != number {
      throw CatalogLimits.error(
        Cluster.table, "cluster", "the numbers from 0 to \(clusters.count - 1), each once",
        "\(cluster.cluster) in place of \(number)")
    }
    return clusters
  }

  /// The members of all clusters of `kind` in row order, or of one cluster, most similar first.
  package func members(kind: ClusterKind, cluster: Int? = nil) throws -> [ClusterMember] {
    guard let cluster else {
      let members = try all(ClusterMember.self, "WHERE kind = ? ORDER BY row", [kind.rawValue])
      let clusters = try count("SELECT count(*) FROM clusters WHERE kind = ?", [kind.rawValue])
      if let stray = members.first(where: { $0.cluster >= clusters }) {
        throw CatalogLimits.error(
          ClusterMember.table, "cluster", "one of \(clusters) clusters", "\(stray.cluster)")
      }
      return members
    }
    return try all(
      ClusterMember.self, "WHERE kind = ? AND cluster = ? ORDER BY similarity DESC, row",
      [kind.rawValue, cluster])
  }

  /// The split in row order.
  package func split() throws -> [SplitAssignment] { try byRow(SplitAssignment.self, \.row) }

  package func runs() throws -> [Run] { try all(Run.self, "ORDER BY arm, seed, fold, id") }

  package func run(id: String) throws -> Run? { try all(Run.self, "WHERE id = ?", [id]).first }

  package func log(run: String) throws -> [RunLogEntry] {
    try all(RunLogEntry.self, "WHERE run = ? ORDER BY step", [run])
  }

  /// In row order.
  package func predictions(run: String) throws -> [Prediction] {
    let predictions = try all(Prediction.self, "WHERE run = ? ORDER BY row", [run])
    try CatalogLimits.checkDistinct(predictions, by: \.row)
    return predictions
  }

  /// In row order.
  package func testSlices() throws -> [TestSliceRow] { try byRow(TestSliceRow.self, \.row) }

  package func comparisons() throws -> [ComparisonRow] {
    try all(ComparisonRow.self, "ORDER BY baseline, arm, metric, slice")
  }

  package func steps() throws -> [Step] {
    let steps = try all(Step.self, "ORDER BY finished_at, name")
    try CatalogLimits.checkDistinct(steps, by: \.name)
    return steps
  }

  /// What a comparison of a split was to be; nil if none was begun.
  package func plan(inputHash: String, task: String) throws -> PlanRow? {
    try all(PlanRow.self, "WHERE input_hash = ? AND task = ?", [inputHash, task]).first
  }

  package func step(_ name: String) throws -> Step? {
    let steps = try all(Step.self, "WHERE name = ?", [name])
    try CatalogLimits.checkDistinct(steps, by: \.name)
    return steps.first
  }

  /// How many records carry each label; those without one are under nil.
  package func labelCounts() throws -> [String?: Int] {
    try read { database in
      let rows = try Row.fetchAll(
        database, sql: "SELECT label, count(*) FROM records GROUP BY label")
      return try Dictionary(
        rows.map { (try $0.decode(String?.self, atIndex: 0), try $0.decode(Int.self, atIndex: 1)) },
        uniquingKeysWith: +)
    }
  }

  /// All rows of a table about records, in row order, each record once.
  private func byRow<Item: CatalogRow>(_ type: Item.Type, _ row: (Item) -> Int) throws -> [Item] {
    let items = try all(type, "ORDER BY row")
    try CatalogLimits.checkDistinct(items, by: row)
    return items
  }

  /// How many records the user gave for a part.
  package func givenCount(_ part: GivenSplit) throws -> Int {
    try read {
      try Int.fetchOne(
        $0, sql: "SELECT count(*) FROM records WHERE given_split = ?", arguments: [part.rawValue])
        ?? 0
    }
  }

  func all<Item: CatalogRow>(
    _ type: Item.Type, _ condition: String = "", _ arguments: StatementArguments = []
  ) throws -> [Item] {
    try read { database in
      let limits = try CatalogLimits(database)
      let rows = try Row.fetchCursor(
        database, sql: Item.selection + " " + condition, arguments: arguments)
      var items: [Item] = []
      while let row = try rows.next() { items.append(try limits.read(row)) }
      return items
    }
  }

  private func count(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
    try read { try Int.fetchOne($0, sql: sql, arguments: arguments) ?? 0 }
  }
}

/// All that the catalog knows about one record.
package struct RecordExplanation: Codable, Equatable, Sendable {
  package var record: StoredRecord
  /// Nil for a kept or dropped record.
  package var removal: RemovalRow?
  /// Nil for a kept or removed record.
  package var drop: Drop?
  package var decision: Decision?
  package var witness: StoredRecord?
  /// The removals it is the witness of, best first.
  package var standsFor: [RemovalRow]
  package var pairs: [StoredPair]
  package var vetoes: [Veto]
  package var conflicts: [Conflict]
  package var clusters: [ClusterMember]
  package var split: SplitAssignment?
  package var testSlice: TestSliceRow?
}

extension Catalog {
  /// What was decided about the record `id` and why; nil if there is no such record.
  package func explanation(id: String) throws -> RecordExplanation? {
    guard let record = try record(id: id) else { return nil }
    let row = record.row
    let removal = try all(RemovalRow.self, "WHERE row = ?", [row]).first
    let asEither: StatementArguments = [row, row]
    return RecordExplanation(
      record: record, removal: removal,
      drop: try all(Drop.self, "WHERE row = ?", [row]).first, decision: try decision(id: id),
      witness: try removal.flatMap { try self.record(row: $0.witness) },
      standsFor: try removals(witness: row), pairs: try pairs(of: row),
      vetoes: try all(Veto.self, "WHERE a = ? OR b = ? ORDER BY a, b", asEither),
      conflicts: try all(Conflict.self, "WHERE a = ? OR b = ? ORDER BY a, b", asEither),
      clusters: try all(ClusterMember.self, "WHERE row = ? ORDER BY kind", [row]),
      split: try all(SplitAssignment.self, "WHERE row = ?", [row]).first,
      testSlice: try all(TestSliceRow.self, "WHERE row = ?", [row]).first)
  }
}
