import Corpus
import Foundation
import GRDB

public enum ClusterKind: String, Codable, Sendable, CaseIterable {
  /// By the greedy rule.
  case paraphrase
  /// By average linkage.
  case average
  case topic
}

/// A paraphrase group or a topic cell.
public struct Cluster: CatalogRow {
  public var kind: ClusterKind
  /// From 0 within its kind.
  public var cluster: Int
  public var size: Int
  /// Row of its most central record.
  public var representative: Int
  /// Most typical first.
  public var words: [String]
  /// Least similarity of two members, where it was computed.
  public var loosest: Double?

  public init(
    kind: ClusterKind, cluster: Int, size: Int, representative: Int, words: [String],
    loosest: Double? = nil
  ) {
    self.kind = kind
    self.cluster = cluster
    self.size = size
    self.representative = representative
    self.words = words
    self.loosest = loosest
  }

  public static let table = "clusters"
  public static let columns = ["kind", "cluster", "size", "representative", "words", "loosest"]

  public static let limits: [(column: Int, limit: CatalogLimit)] = [
    (1, .count), (2, .count), (3, .record), (5, .score),
  ]

  public init(row: Row) throws {
    kind = try decoded(row, 0)
    cluster = try row.decode(atIndex: 1)
    size = try row.decode(atIndex: 2)
    representative = try row.decode(atIndex: 3)
    words = try decodedList(row, 4)
    loosest = try row.decode(atIndex: 5)
  }

  public func bind(to values: inout RowBinder) {
    values.bind(kind.rawValue)
    values.bind(cluster)
    values.bind(size)
    values.bind(representative)
    values.bind(StoredJSON.text(words))
    values.bind(loosest)
  }
}

extension Cluster {
  /// A cluster's name for people: its most typical words, and the name by which commands know it;
  /// that alone where there are no words.
  public static func title(_ name: String, words: [String]) -> String {
    words.isEmpty ? name : words.prefix(3).joined(separator: ", ") + " (\(name))"
  }
}

/// A record's place in a cluster.
public struct ClusterMember: CatalogRow {
  public var kind: ClusterKind
  public var cluster: Int
  public var row: Int
  /// To the representative (paraphrase) or the centroid (topic).
  public var similarity: Double

  public init(kind: ClusterKind, cluster: Int, row: Int, similarity: Double) {
    self.kind = kind
    self.cluster = cluster
    self.row = row
    self.similarity = similarity
  }

  public static let table = "cluster_members"
  public static let columns = ["kind", "cluster", "row", "similarity"]

  public static let limits: [(column: Int, limit: CatalogLimit)] = [
    (1, .count), (2, .record), (3, .score),
  ]

  public init(row: Row) throws {
    kind = try decoded(row, 0)
    cluster = try row.decode(atIndex: 1)
    self.row = try row.decode(atIndex: 2)
    similarity = try row.decode(atIndex: 3)
  }

  public func bind(to values: inout RowBinder) {
    values.bind(kind.rawValue)
    values.bind(cluster)
    values.bind(row)
    values.bind(similarity)
  }
}

/// The part of the split a record went to, and why.
public struct SplitAssignment: CatalogRow {
  public var row: Int
  public var part: GivenSplit
  /// Whether it is in the balanced training subset.
  public var selected: Bool
  /// Records of one group never part.
  public var group: Int
  public var reason: String
  /// Position in the order of selection.
  public var rank: Int?
  /// In which of the folds of a cross-validation it is tested, from 0.
  public var fold: Int?

  public init(
    row: Int, part: GivenSplit, selected: Bool, group: Int, reason: String, rank: Int? = nil,
    fold: Int? = nil
  ) {
    self.row = row
    self.part = part
    self.selected = selected
    self.group = group
    self.reason = reason
    self.rank = rank
    self.fold = fold
  }

  public static let table = "splits"
  public static let columns = ["row", "part", "selected", "group_id", "reason", "rank", "fold"]

  public static let limits: [(column: Int, limit: CatalogLimit)] = [
    (0, .record), (3, .count), (5, .count), (6, .count),
  ]

  public init(row: Row) throws {
    self.row = try row.decode(atIndex: 0)
    part = try decoded(row, 1)
    selected = try row.decode(atIndex: 2)
    group = try row.decode(atIndex: 3)
    reason = try row.decode(atIndex: 4)
    rank = try row.decode(atIndex: 5)
    fold = try row.decode(atIndex: 6)
  }

  public func bind(to values: inout RowBinder) {
    values.bind(row)
    values.bind(part.rawValue)
    values.bind(selected)
    values.bind(group)
    values.bind(reason)
    values.bind(rank)
    values.bind(fold)
  }
}
