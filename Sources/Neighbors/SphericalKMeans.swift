import CFaiss
import Foundation
import Kernels

/// Topic cells: k-means on unit vectors with normalized centroids (Dhillon and Modha, 2001).
public enum SphericalKMeans {
  public struct Result: Sendable {
    /// [count, dimension] unit rows; a cell may be empty.
    public let centroids: [Float]
    /// The cell of each row: the centroid of highest canonical score, the lowest on a tie.
    public let assignment: [UInt32]
    /// Rows per cell.
    public let sizes: [Int]
    /// The score of each row with its centroid.
    public let scores: [Float]
  }

  /// A number of cells for a first look: the square root of half the rows, from 1 to 1024.
  public static func suggestedCount(rows: Int) -> Int {
    min(1024, max(1, Int((Double(rows) / 2).squareRoot().rounded())))
  }

  /// Clusters rows into at most `count` cells.
  ///
  /// - Throws: ``NeighborsError`` if FAISS fails or a vector is not finite.
  public static func cluster(
    _ vectors: VectorRows, count: Int, seed: Int, iterations: Int = 20
  ) throws -> Result {
    precondition(count >= 1 && count <= vectors.rows, "\(count) cells for \(vectors.rows) rows")
    var centroids = [Float](repeating: 0, count: count * vectors.dimension)
    let status = Threads.withLibraryThreads {
      cfaiss_spherical_kmeans(
        Int32(vectors.dimension), Int64(vectors.rows), vectors.pointer, Int32(count),
        Int32(iterations), Int32(truncatingIfNeeded: seed), &centroids)
    }
    guard status == 0 else {
      throw NeighborsError(
        place: "FAISS k-means", expected: "\(count) cells",
        found: String(cString: cfaiss_last_error()))
    }
    return try assign(vectors, to: centroids, count: count)
  }

  private static func assign(
    _ vectors: VectorRows, to centroids: [Float], count: Int
  ) throws -> Result {
    let nearest = try centroids.withUnsafeBufferPointer {
      try NearestNeighbor.search(
        queries: vectors,
        base: VectorRows(pointer: $0.baseAddress!, rows: count, dimension: vectors.dimension))
    }
    var sizes = [Int](repeating: 0, count: count)
    for entry in nearest { sizes[entry!.row] += 1 }
    return Result(
      centroids: centroids, assignment: nearest.map { UInt32($0!.row) }, sizes: sizes,
      scores: nearest.map { $0!.score })
  }
}
