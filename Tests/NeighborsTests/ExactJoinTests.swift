import Files
import Kernels
import Neighbors
import Synchronization
import Testing

@Suite struct ExactJoinTests {
  static let filters: [JoinOptions.Filter] = [.float32, .int8]

  @Test(arguments: [0.9, 0.5, 0.99999, 0, -0.5] as [Float])
  func findsWhatBruteForceFinds(threshold: Float) throws {
    for world in World.allSmall(threshold: threshold) {
      let expected = world.pairs(threshold: threshold)
      for filter in Self.filters {
        for blockRows in filter == .int8 ? [nil, 64] : [nil, 1, 7, 64, 5000] as [Int?]
        where blockRows != 1 || world.rows < 100 {
          let options = JoinOptions(threshold: threshold, blockRows: blockRows, filter: filter)
          let found = try ExactJoin.selfJoin(world.vectors, options: options)
          #expect(found == expected, "\(world.name) at \(threshold), \(options)")
        }
      }
    }
  }

  @Test func crossJoinAgreesWithBruteForce() throws {
    let queries = World.clustered(rows: 130, dimension: 70, clusters: 9, noise: 0.6, seed: 3)
    let base = World.clustered(rows: 600, dimension: 70, clusters: 9, noise: 0.6, seed: 3)
    var expected: [ScoredPair] = []
    for a in 0..<queries.rows {
      for b in 0..<base.rows {
        let score = canonicalDot(queries.vectors[a], base.vectors[b], count: 70)
        if score >= 0.74 { expected.append(ScoredPair(a: UInt32(a), b: UInt32(b), score: score)) }
      }
    }
    #expect(expected.count > 1000)
    for filter in Self.filters {
      let found = try ExactJoin.crossJoin(
        queries: queries.vectors, base: base.vectors,
        options: JoinOptions(threshold: 0.74, blockRows: 50, filter: filter))
      #expect(found == expected)
    }
  }

  /// 3000 equal rows make 4.5 million pairs: more than one block may hold.
  @Test func explosionStreamsInBoundedBatchesInOrder() throws {
    let world = World("equal", Array(repeating: [1, 0, 2, 5], count: 3000), dimension: 4)
    var count = 0
    var last = ScoredPair(a: 0, b: 0, score: 0)
    var ordered = true
    try ExactJoin.selfJoin(
      world.vectors, options: JoinOptions(threshold: 0.9, blockRows: 3000)
    ) { batch in
      #expect(batch.count <= ExactJoin.batchSize)
      for pair in batch {
        ordered = ordered && (last.a, last.b) < (pair.a, pair.b)
        last = pair
      }
      count += batch.count
    }
    #expect(ordered)
    #expect(count == 3000 * 2999 / 2)
  }

  @Test func stopsAndPassesErrorsOn() throws {
    struct Full: Error {}
    let world = World("equal", Array(repeating: [1, 2], count: 40), dimension: 2)
    let options = JoinOptions(threshold: 0.5)
    #expect(throws: Full.self) {
      try ExactJoin.selfJoin(world.vectors, options: options) { _ in throw Full() }
    }
    #expect(throws: CancellationError.self) {
      try ExactJoin.selfJoin(
        world.vectors, options: options, shouldStop: { true }, sink: { _ in })
    }
  }

  @Test func progressEndsAtOne() throws {
    let world = World.random(rows: 100, dimension: 4, seed: 9)
    var shares: [Double] = []
    try ExactJoin.selfJoin(
      world.vectors, options: JoinOptions(threshold: 0.99, blockRows: 30),
      progress: { shares.append($0) }, sink: { _ in })
    #expect(shares == shares.sorted())
    #expect(shares.count == 4)
    #expect(shares.last == 1)
  }

  @Test(arguments: [Float.nan, .infinity, 1e30])
  func refusesValuesThatAreNoNumbers(value: Float) {
    let world = World("broken", [[1, 0], [value, 1]], dimension: 2, normalized: false)
    #expect(throws: FileError.self) {
      try ExactJoin.selfJoin(world.vectors, options: JoinOptions(threshold: 0.9))
    }
  }
}

@Suite struct NearestNeighborTests {
  private func bruteForce(
    _ query: Int, _ queries: World, _ base: World, count: Int, excludeSelf: Bool
  ) -> [(row: Int, score: Float)] {
    let all = (0..<base.rows).filter { !excludeSelf || $0 != query }.map {
      (
        row: $0,
        score: canonicalDot(queries.vectors[query], base.vectors[$0], count: base.dimension)
      )
    }
    return Array(
      all.sorted { $0.score > $1.score || ($0.score == $1.score && $0.row < $1.row) }.prefix(count))
  }

  @Test(arguments: [1, 3, 1000], [JoinOptions.Filter.float32, .int8])
  func findsWhatBruteForceFinds(count: Int, filter: JoinOptions.Filter) throws {
    for (world, excludeSelf) in World.allSmall(threshold: 0.9).flatMap({
      [($0, false), ($0, true)]
    }) {
      let found = try NearestNeighbor.search(
        queries: world.vectors, base: world.vectors, count: count, excludeSelf: excludeSelf,
        filter: filter)
      for query in stride(from: 0, to: world.rows, by: 7) {
        let expected = bruteForce(query, world, world, count: count, excludeSelf: excludeSelf)
        #expect(found[query].elementsEqual(expected, by: ==), "\(world.name) row \(query)")
      }
    }
  }

  @Test func oneRowHasNoOtherNeighbor() throws {
    let world = World.random(rows: 1, dimension: 3, seed: 1)
    let found = try NearestNeighbor.search(
      queries: world.vectors, base: world.vectors, excludeSelf: true)
    #expect(found.count == 1)
    #expect(found[0] == nil)
  }
}
