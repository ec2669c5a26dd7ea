import Corpus
import Files
import Foundation
import Neighbors
import Store

/// The semantic pairs of an index: joined once down to a floor, then read from the catalog.
public struct SemanticPairs {
  /// Pairs of text groups (numbers of ``HashGroups``), ascending.
  public let pairs: [ScoredPair]
  /// All pairs at or above this are there; most, after an approximate join.
  public let floor: Float
  package let method: JoinMethod
  /// After an approximate join, what it found of a sample.
  public let recall: JoinRecall?
  /// Whether some were found now; false where all are those of the catalog.
  public let isNew: Bool

  init(
    pairs: [ScoredPair], floor: Float, method: JoinMethod = .exact, recall: JoinRecall? = nil,
    isNew: Bool = true
  ) {
    self.pairs = pairs
    self.floor = floor
    self.method = method
    self.recall = recall
    self.isNew = isNew
  }

  /// The pairs at or above `highest`: those stored if they reach that far down, else a new join
  /// down to `floor`; after an append only the new texts are joined, with the old ones and with each
  /// other.
  ///
  /// - Parameters:
  ///   - highest: `floor` if nil.
  ///   - method: nil for whatever is stored, and the exact join where nothing is.
  public static func find(
    in index: OpenIndex, texts: HashGroups, floor: Float, atMost highest: Float? = nil,
    method: JoinMethod? = nil, monitor: StepMonitor
  ) throws -> SemanticPairs {
    let coverage = try PairCoverage(index)
    let isUsable =
      coverage.method == .exact || method == nil || method == coverage.method
    guard isUsable, let stored = coverage.floor(of: .semantic), stored <= highest ?? floor else {
      let join = PairJoin(index: index, texts: texts, floor: floor, monitor: monitor)
      return method == .ivf ? try join.approximate() : try join.exact()
    }
    var pairs = try index.pairs(of: .semantic, texts)
    let isWhole = coverage.records == texts.groupOfRow.count
    if !isWhole {
      let join = PairJoin(index: index, texts: texts, floor: stored, monitor: monitor)
      pairs += try join.newAgainstOld(from: coverage.records)
    }
    return SemanticPairs(
      pairs: isWhole ? pairs : pairs.sorted(), floor: stored, method: coverage.method,
      recall: coverage.method == .exact ? nil : try JoinRecall.stored(index.catalog),
      isNew: !isWhole)
  }

}

/// The joins over the distinct texts of an index.
private struct PairJoin {
  let index: OpenIndex
  let texts: HashGroups
  let floor: Float
  let monitor: StepMonitor

  /// One row for every text; says so if nearly all pairs are those looked for.
  private func allRows() -> DistinctRows {
    let rows = DistinctRows(texts: texts, vectors: index.vectors.vectors)
    if let warning = UnrelatedTexts.warning(rows, floor: floor) { monitor.remark(warning) }
    return rows
  }

  func exact() throws -> SemanticPairs {
    let rows = allRows()
    var pairs: [ScoredPair] = []
    try rows.withVectors { vectors in
      try ExactJoin.selfJoin(
        vectors, options: JoinOptions(threshold: floor), progress: report,
        shouldStop: monitor.shouldStop
      ) { pairs += groups($0, rows.rows, rows.rows) }
    }
    return SemanticPairs(pairs: pairs.sorted(), floor: floor)
  }

  func approximate() throws -> SemanticPairs {
    let rows = allRows()
    return try rows.withVectors { vectors in
      let found = try ApproximateJoin(rows: vectors.rows).selfJoin(
        vectors, threshold: floor, progress: report, shouldStop: monitor.shouldStop)
      let recall = try ApproximateJoin.recall(of: found, in: vectors, threshold: floor)
      return SemanticPairs(
        pairs: groups(found, rows.rows, rows.rows).sorted(), floor: floor, method: .ivf,
        recall: recall)
    }
  }

  /// Pairs of texts that first occur at row `first` or later, with earlier ones and each other.
  func newAgainstOld(from first: Int) throws -> [ScoredPair] {
    let rows = DistinctRows(texts: texts, vectors: index.vectors.vectors)
    let old = rows.rows.firstIndex { $0 >= first } ?? rows.rows.count
    let (oldRows, newRows) = (Array(rows.rows[..<old]), Array(rows.rows[old...]))
    var pairs: [ScoredPair] = []
    if newRows.isEmpty { return pairs }
    let options = JoinOptions(threshold: floor)
    try rows.withVectors { vectors in
      let new = vectors[old..<vectors.rows]
      if old > 0 {
        try ExactJoin.crossJoin(
          queries: new, base: vectors[0..<old], options: options, progress: report,
          shouldStop: monitor.shouldStop
        ) { pairs += groups($0, newRows, oldRows) }
      }
      try ExactJoin.selfJoin(new, options: options, shouldStop: monitor.shouldStop) {
        pairs += groups($0, newRows, newRows)
      }
    }
    return pairs
  }

