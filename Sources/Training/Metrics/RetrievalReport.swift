import Foundation

/// How well nearest vectors answer queries: reciprocal rank, normalized discounted cumulative gain, recall.
public struct RetrievalReport: Codable, Hashable, Sendable {
  /// Mean over the queries of one over the rank of the first relevant candidate.
  public let meanReciprocalRank: Double
  /// nDCG of the first ten candidates, relevance 0 or 1 (Järvelin and Kekäläinen, 2002).
  public let gainAt10: Double
  /// Share of a query's relevant candidates among the first, five and ten, mean over the queries.
  public let recallAt1: Double
  /// The same of the first five.
  public let recallAt5: Double
  /// The same of the first ten.
  public let recallAt10: Double
  /// Queries with a relevant candidate.
  public let queries: Int
  /// What each query looks among.
  public let candidates: Int

  /// - Parameters:
  ///   - ranks: for each query those of its relevant candidates, from 1, ascending; none empty.
  public init(ranks: [[Int]], candidates: Int) {
    func mean(_ value: ([Int]) -> Double) -> Double {
      ranks.isEmpty ? 0 : ranks.reduce(0) { $0 + value($1) } / Double(ranks.count)
    }
    func recall(_ limit: Int) -> Double {
      mean { ranks in Double(ranks.count { $0 <= limit }) / Double(ranks.count) }
    }
    func gain(_ ranks: some Sequence<Int>) -> Double {
      ranks.reduce(0) { $0 + ($1 <= 10 ? 1 / log2(Double($1) + 1) : 0) }
    }
    meanReciprocalRank = mean { 1 / Double($0[0]) }
    gainAt10 = mean { gain($0) / gain(1...min(10, $0.count)) }
    recallAt1 = recall(1)
    recallAt5 = recall(5)
    recallAt10 = recall(10)
    queries = ranks.count
    self.candidates = candidates
  }
}
