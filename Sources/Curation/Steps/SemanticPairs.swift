import Corpus
import Foundation
import Neighbors
import Store

/// The semantic pairs of an index: joined once down to a floor, then read from the catalog.
public struct SemanticPairs {
  /// Pairs of text groups (numbers of ``HashGroups``), ascending.
  public let pairs: [ScoredPair]
  /// All pairs at or above this are there.
  public let floor: Float

  /// The pairs the last `dedup` stored, or nil where none did.
  static func stored(in index: OpenIndex, texts: HashGroups) throws -> SemanticPairs? {
    guard let floor = try index.storedFloor(of: .semantic) else { return nil }
    var pairs: [ScoredPair] = []
    try index.catalog.forEachPair(stage: RemovalStage.semantic.rawValue) { pair in
      pairs.append(texts.pair(UInt32(pair.a), UInt32(pair.b), score: Float(pair.score)))
    }
    return SemanticPairs(pairs: pairs.sorted(), floor: floor)
  }

  /// The pairs at or above `floor`: those stored if they reach that far down, else a new join.
  public static func find(
    in index: OpenIndex, texts: HashGroups, floor: Float, monitor: StepMonitor
  ) throws -> SemanticPairs {
    if let stored = try stored(in: index, texts: texts), stored.floor <= floor {
      return stored
    }
    let rows = DistinctRows(texts: texts, vectors: index.vectors.vectors)
    var pairs: [ScoredPair] = []
    try rows.withVectors { vectors in
      let permille = 1000
      try ExactJoin.selfJoin(
        vectors, options: JoinOptions(threshold: floor),
        progress: { share in
          monitor.progress(
            StepProgress(
              phase: "joining", completed: Int(share * Double(permille)), total: permille,
              unit: "per mille of all pairs"))
        },
        shouldStop: monitor.shouldStop
      ) { batch in
        pairs += batch.map {
          texts.pair(rows.rows[Int($0.a)], rows.rows[Int($0.b)], score: $0.score)
        }
      }
    }
    return SemanticPairs(pairs: pairs.sorted(), floor: floor)
  }
}

/// Some rows of an index, such as one for every distinct text, and their vectors in one block.
public struct DistinctRows {
  public let rows: [UInt32]
  private let vectors: VectorRows

  init(texts: HashGroups, vectors: VectorRows) {
    rows = texts.representatives.sorted()
    self.vectors = vectors
  }

  /// Any rows, in the order given.
  public init(rows: [UInt32], vectors: VectorRows) {
    self.rows = rows
    self.vectors = vectors
  }

  /// Calls `body` with the rows' vectors one after the other; copies them only if some are left out.
  public func withVectors<Result>(_ body: (VectorRows) throws -> Result) rethrows -> Result {
    let isWhole = rows.count == vectors.rows && rows.indices.allSatisfy { rows[$0] == $0 }
    if isWhole { return try body(vectors) }
    let dimension = vectors.dimension
    let copy = UnsafeMutablePointer<Float>.allocate(capacity: max(1, rows.count * dimension))
    defer { copy.deallocate() }
    for (place, row) in rows.enumerated() {
      (copy + place * dimension).update(from: vectors[Int(row)], count: dimension)
    }
    return try body(VectorRows(pointer: copy, rows: rows.count, dimension: dimension))
  }
}

extension HashGroups {
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
