import Corpus
import Foundation
import Neighbors

/// Selects a diverse subset of some rows of an index, with quotas by label and topic.
public struct BalancedSelection {
  /// Neighbors of each record that facility location sees.
  static let neighborCount = 32

  private let table: RecordTable
  private let vectors: VectorRows
  private let topicOfRow: [UInt32]

  public init(table: RecordTable, vectors: VectorRows, topicOfRow: [UInt32]) {
    self.table = table
    self.vectors = vectors
    self.topicOfRow = topicOfRow
  }

  /// `budget` of `rows`, in the order they were chosen.
  ///
  /// Independent of the order of `rows`: items are numbered by text hash, then id.
  /// O(n² d) for the neighbors of n rows.
  public func select(_ rows: [UInt32], budget: Int, options: SplitOptions) throws -> [UInt32] {
    let items = rows.sorted {
      let (a, b) = (Int($0), Int($1))
      return (table.textHashes[a], table.ids[a]) < (table.textHashes[b], table.ids[b])
    }
    if budget >= items.count { return items }
    let quotas = Quotas.nested(
      budget: budget, labels: items.map { table.labelNumbers[Int($0)] }, labelMode: options.labels,
      topics: items.map { topicOfRow[Int($0)] }, topicMode: options.topics)
    let order = CanonicalOrder(rows: Array(0..<UInt32(items.count)))
    let limit = SelectionBudget(total: budget, quotas: quotas)
    let selection = try DistinctRows(rows: items, vectors: vectors).withVectors { vectors in
      switch options.selection {
      case .facilityLocation:
        FacilityLocation(graph: try Self.neighborGraph(vectors), order: order).select(limit)
      case .kCenter:
        DispersedSelection(order: order).kCenter(limit) { vectors.score(Int($0), Int($1)) }
      }
    }
    return selection.items.map { items[Int($0)] }
  }

  /// Every row with its nearest neighbors, in either direction.
  private static func neighborGraph(_ vectors: VectorRows) throws -> PairGraph {
    let nearest = try NearestNeighbor.search(
      queries: vectors, base: vectors, count: min(neighborCount, vectors.rows - 1),
      excludeSelf: true)
    var pairs: Set<ScoredPair> = []
    for (row, neighbors) in nearest.enumerated() {
      for neighbor in neighbors where neighbor.score > 0 {
        let (a, b) = (UInt32(min(row, neighbor.row)), UInt32(max(row, neighbor.row)))
        pairs.insert(ScoredPair(a: a, b: b, score: neighbor.score))
      }
    }
    return PairGraph(vertexCount: vectors.rows, pairs: pairs.sorted { ($0.a, $0.b) < ($1.a, $1.b) })
  }
}
