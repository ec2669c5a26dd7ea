import Files
import Foundation
import Kernels

/// What an exact join finds and how it works; only ``threshold`` changes the result.
public struct JoinOptions: Sendable {
  /// How pairs are filtered before they are decided; all ways find the same pairs.
  public enum Filter: String, CaseIterable, Sendable {
    /// ``int8`` where there are enough pairs to repay its preparation, else ``float32``.
    case automatic
    /// Integer products of 8 bits (7 without VNNI) with an error bound; ``float32`` without AVX2 and
    /// for vectors whose lengths differ too wildly for integers.
    case int8
    /// Float32 products with an error bound.
    case float32

    /// Preparing byte codes takes as long as some ten million float32 products.
    func wantsInt8(pairs: Int) -> Bool {
      self == .int8 || (self == .automatic && pairs > 40_000_000)
    }
  }

  /// A pair is found when its canonical score is at or above this.
  public var threshold: Float
  /// Rows joined against all later rows at a time; nil for the default.
  public var blockRows: Int?
  /// See ``Filter``.
  public var filter: Filter

  /// See the properties of these names.
  public init(threshold: Float, blockRows: Int? = nil, filter: Filter = .automatic) {
    self.threshold = threshold
    self.blockRows = blockRows
    self.filter = filter
  }
}

/// All pairs of rows whose ``canonicalDot(_:_:count:)`` is at or above a threshold: complete, with
/// no limit on neighbors.
///
/// Blocks of cheap products filter, with a bound on their error that makes it impossible to lose a
/// pair; every candidate is decided by the canonical score of the original float32 rows. So the
/// result depends on the vectors and the threshold alone: not on block size, thread count, filter
/// or processor. Rows need not have unit length; a zero row scores 0 with every row.
///
/// Pairs arrive in ascending order (a, then b) in batches of at most ``batchSize``; memory stays
/// bounded however many there are.
public enum ExactJoin {
  /// The most pairs one call of a sink receives.
  public static let batchSize = 65_536

  /// All pairs a < b of one set.
  ///
  /// - Parameters:
  ///   - progress: receives the finished share, 0 to 1, now and then, on the calling thread.
  ///   - shouldStop: asked now and then, from any thread; true ends the join.
  ///   - sink: receives the pairs on the calling thread; what it throws ends the join.
  /// - Throws: `FileError` for vectors that are not finite, `CancellationError` if stopped.
  /// - Complexity: O(rows² · dimension) products in the filter.
  public static func selfJoin(
    _ vectors: VectorRows, options: JoinOptions, progress: (Double) -> Void = { _ in },
    shouldStop: @Sendable () -> Bool = { false }, sink: ([ScoredPair]) throws -> Void
  ) throws {
    try join(vectors, vectors, triangle: true, options, progress, shouldStop, sink)
  }

  /// All pairs (query row, base row) across two sets; parameters as for ``selfJoin``.
  public static func crossJoin(
    queries: VectorRows, base: VectorRows, options: JoinOptions,
    progress: (Double) -> Void = { _ in }, shouldStop: @Sendable () -> Bool = { false },
    sink: ([ScoredPair]) throws -> Void
  ) throws {
    try join(queries, base, triangle: false, options, progress, shouldStop, sink)
  }

  /// All pairs of one set at once, ascending; memory grows with their number.
  public static func selfJoin(
    _ vectors: VectorRows, options: JoinOptions
  ) throws -> [ScoredPair] {
    var pairs: [ScoredPair] = []
    try selfJoin(vectors, options: options) { pairs += $0 }
    return pairs
  }

  /// All pairs across two sets at once, ascending; memory grows with their number.
  public static func crossJoin(
    queries: VectorRows, base: VectorRows, options: JoinOptions
  ) throws -> [ScoredPair] {
    var pairs: [ScoredPair] = []
    try crossJoin(queries: queries, base: base, options: options) { pairs += $0 }
    return pairs
  }

  private static func join(
    _ left: VectorRows, _ right: VectorRows, triangle: Bool, _ options: JoinOptions,
    _ progress: (Double) -> Void, _ shouldStop: @Sendable () -> Bool,
    _ sink: ([ScoredPair]) throws -> Void
  ) throws {
    precondition(left.dimension == right.dimension, "two sets of different dimension")
    precondition(options.threshold.isFinite, "threshold \(options.threshold) is not a number")
    precondition((options.blockRows ?? 1) > 0, "block size must be positive")
    func run(_ filter: some JoinFilter) throws {
      let driver = JoinDriver(
        left: left, right: right, triangle: triangle, options: options, filter: filter)
      try driver.run(progress: progress, shouldStop: shouldStop, sink: sink)
    }
    if options.filter.wantsInt8(pairs: left.rows * right.rows),
      let filter = try Int8Filter(
        left: left, right: right, isSelf: triangle, threshold: options.threshold)
    {
      try run(filter)
    } else {
      try run(Float32Filter(left: left, right: right))
    }
  }
}
