import Corpus
import Foundation
import Kernels
import Neighbors
import Store

/// A pair of an index drawn to be labeled.
package struct SampledPair: Sendable {
  /// Rows, the lower first.
  package var a: UInt32
  package var b: UInt32
  package var score: Float
  /// Its place in ``BorderlineSample/strata``.
  package var stratum: Int
}

/// A random sample of the stored pairs of an index, about equally many from each stratum.
///
/// Which pairs are drawn depends on the texts and the seed, not on the order of the records, and a
/// larger sample holds the smaller ones. Memory: the pairs drawn, and the guards' view of each text
/// that is in a pair.
package struct BorderlineSample: Sendable {
  /// All strata with pairs, by ascending score, those no guard vetoes first; no labels yet.
  package let strata: [PairStratum]
  /// In an order in which every stratum comes to its turn in every round.
  package let pairs: [SampledPair]

  /// - Parameters:
  ///   - floor: the least score of a stored pair.
  ///   - size: how many pairs to draw; fewer where there are fewer.
  package init(
    pairs stored: ((StoredPair) throws -> Void) throws -> Void, table: RecordTable, floor: Float,
    size: Int, guards: [TextGuard], seed: UInt64
  ) throws {
    let edges = Self.edges(from: floor)
    var drawn = [Drawn](repeating: Drawn(limit: size), count: 2 * edges.count)
    let features = RememberedFeatures()
    try stored { pair in
      let (a, b) = (UInt32(pair.a), UInt32(pair.b))
      let bin = edges.lastIndex { Float(pair.score) >= $0 } ?? 0
      let isVetoed =
        !guards.isEmpty
        && TextGuard.firstVeto(guards, features.of(a, in: table), features.of(b, in: table)) != nil
      drawn[isVetoed ? edges.count + bin : bin].add(
        Candidate(
          key: Self.key(table.textHashes[pair.a], table.textHashes[pair.b], seed),
          pair: SampledPair(a: a, b: b, score: Float(pair.score), stratum: 0)))
    }
    var strata: [PairStratum] = []
    var queues: [[SampledPair]] = []
    for (place, candidates) in drawn.enumerated() where candidates.count > 0 {
      queues.append(
        candidates.lowest.map {
          SampledPair(a: $0.pair.a, b: $0.pair.b, score: $0.pair.score, stratum: strata.count)
        })
      strata.append(
        PairStratum(
          low: edges[place % edges.count].decimal, isVetoed: place >= edges.count,
          pairs: candidates.count))
    }
    self.strata = strata
    pairs = Self.rounds(queues, size: size)
  }

  /// Edges at whole hundredths, at most some twenty bins.
  static func edges(from floor: Float) -> [Float] {
    let first = Int((floor * 100).rounded(.down))
    let width = [1, 2, 5].first { (100 - first) / $0 <= 20 } ?? 10
    let inner = stride(from: (first / width + 1) * width, to: 100, by: width)
    return [floor] + inner.map { Float($0) / 100 }.filter { $0 > floor }
  }

  private static func rounds(_ queues: [[SampledPair]], size: Int) -> [SampledPair] {
    var pairs: [SampledPair] = []
    let longest = queues.map(\.count).max() ?? 0
    for round in 0..<longest {
      for queue in queues where round < queue.count && pairs.count < size {
        pairs.append(queue[round])
      }
    }
    return pairs
  }

  private static func key(_ a: ContentHash, _ b: ContentHash, _ seed: UInt64) -> UInt64 {
    let (first, second) = (min(a, b), max(a, b))
    return SplitMix64.mix(
      SplitMix64.mix(SplitMix64.mix(seed &+ 1) ^ first.high) &+ second.low)
  }

  private struct Candidate {
    var key: UInt64
    var pair: SampledPair
  }

  /// The candidates of lowest key among those seen.
  private struct Drawn {
    let limit: Int
    private(set) var count = 0
    private var kept: [Candidate] = []

    init(limit: Int) { self.limit = limit }

    mutating func add(_ candidate: Candidate) {
      count += 1
      kept.append(candidate)
      if kept.count >= 2 * limit + 64 { kept = lowest }
    }

    var lowest: [Candidate] {
      Array(
        kept.sorted { ($0.key, $0.pair.a, $0.pair.b) < ($1.key, $1.pair.a, $1.pair.b) }
          .prefix(limit))
    }
  }
}
