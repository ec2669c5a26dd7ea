import CFaiss
import Foundation
import Kernels

/// Topic cells: FAISS k-means on unit vectors with normalized centroids (Dhillon and Modha, 2001).
///
/// FAISS trains on at most 256 rows a cell, sampled by the seed, and fills a cell that runs empty
/// by splitting a large one. It runs on one thread, because a BLAS product split over threads may
/// round otherwise: on one kind of processor the result depends on the rows, `count`, `seed` and
/// `iterations` alone. All rows are then assigned by canonical score.
public enum SphericalKMeans {
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
  /// - Throws: ``NeighborsError`` if a vector is not finite or memory runs out.
  /// - Complexity: O(min(rows, 256 · count) · count · dimension · iterations) on one thread.
  public static func cluster(
    _ vectors: VectorRows, count: Int, seed: Int, iterations: Int = 20
  ) throws -> Result {
    precondition(count >= 1 && count <= vectors.rows, "\(count) cells for \(vectors.rows) rows")
    precondition(iterations >= 1, "iterations must be positive, got \(iterations)")
    _ = try RowNorms(vectors)
    let centroids = Buffer<Float>(count: count * vectors.dimension)
    var failure: NeighborsError?
    Threads.forEach(1) { _ in
      let status = cfaiss_spherical_kmeans(
        Int32(vectors.dimension), Int64(vectors.rows), vectors.pointer, Int32(count),
        Int32(iterations), Int32(truncatingIfNeeded: seed), centroids.pointer)
      if status != 0 {
        failure = NeighborsError(
          place: "FAISS k-means", expected: "\(count) cells",
          found: String(cString: cfaiss_last_error()))
      }
    }
    if let failure { throw failure }
    return try assign(vectors, to: centroids, count: count)
  }

  private static func assign(
    _ vectors: VectorRows, to centroids: Buffer<Float>, count: Int
  ) throws -> Result {
    let base = VectorRows(
      pointer: centroids.pointer, rows: count, dimension: vectors.dimension)
    let nearest = try NearestNeighbor.search(queries: vectors, base: base)
    var sizes = [Int](repeating: 0, count: count)
    for entry in nearest { sizes[entry!.row] += 1 }
    return Result(
      centroids: Array(centroids.values), assignment: nearest.map { UInt32($0!.row) },
      sizes: sizes, scores: nearest.map { $0!.score })
  }
}
