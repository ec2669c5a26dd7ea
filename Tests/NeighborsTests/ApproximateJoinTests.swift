import Kernels
import Neighbors
import Testing

@Suite struct ApproximateJoinTests {
  private let world = World.clustered(
    rows: 900, dimension: 24, clusters: 60, noise: 0.25, seed: 7)

  @Test func allCellsProbedIsTheExactJoin() throws {
    var join = ApproximateJoin(rows: world.rows, seed: 3)
    join.probes = join.cells
    for threshold: Float in [0.6, 0.9, 0.99] {
      let exact = try ExactJoin.selfJoin(
        world.vectors, options: JoinOptions(threshold: threshold))
      #expect(try join.selfJoin(world.vectors, threshold: threshold) == exact)
    }
  }

  @Test func fewerProbesLoseMeasuredPairsAndInventNone() throws {
    let threshold: Float = 0.5
    let exact = Set(
      try ExactJoin.selfJoin(world.vectors, options: JoinOptions(threshold: threshold)))
    let join = ApproximateJoin(rows: world.rows, probes: 1, seed: 3)
    let found = try join.selfJoin(world.vectors, threshold: threshold)
    #expect(found == (try join.selfJoin(world.vectors, threshold: threshold)))
    #expect(exact.isSuperset(of: found) && found.count < exact.count && !found.isEmpty)
    let recall = try ApproximateJoin.recall(
      of: found, in: world.vectors, threshold: threshold, queries: world.rows)
    #expect(recall.pairs == exact.count && recall.found == found.count)
    let sampled = try ApproximateJoin.recall(
      of: found, in: world.vectors, threshold: threshold, queries: 100, seed: 1)
    #expect(sampled.queries == 100 && sampled.pairs < exact.count && sampled.found <= sampled.pairs)
  }

  @Test func worldsWithoutPairs() throws {
    let single = World.random(rows: 1, dimension: 4, seed: 1)
    #expect(try ApproximateJoin(rows: 1).selfJoin(single.vectors, threshold: 0.5).isEmpty)
    let recall = try ApproximateJoin.recall(of: [], in: single.vectors, threshold: 0.5)
    #expect(recall.share == 1)
  }
}
