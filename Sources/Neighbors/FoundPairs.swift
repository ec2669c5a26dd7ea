import Synchronization

/// The pairs that all workers found.
final class FoundPairs: Sendable {
  private let limit: Int
  private let pairs = Mutex<[ScoredPair]>([])

  /// - Parameter limit: more pairs than these are not kept.
  init(limit: Int = .max) { self.limit = limit }

  /// More pairs than the limit: whoever looks for them gives up.
  var isOver: Bool { pairs.withLock { $0.count > limit } }

  func append(_ more: [ScoredPair]) {
    if more.isEmpty { return }
    pairs.withLock { if $0.count <= limit { $0 += more } }
  }

  /// All of them, ascending by (a, b).
  func sorted() -> [ScoredPair] {
    pairs.withLock { pairs in
      pairs.sort { ($0.a, $0.b) < ($1.a, $1.b) }
      return pairs
    }
  }
}
