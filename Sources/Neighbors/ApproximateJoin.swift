import Files
import Foundation
import Kernels

/// How the pairs at or above a threshold are found.
public enum JoinMethod: String, CaseIterable, Codable, Sendable {
  /// All pairs, by ``ExactJoin``.
  case exact
  /// Most pairs, by ``ApproximateJoin``: for ten million rows and more.
  case ivf
}

/// A join that compares each row only with the rows of the k-means cells nearest to it (an inverted
/// file, IVF: Jégou, Douze and Schmid, "Product quantization for nearest neighbor search", 2011).
///
/// Cells come from FAISS's spherical k-means. Candidates are found with products of our own and not
/// with FAISS's search, whose scan in a build for baseline x86-64 is slower than comparing all rows
/// with all. Every candidate is decided by ``canonicalDot(_:_:count:)``: no pair below the threshold
/// is returned and every score is that of the exact join; what may be missing says
/// ``recall(of:in:threshold:queries:seed:)``.
public struct ApproximateJoin: Sendable {
  /// Cells; the square root of the rows serves.
  public var cells: Int
  /// Cells in which each row looks for others.
  public var probes: Int
  public var seed: Int

  public init(rows: Int, probes: Int = 8, seed: Int = 0) {
    cells = max(1, min(4096, Int(Double(rows).squareRoot())))
    self.probes = max(1, min(probes, cells))
    self.seed = seed
  }

  /// Pairs a < b at or above `threshold`, ascending. The result depends on vectors, threshold, cells,
  /// probes and seed, on one kind of processor.
  ///
  /// - Throws: `FileError` for vectors that are not finite, `CancellationError` if stopped.
  /// - Complexity: O(rows · (cells + probes · rows / cells) · dimension) products; memory grows
  ///   with the pairs.
  public func selfJoin(
    _ vectors: VectorRows, threshold: Float, progress: (Double) -> Void = { _ in },
    shouldStop: @Sendable () -> Bool = { false }
  ) throws -> [ScoredPair] {
    precondition(threshold.isFinite, "threshold \(threshold) is not a number")
    guard vectors.rows > 1 else { return [] }
    let largest = try RowNorms(vectors).largest
    let error = RowNorms.float32Error(dimension: vectors.dimension, largest, largest)
    let lists = try CellLists(vectors, self)
    progress(0.3)
    let found = CellPairs()
    let cutoff = (threshold - error).nextDown.nextDown
    let slice = 64
    for start in stride(from: 0, to: lists.count, by: slice) {
      let cells = start..<min(lists.count, start + slice)
      Threads.forEach(cells.count) { index in
        if shouldStop() { return }
        found.append(lists.pairs(in: start + index, vectors, threshold: threshold, cutoff: cutoff))
      }
      if shouldStop() { throw CancellationError() }
      progress(0.3 + 0.7 * Double(cells.upperBound) / Double(lists.count))
    }
    return found.distinct()
  }

  /// How many of the pairs of some rows, drawn by the seed, `pairs` has: the exact join of those
  /// rows with all others is the truth.
  ///
  /// - Parameter pairs: of ``selfJoin(_:threshold:progress:shouldStop:)``, ascending.
  /// - Complexity: O(queries · rows · dimension).
  public static func recall(
    of pairs: [ScoredPair], in vectors: VectorRows, threshold: Float, queries: Int = 2000,
    seed: Int = 0
  ) throws -> JoinRecall {
    var generator = SplitMix64(state: UInt64(bitPattern: Int64(seed)))
    var drawn: Set<Int> = []
    let count = min(queries, vectors.rows)
    while drawn.count < count { drawn.insert(Int.random(in: 0..<vectors.rows, using: &generator)) }
    let rows = drawn.sorted()
    let copy = Buffer<Float>(count: max(1, rows.count * vectors.dimension))
    for (place, row) in rows.enumerated() {
      (copy.pointer + place * vectors.dimension).update(
        from: vectors[row], count: vectors.dimension)
    }
    let sample = VectorRows(
      pointer: copy.pointer, rows: rows.count, dimension: vectors.dimension)
    var truth: Set<UInt64> = []
    try ExactJoin.crossJoin(
      queries: sample, base: vectors, options: JoinOptions(threshold: threshold)
    ) { batch in
      for pair in batch {
        let row = UInt32(rows[Int(pair.a)])
        if row != pair.b { truth.insert(UInt64(min(row, pair.b)) << 32 | UInt64(max(row, pair.b))) }
      }
    }
    let found = withExtendedLifetime(copy) {
      pairs.count { truth.contains(UInt64($0.a) << 32 | UInt64($0.b)) }
    }
    return JoinRecall(found: found, pairs: truth.count, queries: rows.count)
  }
}

