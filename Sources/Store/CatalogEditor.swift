import Files
import Foundation
import GRDB
import GRDBSQLite

/// Changes a catalog inside one transaction of ``Catalog/update(_:)``; not to be kept beyond it.
package struct CatalogEditor {
  let database: Database

  /// Adds records; rows and ids must be new.
  ///
  /// - Throws: `FileError` naming both lines for an id that is there already.
  package func insert(_ records: some Sequence<StoredRecord>) throws {
    try insertAll(records) { record in try duplicateError(record) }
  }

  package func insert(_ record: StoredRecord) throws { try insert(CollectionOfOne(record)) }

  /// Sets what reached the model of each text, for the rows from 0 on.
  package func setReadings(
    _ readings: some Sequence<(tokens: Int, seenBytes: Int?, unknownWords: [String])>
  ) throws {
    try run(
      "UPDATE records SET tokens = ?, seen_bytes = ?, unknown_words = ? WHERE row = ?",
      for: readings.enumerated()
    ) { item, values in
      let (tokens, seenBytes, unknownWords) = item.element
      values.bind(tokens)
      values.bind(seenBytes)
      values.bind(unknownWords.isEmpty ? nil : StoredJSON.text(unknownWords))
      values.bind(item.offset)
    }
  }

  /// Replaces the pairs of `stage` by `pairs`, which must all be of that stage.
  package func replacePairs(stage: String, _ pairs: some Sequence<StoredPair>) throws {
    try database.execute(sql: "DELETE FROM pairs WHERE stage = ?", arguments: [stage])
    try insertAll(pairs)
  }

  /// Replaces the whole ledger.
  package func replaceRemovals(_ removals: some Sequence<RemovalRow>) throws {
    try replaceAll(removals)
  }

  /// Replaces the records left out without a witness.
  package func replaceDrops(_ drops: some Sequence<Drop>) throws { try replaceAll(drops) }

  /// Writes decisions, each in place of an earlier one about the same id.
  package func decide(_ decisions: some Sequence<Decision>) throws {
    for decision in decisions {
      try withdrawDecision(id: decision.id)
      try insertAll(CollectionOfOne(decision))
    }
  }

  /// Deletes the decision about `id`, if there is one.
  package func withdrawDecision(id: String) throws {
    try database.execute(sql: "DELETE FROM decisions WHERE id = ?", arguments: [id])
  }

  package func replaceOutliers(_ outliers: some Sequence<Outlier>) throws {
    try replaceAll(outliers)
  }

  package func replaceVetoes(_ vetoes: some Sequence<Veto>) throws { try replaceAll(vetoes) }

  package func replaceConflicts(_ conflicts: some Sequence<Conflict>) throws {
    try replaceAll(conflicts)
  }

  /// Replaces the clusters of `kind` and their members, which must all be of that kind.
  package func replaceClusters(
    kind: ClusterKind, _ clusters: some Sequence<Cluster>, members: some Sequence<ClusterMember>
  ) throws {
    for table in [ClusterMember.table, Cluster.table] {
      try database.execute(sql: "DELETE FROM \(table) WHERE kind = ?", arguments: [kind.rawValue])
    }
    try insertAll(clusters)
    try insertAll(members)
  }

  package func replaceSplit(_ assignments: some Sequence<SplitAssignment>) throws {
    try replaceAll(assignments)
  }

  /// Replaces what the step of that type left.
  package func replaceFigures<Value: Figures>(_ value: Value) throws {
    try forgetFigures(Value.self)
    try insertAll(CollectionOfOne(FiguresRow(value)))
  }

  package func forgetFigures<Value: Figures>(_ type: Value.Type) throws {
    try database.execute(
      sql: "DELETE FROM \(FiguresRow.table) WHERE step = ?", arguments: [type.step])
  }

  package func replaceTestSlices(_ slices: some Sequence<TestSliceRow>) throws {
    try replaceAll(slices)
  }

  /// Writes down what a comparison is to be; there must be none yet of its split and task.
  package func freeze(_ plan: PlanRow) throws { try insertAll(CollectionOfOne(plan)) }

  package func replaceComparisons(_ comparisons: some Sequence<ComparisonRow>) throws {
    try replaceAll(comparisons)
  }

  /// Replaces the run of that id, its log and its predictions.
  package func replaceRun(
    _ run: Run, log: some Sequence<RunLogEntry> = EmptyCollection<RunLogEntry>(),
    predictions: some Sequence<Prediction> = EmptyCollection<Prediction>()
  ) throws {
    try deleteRun(id: run.id)
    try insertAll(CollectionOfOne(run))
    try insertAll(log)
    try insertAll(predictions)
  }

  /// Deletes the run, its log and its predictions.
  package func deleteRun(id: String) throws {
    try database.execute(sql: "DELETE FROM runs WHERE id = ?", arguments: [id])
  }

  /// Notes that `step` was done, in place of an earlier time.
  package func complete(_ step: Step) throws {
    try forget(step: step.name)
    try insertAll(CollectionOfOne(step))
  }

  /// Notes that the step's results no longer hold; the results themselves stay until replaced.
  package func forget(step: String) throws {
    try database.execute(sql: "DELETE FROM steps WHERE name = ?", arguments: [step])
  }

  private func replaceAll<Item: CatalogRow>(_ rows: some Sequence<Item>) throws {
    try database.execute(sql: "DELETE FROM \(Item.table)")
    try insertAll(rows)
  }

  /// `explain` may turn a broken constraint into a better error.
  private func insertAll<Item: CatalogRow>(
    _ rows: some Sequence<Item>, explain: (Item) throws -> FileError? = { _ in nil }
  ) throws {
    try run(Item.insertion, for: rows, explain: explain) { $0.bind(to: &$1) }
  }

  /// Runs one prepared statement for each of `items`.
  private func run<Item>(
    _ sql: String, for items: some Sequence<Item>,
    explain: (Item) throws -> FileError? = { _ in nil },
    bind: (Item, inout RowBinder) -> Void
  ) throws {
    let statement = try database.cachedStatement(sql: sql).sqliteStatement
    defer {
      sqlite3_reset(statement)
      sqlite3_clear_bindings(statement)
    }
    for item in items {
      sqlite3_reset(statement)
      var binder = RowBinder(statement)
      bind(item, &binder)
      let status = sqlite3_step(statement)
      guard status != SQLITE_DONE else { continue }
      let code = ResultCode(rawValue: sqlite3_extended_errcode(database.sqliteConnection))
      let error = DatabaseError(resultCode: code, message: database.lastErrorMessage)
      sqlite3_reset(statement)
      if code.primaryResultCode == .SQLITE_CONSTRAINT, let better = try explain(item) {
        throw better
      }
      throw error
    }
  }

  private func duplicateError(_ record: StoredRecord) throws -> FileError? {
    let other = try StoredRecord.fetchOne(
      database, sql: StoredRecord.selection + " WHERE id = ?", arguments: [record.id])
    guard let other else { return nil }
    let differs = other.givenSplit != record.givenSplit
    return FileError(
      place: "\(record.source):\(record.line)", expected: "an id used once in the corpus",
      found: "'\(record.id)', which \(other.source):\(other.line) has already",
      advice: differs
        ? "files given for different splits reuse ids: make them unique, for example with a "
          + "prefix, or name another field with \(OptionName.idField)"
        : "make ids unique, or name the field that holds unique ones with \(OptionName.idField)")
  }
}
