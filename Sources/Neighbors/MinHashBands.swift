import Foundation
import Kernels

/// How many minimum hashes make a band and how many bands there are.
///
/// Two sets of Jaccard index s agree in one minimum hash with probability s (Broder, 1997), in a
/// band of r with s^r, and in none of b bands with (1 - s^r)^b.
struct MinHashPlan: Sendable, Equatable {
  let bands: Int
  let rows: Int

  /// A pair exactly at the threshold is missed with at most this probability, others with less.
  static let missProbability = 1e-4
  private static let mostHashes = 256

  /// The longest bands (fewest false candidates) that keep the promise within the most hashes.
  init(threshold: Float) {
    let threshold = min(max(Double(threshold), 0.01), 0.999_999)
    var best = (bands: Self.mostHashes, rows: 1)
    for rows in 1...16 {
      let miss = log1p(-pow(threshold, Double(rows)))
      let bands = Int((log(Self.missProbability) / miss).rounded(.up))
      if bands * rows <= Self.mostHashes { best = (max(1, bands), rows) }
    }
    (bands, rows) = best
  }
}

/// One key per set and band: sets that share a key in a band are candidates.
struct MinHashBands: Sendable {
  let plan: MinHashPlan
  /// [bands, count]; only meaningful for sets that are not empty.
  let keys: Buffer<UInt32>
  let count: Int

  init(_ sets: ShingleSets, plan: MinHashPlan, seed: UInt64) {
    self.plan = plan
    let count = sets.count
    self.count = count
    keys = Buffer(count: plan.bands * count)
    var generator = SplitMix64(state: seed)
    let salts = (0..<plan.bands * plan.rows).map { _ in generator.next() }
    let keys = keys.pointer
    Threads.forEach(count, by: 256) { chunk in
      for set in chunk {
        Self.hash(sets, set, salts, plan) { band, key in keys[band * count + set] = key }
      }
    }
  }

  private static func hash(
    _ sets: ShingleSets, _ set: Int, _ salts: [UInt64], _ plan: MinHashPlan,
    store: (Int, UInt32) -> Void
  ) {
    sets.values.withUnsafeBufferPointer { values in
      let values = values[sets.starts[set]..<sets.starts[set + 1]]
      for band in 0..<plan.bands {
        var key: UInt64 = 0
        for row in 0..<plan.rows {
          let salt = salts[band * plan.rows + row]
          var least = UInt64.max
          for value in values { least = min(least, SplitMix64.mix(value ^ salt)) }
          key = SplitMix64.mix(key ^ least)
        }
        store(band, UInt32(truncatingIfNeeded: key))
      }
    }
  }

  /// Whether two sets share a key in a band before this one: then they are known already.
  func met(_ a: Int, _ b: Int, before band: Int) -> Bool {
    for earlier in 0..<band
    where keys.pointer[earlier * count + a] == keys.pointer[earlier * count + b] {
      return true
    }
    return false
  }

  /// The sets by key: ascending (key, set) of one band, without the empty ones.
  func order(band: Int, of sets: [UInt32]) -> [UInt64] {
    let keys = keys.pointer + band * count
    return sets.map { UInt64(keys[Int($0)]) << 32 | UInt64($0) }.sorted()
  }
}