/// The share of true pairs that an approximate join found, on a sample of rows.
public struct JoinRecall: Codable, Equatable, Sendable {
  /// Of ``pairs``, those found.
  public var found: Int
  /// All pairs of the sampled rows.
  public var pairs: Int
  /// Sampled rows.
  public var queries: Int

  public init(found: Int, pairs: Int, queries: Int) {
    (self.found, self.pairs, self.queries) = (found, pairs, queries)
  }

  /// 1 where there was nothing to find.
  public var share: Double { pairs == 0 ? 1 : Double(found) / Double(pairs) }
}

/// The members of every cell, and the rows of other cells that look into it.
private struct CellLists: Sendable {
  private let members: [[UInt32]]
  private let visitors: [[UInt32]]
  var count: Int { members.count }

  init(_ vectors: VectorRows, _ join: ApproximateJoin) throws {
    let clusters = try SphericalKMeans.cluster(
      vectors, count: min(join.cells, vectors.rows), seed: join.seed, iterations: 5)
    let cells = clusters.sizes.count
    let nearest = try clusters.centroids.withUnsafeBufferPointer { centroids in
      try NearestNeighbor.search(
        queries: vectors,
        base: VectorRows(
          pointer: centroids.baseAddress!, rows: cells, dimension: vectors.dimension),
        count: min(join.probes, cells))
    }
    var members = [[UInt32]](repeating: [], count: cells)
    var visitors = members
    for (row, found) in nearest.enumerated() {
      for (place, cell) in found.enumerated() {
        if place == 0 {
          members[cell.row].append(UInt32(row))
        } else {
          visitors[cell.row].append(UInt32(row))
        }
      }
    }
    (self.members, self.visitors) = (members, visitors)
  }

  /// Pairs of a cell's members with each other and with its visitors.
  func pairs(
    in cell: Int, _ vectors: VectorRows, threshold: Float, cutoff: Float
  ) -> [ScoredPair] {
    let (inside, outside) = (members[cell], visitors[cell])
    guard !inside.isEmpty else { return [] }
    let products = Buffer<Float>(count: JoinTile.rows * JoinTile.columns)
    let left = Buffer<Float>(count: JoinTile.rows * vectors.dimension)
    let right = Buffer<Float>(count: JoinTile.columns * vectors.dimension)
    var pairs: [ScoredPair] = []
    for columnStart in stride(from: 0, to: inside.count, by: JoinTile.columns) {
      let columns = inside[columnStart..<min(inside.count, columnStart + JoinTile.columns)]
      Self.gather(columns, vectors, into: right.pointer)
      for (isInside, rows) in [(true, inside), (false, outside)] {
        for rowStart in stride(from: 0, to: rows.count, by: JoinTile.rows) {
          let window = rows[rowStart..<min(rows.count, rowStart + JoinTile.rows)]
          Self.gather(window, vectors, into: left.pointer)
          RowProducts.float32(
            left: left.pointer, leftRows: window.count, right: right.pointer,
            rightRows: columns.count, dimension: vectors.dimension, into: products.pointer)
          for (place, a) in window.enumerated() {
            TileScan.forEach(
              above: cutoff, in: products.pointer + place * columns.count, count: columns.count
            ) { offset in
              let b = columns[columnStart + offset]
              // Inside a cell each pair is met from both ends.
              if a == b || (isInside && a > b) { return }
              let score = vectors.score(Int(a), Int(b))
              if score >= threshold {
                pairs.append(ScoredPair(a: min(a, b), b: max(a, b), score: score))
              }
            }
          }
        }
      }
    }
    return pairs
  }

  private static func gather(
    _ rows: ArraySlice<UInt32>, _ vectors: VectorRows, into copy: UnsafeMutablePointer<Float>
  ) {
    for (place, row) in rows.enumerated() {
      (copy + place * vectors.dimension).update(from: vectors[Int(row)], count: vectors.dimension)
    }
  }
}

/// The pairs of all cells; two rows may meet in the cells of both.
private final class CellPairs: @unchecked Sendable {
  private let lock = NSLock()
  private var pairs: [ScoredPair] = []

  func append(_ more: [ScoredPair]) { lock.withLock { pairs += more } }

  func distinct() -> [ScoredPair] {
    pairs.sort { ($0.a, $0.b) < ($1.a, $1.b) }
    var last: ScoredPair?
    return pairs.filter { pair in
      defer { last = pair }
      return pair.a != last?.a || pair.b != last?.b
    }
  }
}
