import Corpus
import Files
import Foundation
import Neighbors

/// Selects a diverse subset of some rows of an index, within a budget and with quotas.
public struct BalancedSelection {
  package enum Size: Hashable, Sendable {
    case records(Int)
    case tokens(Int)
  }

  package struct Result: Sendable {
    /// In the order they were chosen.
    public var rows: [UInt32]
    /// Records or tokens, as the size says.
    public var spent: Int
    /// Of the method: mean similarity of a row to its nearest selected one over the neighbors seen
    /// (facility location), the lowest such similarity (k-center), mean quality (MMR).
    public var objective: Double?
    /// How many cells neighbors or distances were confined to; 1 where all rows were seen at once.
    public var cells: Int
  }

  /// Neighbors of each record that facility location sees.
  static let neighborCount = 32

  private let table: RecordTable
  private let vectors: VectorRows
  private let topicOfRow: [UInt32]
  private let options: SplitOptions
  let quotas: SelectionQuotas?
  private let tokens: [Int]?
  private let quality: [Double]?

  /// - Throws: `FileError` for quotas of groups that are not there, records without tokens
  ///   where the budget is in tokens, or without quality where that counts.
  public init(_ index: OpenIndex, table: RecordTable, options: SplitOptions) throws {
    self.table = table
    self.options = options
    vectors = index.vectors.vectors
    topicOfRow = try SplitStep.topics(index).ofRow
    quotas = try SelectionQuotas(options, table, index)
    tokens = options.budgetTokens == nil ? nil : try Self.tokens(index)
    quality = try options.qualityField.map { try Self.quality($0, index) }
  }

  /// Independent of the order of `rows`: items are numbered by text hash, then id.
  /// Over 50,000 rows neighbors are looked for within topic cells; farthest-first steps go over all
  /// rows while rows · records selected stays below 10^9, then within the cells.
  package func select(_ rows: [UInt32], size: Size) throws -> Result {
    let items = rows.sorted {
      let (a, b) = (Int($0), Int($1))
      return (table.textHashes[a], table.ids[a]) < (table.textHashes[b], table.ids[b])
    }
    let budget = try budget(items, size)
    let all = budget.costs?.reduce(0, +) ?? items.count
    if budget.total >= all {
      return Result(rows: items, spent: all, objective: nil, cells: 1)
    }
    var result: Result
    switch options.selection {
    case .facilityLocation, .stochasticGreedy: result = try represent(items, budget)
    case .kCenter, .maximalMarginalRelevance: result = try disperse(items, budget)
    }
    result.rows = result.rows.map { items[Int($0)] }
    return result
  }

  // MARK: Budget

  private func budget(_ items: [UInt32], _ size: Size) throws -> SelectionBudget {
    switch size {
    case .records(let count):
      return SelectionBudget(
        total: count, quotas: quotas(items, total: count, costs: nil, inner: topics(of: items)))
    case .tokens(let count):
      let costs = items.map { max(1, tokens![Int($0)]) }
      // Each quota leaves some tokens over, so here there is but one a group.
      let inner = [UInt32](repeating: 0, count: items.count)
      return SelectionBudget(
        total: count, costs: costs,
        quotas: quotas(items, total: count, costs: costs, inner: inner))
    }
  }

  private func topics(of items: [UInt32]) -> [UInt32] {
    quotas?.key == .topic
      ? [UInt32](repeating: 0, count: items.count) : items.map { topicOfRow[Int($0)] }
  }

  private func quotas(
    _ items: [UInt32], total: Int, costs: [Int]?, inner: [UInt32]
  ) -> Quotas? {
    guard let quotas else { return nil }
    return Quotas.nested(
      budget: total, labels: items.map { quotas.groupOfRow[Int($0)] }, weights: quotas.weights,
      topics: inner, topicMode: .proportional, costs: costs)
  }

  private static func tokens(_ index: OpenIndex) throws -> [Int] {
    var tokens: [Int] = []
    try index.catalog.forEachRecord { record in
      guard let count = record.tokens else {
        throw FileError(
          option: .budgetTokens, expected: "an index with token counts",
          found: "none of '\(record.id)'", advice: "build the index again with simcurate index")
      }
      tokens.append(count)
    }
    return tokens
  }

  private static func quality(_ field: String, _ index: OpenIndex) throws -> [Double] {
    let table = try RecordTable(index.catalog, valueField: field)
    if let missing = table.values.firstIndex(where: { !$0.isFinite }) {
      throw FileError(
        option: .qualityField, expected: "a number in '\(field)' of every record",
        found: "none in '\(table.ids[missing])'")
    }
    return table.values
  }

  /// The quality of every item as the share of items it is better than, ties half: 0 to 1 whatever
  /// the scale of the field.
  private func ranked(_ items: [UInt32]) -> [Double]? {
    guard let quality else { return nil }
    let values = items.map { quality[Int($0)] }
    let sorted = values.sorted()
    var place: [Double: Double] = [:]
    var start = 0
    while start < sorted.count {
      let end = sorted[start...].firstIndex { $0 > sorted[start] } ?? sorted.count
      place[sorted[start]] = Double(start + end) / 2 / Double(sorted.count)
      start = end
    }
    return values.map { place[$0]! }
  }

