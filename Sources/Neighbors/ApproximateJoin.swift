import Files
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
  /// Of k-means.
  public var seed: Int

  /// With as many cells as the square root of `rows`, at most 4,096, and at most as many probes as cells.
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
    let found = FoundPairs()
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
    var last: ScoredPair?
    // Two rows may meet in the cells of both.
    return found.sorted().filter { pair in
      defer { last = pair }
      return pair.a != last?.a || pair.b != last?.b
    }
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
    let rows = drawn.sorted().map { UInt32($0) }
    var truth: Set<UInt64> = []
    try vectors.withCopies(of: rows) { sample in
      try ExactJoin.crossJoin(
        queries: sample, base: vectors, options: JoinOptions(threshold: threshold)
      ) { batch in
        for pair in batch {
          let (row, other) = (rows[Int(pair.a)], pair.b)
          if row != other { truth.insert(UInt64(min(row, other)) << 32 | UInt64(max(row, other))) }
        }
      }
    }
    let found = pairs.count { truth.contains(UInt64($0.a) << 32 | UInt64($0.b)) }
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

  /// See the properties of these names.
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
      for (index, cell) in found.enumerated() {
        if index == 0 {
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
      vectors.copy(columns, into: right.pointer)
      for (isInside, rows) in [(true, inside), (false, outside)] {
        for rowStart in stride(from: 0, to: rows.count, by: JoinTile.rows) {
          let window = rows[rowStart..<min(rows.count, rowStart + JoinTile.rows)]
          vectors.copy(window, into: left.pointer)
          RowProducts.float32(
            left: left.pointer, leftRows: window.count, right: right.pointer,
            rightRows: columns.count, dimension: vectors.dimension, into: products.pointer)
          for (index, a) in window.enumerated() {
            TileScan.forEach(
              above: cutoff, in: products.pointer + index * columns.count, count: columns.count
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
}
