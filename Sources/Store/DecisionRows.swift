import Foundation
import GRDB

/// A record left out without another that stands for it.
public struct Drop: CatalogRow {
  public enum Reason: String, Codable, Sendable, CaseIterable {
    /// A near-duplicate carries another label, and the policy takes such records out.
    case conflict
    /// A person said so.
    case manual
  }

  public var row: Int
  public var reason: Reason
  /// For people: the labels, or the note left with the decision.
  public var detail: String?
  /// The record it is in conflict with.
  public var other: Int?

  public init(row: Int, reason: Reason, detail: String? = nil, other: Int? = nil) {
    self.row = row
    self.reason = reason
    self.detail = detail
    self.other = other
  }

  public static let table = "drops"
  public static let columns = ["row", "reason", "detail", "other"]

  public static let limits: [(column: Int, limit: CatalogLimit)] = [
    (0, .record), (3, .record),
  ]

  public init(row: Row) throws {
    self.row = try row.decode(atIndex: 0)
    reason = try decoded(row, 1)
    detail = try row.decode(atIndex: 2)
    other = try row.decode(atIndex: 3)
  }

  public func bind(to values: inout RowBinder) {
    values.bind(row)
    values.bind(reason.rawValue)
    values.bind(detail)
    values.bind(other)
  }
}

/// What a person decided about a record, by its id: it outlives the rows of one index.
public struct Decision: CatalogRow {
  public enum Verdict: String, Codable, Sendable, CaseIterable {
    case keep, drop
  }

  public var id: String
  public var verdict: Verdict
  public var note: String?
  public var decidedAt: Date

  public init(id: String, verdict: Verdict, note: String? = nil, decidedAt: Date) {
    self.id = id
    self.verdict = verdict
    self.note = note
    self.decidedAt = decidedAt
  }

  public static let table = "decisions"
  public static let columns = ["id", "verdict", "note", "decided_at"]

  public init(row: Row) throws {
    id = try row.decode(atIndex: 0)
    verdict = try decoded(row, 1)
    note = try row.decode(atIndex: 2)
    decidedAt = try row.decode(atIndex: 3)
  }

  public func bind(to values: inout RowBinder) {
    values.bind(id)
    values.bind(verdict.rawValue)
    values.bind(note)
    values.bind(decidedAt)
  }
}

/// A record unlike all others.
public struct Outlier: CatalogRow {
  public var row: Int
  /// To its neighbors: lower is stranger.
  public var similarity: Double
  /// From 0, the strangest.
  public var rank: Int

  public init(row: Int, similarity: Double, rank: Int) {
    self.row = row
    self.similarity = similarity
    self.rank = rank
  }

  public static let table = "outliers"
  public static let columns = ["row", "similarity", "rank"]

  public static let limits: [(column: Int, limit: CatalogLimit)] = [
    (0, .record), (1, .score), (2, .count),
  ]

  public init(row: Row) throws {
    self.row = try row.decode(atIndex: 0)
    similarity = try row.decode(atIndex: 1)
    rank = try row.decode(atIndex: 2)
  }

  public func bind(to values: inout RowBinder) {
    values.bind(row)
    values.bind(similarity)
    values.bind(rank)
  }
}
