import Neighbors
import Store

/// The semantic pairs that the catalog holds, where it has all of them down to a floor: they tell a
/// record's nearest one without a search if that is near.
struct NearPairs {
  let floor: Float
  private let pairs: [ScoredPair]
  private let texts: HashGroups

  /// - Returns: nil if there are none, or an approximate join found them.
  init?(_ index: OpenIndex, _ texts: HashGroups) throws {
    let coverage = try PairCoverage(index)
    guard let floor = coverage.floor(of: .semantic), coverage.method == .exact,
      coverage.records == index.manifest.recordCount
    else { return nil }
    self.floor = floor
    self.texts = texts
    pairs = try index.pairs(of: .semantic, texts)
  }

  /// The score of each of `rows` with its nearest record of `others`, none of which is in `rows`; -1
  /// where that is below the floor. O(pairs).
  func nearest(of rows: [UInt32], in others: [UInt32]) -> [Float] {
    var hasOther = [Bool](repeating: false, count: texts.count)
    for row in others { hasOther[Int(texts.groupOfRow[Int(row)])] = true }
    var best = hasOther.map { $0 ? Float(1) : -1 }
    for pair in pairs {
      let (a, b) = (Int(pair.a), Int(pair.b))
      if hasOther[b] { best[a] = max(best[a], pair.score) }
      if hasOther[a] { best[b] = max(best[b], pair.score) }
    }
    return rows.map { best[Int(texts.groupOfRow[Int($0)])] }
  }
}