  private func groups(
    _ batch: [ScoredPair], _ left: [UInt32], _ right: [UInt32]
  ) -> [ScoredPair] {
    batch.map { texts.pair(left[Int($0.a)], right[Int($0.b)], score: $0.score) }
  }

  private func report(_ share: Double) {
    let permille = 1000
    monitor.progress(
      StepProgress(
        phase: "joining", completed: Int(share * Double(permille)), total: permille,
        unit: "per mille of all pairs"))
  }
}

extension JoinRecall: Figures {
  package static let step = "join"

  /// What the last approximate join measured; nil after an exact one.
  static func stored(_ catalog: Catalog) throws -> JoinRecall? {
    guard let recall = try catalog.figures(JoinRecall.self) else { return nil }
    guard 0...recall.pairs ~= recall.found else {
      throw FileError(
        place: "\(catalog.url.relativePath), table figures, step \(step)",
        expected: "at most as many pairs found as there are",
        found: "\(recall.found) of \(recall.pairs)",
        advice: "the catalog is damaged; build the index again")
    }
    return recall
  }

  /// Wilson's, 95%, as if pairs were drawn independently.
  public var interval: Interval { .wilson(successes: found, of: pairs) }
}

/// Some rows of an index, such as one for every distinct text, and their vectors in one block.
public struct DistinctRows {
  package let rows: [UInt32]
  /// Of all rows of the index.
  let vectors: VectorRows

  init(texts: HashGroups, vectors: VectorRows) {
    rows = texts.representatives.sorted()
    self.vectors = vectors
  }

  /// Any rows, in the order given.
  public init(rows: [UInt32], vectors: VectorRows) {
    self.rows = rows
    self.vectors = vectors
  }

  /// The vector of the row at a place of ``rows``.
  subscript(place: UInt32) -> UnsafePointer<Float> { vectors[Int(rows[Int(place)])] }

  /// Calls `body` with the rows' vectors one after the other; copies them only if some are left out.
  package func withVectors<Result>(_ body: (VectorRows) throws -> Result) rethrows -> Result {
    let isWhole = rows.count == vectors.rows && rows.indices.allSatisfy { rows[$0] == $0 }
    if isWhole { return try body(vectors) }
    return try vectors.withCopies(of: rows, body)
  }
}

extension HashGroups {
  /// The pairs of `stage` that the catalog holds, by text groups.
  ///
  /// - Throws: `FileError` for a pair of equal texts, or a pair of texts that is there twice.
  func storedPairs(of stage: RemovalStage, in catalog: Catalog) throws -> [ScoredPair] {
    var pairs: [ScoredPair] = []
    var last = (-1, -1)
    try catalog.forEachPair(stage: stage.rawValue) { stored in
      let pair = pair(UInt32(stored.a), UInt32(stored.b), score: Float(stored.score))
      // Of a text that occurs often the first row stands for all, and rows come in ascending order.
      let areFirst = [stored.a, stored.b].allSatisfy {
        Int(representatives[Int(groupOfRow[$0])]) == $0
      }
      guard areFirst, last < (stored.a, stored.b) else {
        throw FileError(
          place: "\(catalog.url.relativePath), table pairs",
          expected: "each pair of different texts once, by the first record of each",
          found: "rows \(stored.a), \(stored.b)",
          advice: "the catalog is damaged; build the index again")
      }
      last = (stored.a, stored.b)
      pairs.append(pair)
    }
    return pairs
  }

  /// The pair of the groups of two rows, the lower group first.
  func pair(_ a: UInt32, _ b: UInt32, score: Float) -> ScoredPair {
    let (a, b) = (groupOfRow[Int(a)], groupOfRow[Int(b)])
    return ScoredPair(a: min(a, b), b: max(a, b), score: score)
  }
}

extension RecordTable {
  /// Pairs of the text groups of `whole` as pairs of `groups`, the groups of this table's texts;
  /// pairs of texts that are not all here are left out.
  func translate(
    _ pairs: [ScoredPair], of whole: RecordTable, _ wholeGroups: HashGroups, to groups: HashGroups
  ) -> [ScoredPair] {
    var groupOfHash: [ContentHash: UInt32] = [:]
    for (group, row) in groups.representatives.enumerated() {
      groupOfHash[textHashes[Int(row)]] = UInt32(group)
    }
    let translated = wholeGroups.representatives.map { groupOfHash[whole.textHashes[Int($0)]] }
    return pairs.compactMap { pair in
      guard let a = translated[Int(pair.a)], let b = translated[Int(pair.b)] else { return nil }
      return ScoredPair(a: min(a, b), b: max(a, b), score: pair.score)
    }
  }
}

extension Array where Element == ScoredPair {
  /// Ascending by (a, b).
  func sorted() -> [ScoredPair] { sorted { ($0.a, $0.b) < ($1.a, $1.b) } }
}
