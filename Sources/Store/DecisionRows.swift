import Foundation
import GRDB

/// A record left out without another that stands for it.
package struct Drop: CatalogRow {
  package enum Reason: String, Codable, Sendable, CaseIterable {
    /// A near-duplicate carries another label, and the policy takes such records out.
    case conflict
    /// A person said so.
    case manual
  }

  package var row: Int
  package var reason: Reason
  /// For people: the labels, or the note left with the decision.
  package var detail: String?
  /// The record it is in conflict with.
  package var other: Int?

  package init(row: Int, reason: Reason, detail: String? = nil, other: Int? = nil) {
    self.row = row
    self.reason = reason
    self.detail = detail
    self.other = other
  }

  package static let table = "drops"
  package static let columns = ["row", "reason", "detail", "other"]

  package static let limits: [(column: Int, limit: CatalogLimit)] = [
    (0, .record), (3, .record),
  ]

  package init(row: Row) throws {
    self.row = try row.decode(atIndex: 0)
    reason = try decoded(row, 1)
    detail = try row.decode(atIndex: 2)
    other = try row.decode(atIndex: 3)
  }

  package func bind(to values: inout RowBinder) {
    values.bind(row)
    values.bind(reason.rawValue)
    values.bind(detail)
    values.bind(other)
  }
}

/// What a person decided about a record, by its id: it outlives the rows of one index.
package struct Decision: CatalogRow {
  package enum Verdict: String, Codable, Sendable, CaseIterable {
    case keep, drop
  }

  package var id: String
  package var verdict: Verdict
  package var note: String?
  package var decidedAt: Date

  package init(id: String, verdict: Verdict, note: String? = nil, decidedAt: Date) {
    self.id = id
    self.verdict = verdict
    self.note = note
    self.decidedAt = decidedAt
  }

  package static let table = "decisions"
  package static let columns = ["id", "verdict", "note", "decided_at"]

  package init(row: Row) throws {
    id = try row.decode(atIndex: 0)
    verdict = try decoded(row, 1)
    note = try row.decode(atIndex: 2)
    decidedAt = try row.decode(atIndex: 3)
  }

  package func bind(to values: inout RowBinder) {
    values.bind(id)
    values.bind(verdict.rawValue)
    values.bind(note)
    values.bind(decidedAt)
  }
}

/// A record unlike all others.
package struct Outlier: CatalogRow {
  package var row: Int
  /// To its neighbors: lower is stranger.
  package var similarity: Double
  /// From 0, the strangest.
  package var rank: Int

  package init(row: Int, similarity: Double, rank: Int) {
    self.row = row
    self.similarity = similarity
    self.rank = rank
  }

  package static let table = "outliers"
  package static let columns = ["row", "similarity", "rank"]

  package static let limits: [(column: Int, limit: CatalogLimit)] = [
    (0, .record), (1, .score), (2, .count),
  ]

  package init(row: Row) throws {
    self.row = try row.decode(atIndex: 0)
    similarity = try row.decode(atIndex: 1)
    rank = try row.decode(atIndex: 2)
  }

  package func bind(to values: inout RowBinder) {
    values.bind(row)
    values.bind(similarity)
    values.bind(rank)
  }
}
