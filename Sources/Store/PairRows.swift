import GRDB

/// Two records at or above the stored floor of a stage, `a < b`.
package struct StoredPair: CatalogRow {
  package var stage: String
  package var a: Int
  package var b: Int
  package var score: Double

  package init(stage: String, a: Int, b: Int, score: Double) {
    self.stage = stage
    self.a = a
    self.b = b
    self.score = score
  }

  package static let table = "pairs"
  package static let columns = ["stage", "a", "b", "score"]

  package static let limits: [(column: Int, limit: CatalogLimit)] = [
    (1, .record), (2, .record), (3, .score),
  ]

  package init(row: Row) throws {
    stage = try row.decode(atIndex: 0)
    a = try row.decode(atIndex: 1)
    b = try row.decode(atIndex: 2)
    score = try row.decode(atIndex: 3)
  }

  package func bind(to values: inout RowBinder) {
    values.bind(stage)
    values.bind(a)
    values.bind(b)
    values.bind(score)
  }
}

/// Why a record is left out: a kept record stands for it.
package struct RemovalRow: CatalogRow {
  package enum Scope: String, Codable, Sendable {
    case within
    case trainTest = "train-test"
  }

  package var row: Int
  /// The kept record.
  package var witness: Int
  /// Of the two, at or above the threshold.
  package var score: Double
  package var stage: String
  /// The keep rule that chose between them.
  package var rule: String
  package var scope: Scope
  /// What the guards said, as JSON; nil where none was asked.
  package var guards: String?

  package init(
    row: Int, witness: Int, score: Double, stage: String, rule: String, scope: Scope,
    guards: String? = nil
  ) {
    self.row = row
    self.witness = witness
    self.score = score
    self.stage = stage
    self.rule = rule
    self.scope = scope
    self.guards = guards
  }

  package static let table = "removals"
  package static let columns = ["row", "witness", "score", "stage", "rule", "scope", "guards"]

  package static let limits: [(column: Int, limit: CatalogLimit)] = [
    (0, .record), (1, .record), (2, .score),
  ]

  package init(row: Row) throws {
    self.row = try row.decode(atIndex: 0)
    witness = try row.decode(atIndex: 1)
    score = try row.decode(atIndex: 2)
    stage = try row.decode(atIndex: 3)
    rule = try row.decode(atIndex: 4)
    scope = try decoded(row, 5)
    guards = try row.decode(atIndex: 6)
  }

  package func bind(to values: inout RowBinder) {
    values.bind(row)
    values.bind(witness)
    values.bind(score)
    values.bind(stage)
    values.bind(rule)
    values.bind(scope.rawValue)
    values.bind(guards)
  }
}

/// A pair at or above the threshold that a guard kept from being removed.
package struct Veto: CatalogRow {
  package var a: Int
  package var b: Int
  package var score: Double
  package var guardName: String
  /// What differs, for people.
  package var detail: String?
  /// The stage whose score it is.
  package var stage: String

  package init(
    a: Int, b: Int, score: Double, guardName: String, detail: String? = nil,
    stage: String = "semantic"
  ) {
    self.a = a
    self.b = b
    self.score = score
    self.guardName = guardName
    self.detail = detail
    self.stage = stage
  }

  package static let table = "vetoes"
  package static let columns = ["a", "b", "score", "guard", "detail", "stage"]

  package static let limits: [(column: Int, limit: CatalogLimit)] = [
    (0, .record), (1, .record), (2, .score),
  ]

  package init(row: Row) throws {
    a = try row.decode(atIndex: 0)
    b = try row.decode(atIndex: 1)
    score = try row.decode(atIndex: 2)
    guardName = try row.decode(atIndex: 3)
    detail = try row.decode(atIndex: 4)
    stage = try row.decode(atIndex: 5)
  }

  package func bind(to values: inout RowBinder) {
    values.bind(a)
    values.bind(b)
    values.bind(score)
    values.bind(guardName)
    values.bind(detail)
    values.bind(stage)
  }
}

/// Near-duplicates that carry different labels.
package struct Conflict: CatalogRow {
  package var a: Int
  package var b: Int
  package var score: Double
  package var labelA: String?
  package var labelB: String?
  package var stage: String

  package init(
    a: Int, b: Int, score: Double, labelA: String? = nil, labelB: String? = nil, stage: String
  ) {
    self.a = a
    self.b = b
    self.score = score
    self.labelA = labelA
    self.labelB = labelB
    self.stage = stage
  }

  package static let table = "conflicts"
  package static let columns = ["a", "b", "score", "label_a", "label_b", "stage"]

  package static let limits: [(column: Int, limit: CatalogLimit)] = [
    (0, .record), (1, .record), (2, .score),
  ]

  package init(row: Row) throws {
    a = try row.decode(atIndex: 0)
    b = try row.decode(atIndex: 1)
    score = try row.decode(atIndex: 2)
    labelA = try row.decode(atIndex: 3)
    labelB = try row.decode(atIndex: 4)
    stage = try row.decode(atIndex: 5)
  }

  package func bind(to values: inout RowBinder) {
    values.bind(a)
    values.bind(b)
    values.bind(score)
    values.bind(labelA)
    values.bind(labelB)
    values.bind(stage)
  }
}
