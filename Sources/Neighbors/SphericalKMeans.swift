import CFaiss
import Files
import Foundation
import Kernels

/// Topic cells: FAISS k-means on unit vectors with normalized centroids (Dhillon and Modha, 2001).
///
/// FAISS trains on at most 256 rows a cell, sampled by the seed, and fills a cell that runs empty
/// by splitting a large one. It runs on one thread, because a BLAS product split over threads may
/// round otherwise: on one kind of processor the result depends on the rows, `count`, `seed` and
/// `iterations` alone. All rows are then assigned by canonical score.
public enum SphericalKMeans {
  /// Cells and who is in them.
  public struct Result: Sendable {
    /// [count, dimension]; unit rows.
    public let centroids: [Float]
    /// The cell of each row: the centroid of highest canonical score, the lowest on a tie.
    public let assignment: [UInt32]
    /// Rows per cell; 0 is possible where rows repeat.
    public let sizes: [Int]
    /// The score of each row with its centroid.
    public let scores: [Float]
  }

  /// Clusters rows into `count` cells, at most one per row.
  ///
  /// Only the rows trained on and one block of all rows are in memory at a time.
  ///
  /// - Parameter rows: distinct rows in the order in which they are numbered and sampled; all rows if
  ///   nil.
  /// - Throws: `FileError` if a vector is not finite or memory runs out.
  /// - Complexity: O(min(rows, 256 · count) · count · dimension · iterations) on one thread.
  public static func cluster(
    _ vectors: VectorRows, rows: [UInt32]? = nil, count: Int, seed: Int, iterations: Int = 20
  ) throws -> Result {
    let rows = rows ?? Array(0..<UInt32(vectors.rows))
    precondition(count >= 1 && count <= rows.count, "\(count) cells for \(rows.count) rows")
    precondition(iterations >= 1, "iterations must be positive, got \(iterations)")
    let sample = try sample(rows, count: count, seed: seed)
    let centroids = try train(vectors, sample, count, seed, iterations)
    return try assign(vectors, rows, to: centroids, count: count)
  }

  /// The rows that FAISS would train on, in its order.
  private static func sample(_ rows: [UInt32], count: Int, seed: Int) throws -> [UInt32] {
    let most = 256 * count
    if rows.count <= most { return rows }
    var places = [Int32](repeating: 0, count: most)
    let status = cfaiss_kmeans_sample(
      Int64(rows.count), Int64(most), Int32(truncatingIfNeeded: seed), &places)
    if status != 0 { throw failure(count) }
    return places.map { rows[Int($0)] }
  }

  private static func train(
    _ vectors: VectorRows, _ rows: [UInt32], _ count: Int, _ seed: Int, _ iterations: Int
  ) throws -> Buffer<Float> {
    let centroids = Buffer<Float>(count: count * vectors.dimension)
    try vectors.withCopies(of: rows) { training in
      _ = try RowNorms(training, numbers: rows)
      var failure: FileError?
      Threads.forEach(1) { _ in
        let status = cfaiss_spherical_kmeans(
          Int32(training.dimension), Int64(training.rows), training.pointer, Int32(count),
          Int32(iterations), Int32(truncatingIfNeeded: seed), centroids.pointer)
        if status != 0 { failure = Self.failure(count) }
      }
      if let failure { throw failure }
    }
    return centroids
  }

  private static func failure(_ count: Int) -> FileError {
    FileError(
      place: "FAISS k-means", expected: "\(count) cells",
      found: String(cString: cfaiss_last_error()))
  }

  private static func assign(
    _ vectors: VectorRows, _ rows: [UInt32], to centroids: Buffer<Float>, count: Int
  ) throws -> Result {
    let base = VectorRows(
      pointer: centroids.pointer, rows: count, dimension: vectors.dimension)
    var assignment = [UInt32](repeating: 0, count: rows.count)
    var scores = [Float](repeating: 0, count: rows.count)
    var sizes = [Int](repeating: 0, count: count)
    try RowBlocks(vectors, rows: rows).read { places, block in
      _ = try RowNorms(block, numbers: places.map { rows[Int($0)] })
      let nearest = try NearestNeighbor.search(queries: block, base: base)
      for (index, entry) in zip(places, nearest) {
        assignment[Int(index)] = UInt32(entry!.row)
        scores[Int(index)] = entry!.score
        sizes[entry!.row] += 1
      }
    }
    return Result(
      centroids: Array(centroids.values), assignment: assignment, sizes: sizes, scores: scores)
  }
}
