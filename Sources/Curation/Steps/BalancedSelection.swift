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
  /// O(n² d) for the neighbors of n rows up to 50,000, about O(2000 n d) beyond.
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

  /// Every row with its nearest neighbors, in either direction: of all rows where they are few, else
  /// of the row's cell of spherical k-means, so that time grows with rows times cell size. What the
  /// cells leave out counts as no similarity: the bounds hold for the graph as it is.
  private static func neighborGraph(_ vectors: VectorRows) throws -> PairGraph {
    var pairs: [ScoredPair] = []
    for cell in try cells(vectors) where cell.count > 1 {
      try DistinctRows(rows: cell, vectors: vectors).withVectors { members in
        let nearest = try NearestNeighbor.search(
          queries: members, base: members, count: min(neighborCount, members.rows - 1),
          excludeSelf: true)
        for (place, neighbors) in nearest.enumerated() {
          for neighbor in neighbors where neighbor.score > 0 {
            let (a, b) = (cell[min(place, neighbor.row)], cell[max(place, neighbor.row)])
            pairs.append(ScoredPair(a: a, b: b, score: neighbor.score))
          }
        }
      }
    }
    pairs.sort { ($0.a, $0.b) < ($1.a, $1.b) }
    // A pair of mutual neighbors was found from both ends.
    var distinct = 0
    for place in pairs.indices
    where distinct == 0
      || (pairs[place].a, pairs[place].b) != (pairs[distinct - 1].a, pairs[distinct - 1].b)
    {
      pairs[distinct] = pairs[place]
      distinct += 1
    }
    pairs.removeLast(pairs.count - distinct)
    return PairGraph(vertexCount: vectors.rows, pairs: pairs)
  }

  /// Up to so many rows every neighbor is looked for among all.
  private static let exactRows = 50_000
  private static let cellSize = 2_000

  /// The rows cell by cell, ascending within each.
  private static func cells(_ vectors: VectorRows) throws -> [[UInt32]] {
    guard vectors.rows > exactRows else { return [Array(0..<UInt32(vectors.rows))] }
    let count = vectors.rows / cellSize
    let result = try SphericalKMeans.cluster(vectors, count: count, seed: 0, iterations: 10)
    var cells = [[UInt32]](repeating: [], count: count)
    for (row, cell) in result.assignment.enumerated() { cells[Int(cell)].append(UInt32(row)) }
    return cells
  }
}