  // MARK: Facility location

  private func represent(_ items: [UInt32], _ budget: SelectionBudget) throws -> Result {
    let cells = try SelectionCells(items, topicOfRow: topicOfRow, vectors: vectors)
    let graph = try cells.neighborGraph(count: Self.neighborCount)
    let meanCost =
      budget.costs.map { Double($0.reduce(0, +)) / Double(max(1, items.count)) } ?? 1
    let location = FacilityLocation(
      graph: graph, order: CanonicalOrder(rows: Array(0..<UInt32(items.count))),
      quality: ranked(items).map {
        FacilityLocation.Quality(
          values: $0, weight: options.qualityWeight,
          expectedCount: Double(budget.total) / max(1, meanCost))
      })
    let selection =
      options.selection == .stochasticGreedy
      ? location.selectStochastically(budget, seed: options.seed) : location.select(budget)
    return Result(
      rows: selection.items, spent: selection.cost,
      objective: selection.objective / Double(max(1, items.count)), cells: cells.cells.count)
  }

  // MARK: k-center and MMR

  /// Above so many rows · records selected, distances are taken within cells.
  private static let exactWork = 1_000_000_000

  private func disperse(_ items: [UInt32], _ budget: SelectionBudget) throws -> Result {
    let quality = ranked(items)
    let meanCost =
      budget.costs.map { Double($0.reduce(0, +)) / Double(max(1, items.count)) } ?? 1
    if Double(items.count) * Double(budget.total) / meanCost <= Double(Self.exactWork) {
      let all = Array(0..<UInt32(items.count))
      let selection = try disperse(all, of: items, budget, quality)
      return Result(
        rows: selection.items, spent: selection.cost,
        objective: objective([selection], quality), cells: 1)
    }
    let cells = try SelectionCells(items, topicOfRow: topicOfRow, vectors: vectors).cells
    var cellOfItem = [UInt32](repeating: 0, count: items.count)
    for (number, cell) in cells.enumerated() {
      for item in cell { cellOfItem[Int(item)] = UInt32(number) }
    }
    let one = [Int32](repeating: 0, count: items.count)
    let shared =
      quotas(items, total: budget.total, costs: budget.costs, inner: cellOfItem)
      ?? Quotas.nested(
        budget: budget.total, labels: one, topics: cellOfItem, topicMode: .proportional,
        costs: budget.costs)
    var selections: [Selection] = []
    for cell in cells {
      let numbers = Set(cell.map { shared.cellOfItem[Int($0)] })
      selections.append(
        try disperse(
          cell, of: items,
          SelectionBudget(
            total: numbers.reduce(0) { $0 + shared.limits[Int($1)] },
            costs: budget.costs.map { costs in cell.map { costs[Int($0)] } },
            quotas: Quotas(
              cellOfItem: cell.map { shared.cellOfItem[Int($0)] }, limits: shared.limits)),
          quality))
    }
    return Result(
      rows: Self.interleaved(selections.map(\.items)),
      spent: selections.reduce(0) { $0 + $1.cost }, objective: objective(selections, quality),
      cells: cells.count)
  }

  /// Selects among `cell`, numbers of `items`; the items of the result are such numbers.
  private func disperse(
    _ cell: [UInt32], of items: [UInt32], _ budget: SelectionBudget, _ quality: [Double]?
  ) throws -> Selection {
    let method = DispersedSelection(
      order: CanonicalOrder(rows: Array(0..<UInt32(cell.count))))
    var selection = DistinctRows(rows: cell.map { items[Int($0)] }, vectors: vectors).withVectors {
      vectors in
      options.selection == .kCenter
        ? method.kCenter(budget) { vectors.score(Int($0), Int($1)) }
        : method.maximalMarginalRelevance(
          budget, quality: cell.map { quality![Int($0)] }, balance: options.qualityWeight
        ) { vectors.score(Int($0), Int($1)) }
    }
    selection.items = selection.items.map { cell[Int($0)] }
    return selection
  }

  private func objective(_ selections: [Selection], _ quality: [Double]?) -> Double? {
    switch options.selection {
    case .maximalMarginalRelevance:
      let count = selections.reduce(0) { $0 + $1.items.count }
      return selections.reduce(0) { $0 + $1.objective } / Double(max(1, count))
    default: return selections.filter { !$0.items.isEmpty }.map(\.objective).min()
    }
  }

  /// The first of every list, then the second of each, and so on.
  private static func interleaved(_ lists: [[UInt32]]) -> [UInt32] {
    let longest = lists.map(\.count).max() ?? 0
    return (0..<longest).flatMap { place in
      lists.compactMap { place < $0.count ? $0[place] : nil }
    }
  }
}
