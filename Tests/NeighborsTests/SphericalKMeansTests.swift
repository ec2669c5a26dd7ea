import Files
import Kernels
import Neighbors
import Testing

@Suite struct SphericalKMeansTests {
  @Test func findsClearClusters() throws {
    let world = World.clustered(rows: 600, dimension: 24, clusters: 6, noise: 0.05, seed: 7)
    let result = try SphericalKMeans.cluster(world.vectors, count: 6, seed: 3, iterations: 30)
    let inOne = (0..<600).filter {
      result.assignment[$0] == result.assignment[$0 % 6]
    }.count
    #expect(inOne > 500)  // random starts may merge two clusters
    #expect(result.sizes.reduce(0, +) == 600)
    #expect(result.scores.reduce(0, +) > 0.9 * 600)
    for cell in 0..<6 {
      let row = Array(result.centroids[cell * 24..<(cell + 1) * 24])
      #expect(abs(canonicalDot(row, row, count: 24) - 1) < 1e-5)
    }
  }

  @Test func assignmentIsTheNearestCentroid() throws {
    let world = World.random(rows: 300, dimension: 10, seed: 8)
    let result = try SphericalKMeans.cluster(world.vectors, count: 7, seed: 1)
    result.centroids.withUnsafeBufferPointer { centroids in
      for row in 0..<300 {
        let scores = (0..<7).map {
          canonicalDot(world.vectors[row], centroids.baseAddress! + $0 * 10, count: 10)
        }
        #expect(result.scores[row] == scores.max()!)
        #expect(Int(result.assignment[row]) == scores.firstIndex(of: scores.max()!)!)
      }
    }
  }

  @Test func sameSeedSameCells() throws {
    let world = World.clustered(rows: 900, dimension: 33, clusters: 20, noise: 0.9, seed: 9)
    let first = try SphericalKMeans.cluster(world.vectors, count: 12, seed: 5)
    let again = try SphericalKMeans.cluster(world.vectors, count: 12, seed: 5)
    let other = try SphericalKMeans.cluster(world.vectors, count: 12, seed: 6)
    #expect(first.assignment == again.assignment)
    #expect(first.centroids == again.centroids)
    #expect(first.centroids != other.centroids)
  }

  /// Rows in an order of their own are as good as a copy of them in that order, sampled or not.
  @Test(arguments: [1, 12]) func someRowsAreAsGoodAsTheirCopy(count: Int) throws {
    let world = World.clustered(rows: 900, dimension: 33, clusters: 20, noise: 0.9, seed: 9)
    let chosen = (0..<600).map { UInt32($0 * 7 % 900) }
    let copy = World(
      "copy",
      chosen.map { Array(UnsafeBufferPointer(start: world.vectors[Int($0)], count: 33)) },
      dimension: 33, normalized: false)
    let found = try SphericalKMeans.cluster(world.vectors, rows: chosen, count: count, seed: 5)
    let copied = try SphericalKMeans.cluster(copy.vectors, count: count, seed: 5)
    #expect(found.centroids == copied.centroids)
    #expect(found.assignment == copied.assignment)
    #expect(found.scores == copied.scores && found.sizes == copied.sizes)
  }

  @Test func degenerateInputs() throws {
    let equal = World("equal", Array(repeating: [1, 2, 2], count: 50), dimension: 3)
    #expect(try SphericalKMeans.cluster(equal.vectors, count: 4, seed: 1).sizes.reduce(0, +) == 50)
    let zeros = World("zeros", Array(repeating: [0, 0], count: 5), dimension: 2)
    #expect(try SphericalKMeans.cluster(zeros.vectors, count: 2, seed: 1).sizes.reduce(0, +) == 5)
    let broken = World("broken", [[.nan, 1], [1, 0]], dimension: 2, normalized: false)
    #expect(throws: FileError.self) {
      try SphericalKMeans.cluster(broken.vectors, count: 1, seed: 1)
    }
  }
}
