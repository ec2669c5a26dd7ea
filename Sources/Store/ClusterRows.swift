import Corpus
import Foundation
import GRDB

package enum ClusterKind: String, Codable, Sendable, CaseIterable {
  /// By the greedy rule.
  case paraphrase
  /// By average linkage.
  case average
  case topic
}

/// A paraphrase group or a topic cell.
package struct Cluster: CatalogRow {
  package var kind: ClusterKind
  /// From 0 within its kind.
  package var cluster: Int
  package var size: Int
  /// Row of its most central record.
  package var representative: Int
  /// Most typical first.
  package var words: [String]
  /// Least similarity of two members, where it was computed.
  package var loosest: Double?

  package init(
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

  package static let table = "clusters"
  package static let columns = ["kind", "cluster", "size", "representative", "words", "loosest"]

  package static let limits: [(column: Int, limit: CatalogLimit)] = [
    (1, .count), (2, .count), (3, .record), (5, .score),
  ]

  package init(row: Row) throws {
    kind = try decoded(row, 0)
    cluster = try row.decode(atIndex: 1)
    size = try row.decode(atIndex: 2)
    representative = try row.decode(atIndex: 3)
    words = try decodedList(row, 4)
    loosest = try row.decode(atIndex: 5)
  }

  package func bind(to values: inout RowBinder) {
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
  package static func title(_ name: String, words: [String]) -> String {
    words.isEmpty ? name : words.prefix(3).joined(separator: ", ") + " (\(name))"
  }
}

/// A record's place in a cluster.
package struct ClusterMember: CatalogRow {
  package var kind: ClusterKind
  package var cluster: Int
  package var row: Int
  /// To the representative (paraphrase) or the centroid (topic).
  package var similarity: Double

  package init(kind: ClusterKind, cluster: Int, row: Int, similarity: Double) {
    self.kind = kind
    self.cluster = cluster
    self.row = row
    self.similarity = similarity
  }

  package static let table = "cluster_members"
  package static let columns = ["kind", "cluster", "row", "similarity"]

  package static let limits: [(column: Int, limit: CatalogLimit)] = [
    (1, .count), (2, .record), (3, .score),
  ]

  package init(row: Row) throws {
    kind = try decoded(row, 0)
    cluster = try row.decode(atIndex: 1)
    self.row = try row.decode(atIndex: 2)
    similarity = try row.decode(atIndex: 3)
  }

  package func bind(to values: inout RowBinder) {
    values.bind(kind.rawValue)
    values.bind(cluster)
    values.bind(row)
    values.bind(similarity)
  }
}

/// The part of the split a record went to, and why.
package struct SplitAssignment: CatalogRow {
  package var row: Int
  package var part: GivenSplit
  /// Whether it is in the balanced training subset.
  package var selected: Bool
  /// Records of one group never part.
  package var group: Int
  package var reason: String
  /// Position in the order of selection.
  package var rank: Int?
  /// In which of the folds of a cross-validation it is tested, from 0.
  package var fold: Int?

  package init(
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

  package static let table = "splits"
  package static let columns = ["row", "part", "selected", "group_id", "reason", "rank", "fold"]

  package static let limits: [(column: Int, limit: CatalogLimit)] = [
    (0, .record), (3, .count), (5, .count), (6, .count),
  ]

  package init(row: Row) throws {
    self.row = try row.decode(atIndex: 0)
    part = try decoded(row, 1)
    selected = try row.decode(atIndex: 2)
    group = try row.decode(atIndex: 3)
    reason = try row.decode(atIndex: 4)
    rank = try row.decode(atIndex: 5)
    fold = try row.decode(atIndex: 6)
  }

  package func bind(to values: inout RowBinder) {
    values.bind(row)
    values.bind(part.rawValue)
    values.bind(selected)
    values.bind(group)
    values.bind(reason)
    values.bind(rank)
    values.bind(fold)
  }
}
