import Kernels

/// Pairs of texts that share most of their words, by sets of shingles.
///
/// Scores are exact up to a collision of 64-bit hashes. A text without a word character has no
/// shingle and is in no pair. Pairs come as a < b in ascending order; memory grows with their
/// number, so collapse equal texts first.
public enum LexicalJoin {
  /// Pairs whose Jaccard index (shared shingles over all shingles of both) is at or above
  /// `threshold`.
  ///
  /// MinHash signatures in bands propose, the exact index decides: no pair below the threshold is
  /// returned; a pair exactly at it is missed with probability at most 1e-4, one above it with
  /// less (for thresholds from 0.04 up; below, the bands are limited to 256 hashes and more may be
  /// missed). The result depends on texts, shingling, threshold and seed alone.
  public static func pairs(
    texts: [String], threshold: Float, shingling: Shingling = Shingling(), seed: UInt64 = 0
  ) -> [ScoredPair] {
    precondition(threshold > 0 && threshold <= 1, "threshold \(threshold) is not in 0…1")
    let sets = ShingleSets(texts, shingling)
    let bands = MinHashBands(sets, plan: MinHashPlan(threshold: threshold), seed: seed)
    let filled = filled(sets)
    let found = FoundPairs()
    Threads.forEach(bands.plan.bands) { band in
      var pairs: [ScoredPair] = []
      forEachBucket(bands.order(band: band, of: filled)) { bucket in
        for second in bucket.indices {
          for first in bucket.startIndex..<second {
            let (a, b) = (Int(bucket[first] & 0xffff_ffff), Int(bucket[second] & 0xffff_ffff))
            guard mayReach(threshold, sets.size(a), sets.size(b)) else { continue }
            if bands.met(a, b, before: band) { continue }
            let score = sets.jaccard(a, b)
            if score >= threshold {
              pairs.append(ScoredPair(a: UInt32(a), b: UInt32(b), score: score))
            }
          }
        }
      }
      found.append(pairs)
    }
    return found.sorted()
  }

  /// Pairs whose containment (shared shingles over those of the smaller text) is at or above
  /// `threshold`: a text that is wholly in a longer one scores 1. Complete.
  ///
  /// Prefix filter (Bayardo, Ma and Srikant, "Scaling up all pairs similarity search", 2007): of n
  /// shingles ceil(t n) must be shared, so one of the n - ceil(t n) + 1 rarest is; each looks up
  /// the texts that have it.
  public static func containedPairs(
    texts: [String], threshold: Float, shingling: Shingling = Shingling()
  ) -> [ScoredPair] {
    precondition(threshold > 0 && threshold <= 1, "threshold \(threshold) is not in 0…1")
    let sets = ShingleSets(texts, shingling)
    let index = ShingleIndex(sets)
    let found = FoundPairs()
    Threads.forEach(sets.count, by: 256) { chunk in
      var pairs: [ScoredPair] = []
      for set in chunk where sets.size(set) > 0 {
        for other in index.candidates(for: set, in: sets, threshold: threshold) {
          let score = sets.containment(set, other)
          if score >= threshold {
            pairs.append(
              ScoredPair(
                a: UInt32(min(set, other)), b: UInt32(max(set, other)), score: score))
          }
        }
      }
      found.append(pairs)
    }
    return found.sorted()
  }

  private static func filled(_ sets: ShingleSets) -> [UInt32] {
    (0..<sets.count).filter { sets.size($0) > 0 }.map { UInt32($0) }
  }

  /// Sets whose sizes differ too much cannot have the index, whatever they share. The margin
  /// covers the rounding of a score that is exactly at the threshold.
  private static func mayReach(_ threshold: Float, _ a: Int, _ b: Int) -> Bool {
    Double(min(a, b)) >= Double(threshold) * Double(max(a, b)) * (1 - 1e-6)
  }

  private static func forEachBucket(_ order: [UInt64], _ body: (ArraySlice<UInt64>) -> Void) {
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count && order[end] >> 32 == order[start] >> 32 { end += 1 }
      if end - start > 1 { body(order[start..<end]) }
      start = end
    }
  }
}

/// Which sets have a shingle.
private struct ShingleIndex: Sendable {
  /// (shingle, set) ascending by both, as two parallel arrays.
  private let shingles: [UInt64]
  private let sets: [UInt32]

  init(_ all: ShingleSets) {
    var entries: [(shingle: UInt64, set: UInt32)] = []
    entries.reserveCapacity(all.values.count)
    for set in 0..<all.count {
      for value in all.values[all.starts[set]..<all.starts[set + 1]] {
        entries.append((value, UInt32(set)))
      }
    }
    entries.sort { ($0.shingle, $0.set) < ($1.shingle, $1.set) }
    shingles = entries.map(\.shingle)
    sets = entries.map(\.set)
  }

  /// Larger sets, and later ones of equal size, that share one of the rarest shingles of `set`.
  func candidates(for set: Int, in all: ShingleSets, threshold: Float) -> [Int] {
    let size = all.size(set)
    let needed = Int((Double(threshold) * Double(size) * (1 - 1e-6)).rounded(.up))
    let owners = all.values[all.starts[set]..<all.starts[set + 1]].map { range(of: $0) }
      .sorted { ($0.count, $0.lowerBound) < ($1.count, $1.lowerBound) }
    var candidates: Set<Int> = []
    for range in owners.prefix(size - max(1, needed) + 1) {
      for entry in range {
        let other = Int(sets[entry])
        if (size, set) < (all.size(other), other) { candidates.insert(other) }
      }
    }
    return Array(candidates)
  }

  private func range(of shingle: UInt64) -> Range<Int> {
    func first(where isPast: (UInt64) -> Bool) -> Int {
      var (low, high) = (0, shingles.count)
      while low < high {
        let middle = (low + high) / 2
        if isPast(shingles[middle]) { high = middle } else { low = middle + 1 }
      }
      return low
    }
    return first { $0 >= shingle }..<first { $0 > shingle }
  }
}
