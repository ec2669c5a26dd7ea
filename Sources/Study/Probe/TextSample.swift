import Corpus
import Kernels

/// Some distinct texts drawn at random: for a seed the same ones whatever their order.
///
/// Each text has a key from its content and the seed, and those with the smallest keys are kept, so that
/// memory does not grow with what is read. O(texts log limit).
public struct TextSample: Sendable {
  /// How many are kept.
  public let limit: Int
  private let seed: UInt64
  private var kept: [(key: UInt64, hash: ContentHash, text: String)] = []
  private var hashes: Set<ContentHash> = []
  private var bound = UInt64.max

  /// - Precondition: `limit` is positive.
  public init(limit: Int, seed: UInt64) {
    precondition(limit > 0)
    self.limit = limit
    self.seed = SplitMix64.mix(seed)
  }

  public mutating func add(_ text: String) {
    let hash = ContentHash(text)
    let key = SplitMix64.mix(hash.low ^ seed)
    if key > bound || !hashes.insert(hash).inserted { return }
    kept.append((key, hash, text))
    if kept.count >= 2 * limit + 1024 { prune() }
  }

  /// In the order of their keys.
  public var texts: [String] {
    var copy = self
    copy.prune()
    return copy.kept.map(\.text)
  }

  private mutating func prune() {
    kept.sort { ($0.key, $0.hash) < ($1.key, $1.hash) }
    guard kept.count > limit else { return }
    kept.removeLast(kept.count - limit)
    hashes = Set(kept.map(\.hash))
    bound = kept[limit - 1].key
  }
}
