import Corpus
import Curation
import Neighbors
import Testing

/// Random unit vectors around a few centers, with memory of their own.
private final class UnitVectors {
  let rows: VectorRows
  private let memory: UnsafeMutablePointer<Float>

  init(count: Int, dimension: Int, centers: Int, spread: Float, seed: UInt64) {
    var random = TestRandom(seed)
    func draw(_ scale: Float) -> [Float] {
      (0..<dimension).map { _ in
        scale * (0..<6).reduce(-3) { sum, _ in sum + Float.random(in: 0..<1, using: &random) }
      }
    }
    let heads = (0..<centers).map { _ in draw(1) }
    memory = .allocate(capacity: count * dimension)
    for row in 0..<count {
      let vector = zip(heads[row % centers], draw(spread)).map(+)
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for place in 0..<dimension { memory[row * dimension + place] = vector[place] / length }
    }
    rows = VectorRows(pointer: memory, rows: count, dimension: dimension)
  }

  deinit { memory.deallocate() }

  func score(_ a: Int, _ b: Int) -> Float { rows.score(a, b) }

  func graph(atLeast floor: Float) throws -> PairGraph {
    PairGraph(
      vertexCount: rows.rows,
      pairs: try ExactJoin.selfJoin(rows, options: JoinOptions(threshold: floor)))
  }
}

@Suite struct LinkageTests {
  /// The definition, step by step: of all pairs of clusters the one with the highest mean is joined.
  private func reference(_ vectors: UnitVectors, cohesion: Float) -> Set<Set<UInt32>> {
    var clusters = (0..<vectors.rows.rows).map { [$0] }
    while true {
      var best = (mean: -Double.infinity, a: 0, b: 0)
      for (a, b) in allPairs(clusters.count) {
        let (left, right) = (clusters[Int(a)], clusters[Int(b)])
        let sum = left.reduce(0.0) { sum, one in
          right.reduce(sum) { $0 + Double(vectors.score(one, $1)) }
        }
        let mean = sum / Double(left.count * right.count)
        if mean > best.mean { best = (mean, Int(a), Int(b)) }
      }
      guard best.mean >= Double(cohesion) else { break }
      clusters[best.a] += clusters.remove(at: best.b)
    }
    return Set(clusters.filter { $0.count > 1 }.map { Set($0.map { UInt32($0) }) })
  }

  @Test(arguments: [Float(0.4), 0.6, 0.75, 0.9])
  func averageLinkageIsThatOfTheDefinition(cohesion: Float) throws {
    var found = 0
    for seed in 0..<6 {
      let vectors = UnitVectors(
        count: 48, dimension: 8, centers: 7, spread: 0.3 + Float(seed) * 0.1, seed: UInt64(seed))
      let linkage = AverageLinkage(
        graph: try vectors.graph(atLeast: cohesion - 0.1), texts: allRows(of: vectors.rows),
        cohesion: cohesion)
      let clusters = Set(linkage.clusters.map(Set.init))
      #expect(clusters == reference(vectors, cohesion: cohesion))
      found += clusters.count
    }
    #expect(found > 0)
  }

  /// Each link of a chain is at the floor, the ends are far apart.
  @Test func averageLinkageDoesNotChain() throws {
    let (count, step) = (8, 0.4)
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: 2 * count)
    defer { memory.deallocate() }
    for row in 0..<count {
      memory[2 * row] = Float(cosine(step * Double(row)))
      memory[2 * row + 1] = Float(cosine(step * Double(row) - .pi / 2))
    }
    let rows = VectorRows(pointer: memory, rows: count, dimension: 2)
    let pairs = try ExactJoin.selfJoin(rows, options: JoinOptions(threshold: 0.85))
    let graph = PairGraph(vertexCount: count, pairs: pairs)
    let texts = HashGroups((0..<count).map { ContentHash("text \($0)") })
    #expect(RowGroups.connected(graph, texts: texts, atLeast: 0.85).count > 0)
    let linkage = AverageLinkage(graph: graph, texts: allRows(of: rows), cohesion: 0.85)
    #expect(linkage.clusters.allSatisfy { $0.count <= 3 } && linkage.clusters.count >= 2)
  }

  private func allRows(of vectors: VectorRows) -> DistinctRows {
    DistinctRows(rows: Array(0..<UInt32(vectors.rows)), vectors: vectors)
  }

  private func cosine(_ angle: Double) -> Double {
    // Taylor's series, so that no import is needed for one function.
    var (sum, term) = (1.0, 1.0)
    for k in 1..<20 {
      term *= -angle * angle / Double((2 * k - 1) * 2 * k)
      sum += term
    }
    return sum
  }

  @Test(arguments: [2, 5, 64, 65, 300])
  func theLoosestPairIsTheLowest(count: Int) throws {
    let vectors = UnitVectors(count: count, dimension: 6, centers: 1, spread: 0.5, seed: 3)
    let rows = (0..<UInt32(count)).reversed().map { $0 }
    let pair = try #require(try LoosestPair(rows, vectors: vectors.rows))
    let lowest = allPairs(count).map { vectors.score(Int($0), Int($1)) }.min()!
    #expect(pair.score == lowest)
    #expect(vectors.score(Int(pair.a), Int(pair.b)) == lowest)
    #expect(try LoosestPair([7], vectors: vectors.rows) == nil)
  }

  @Test func outliersAreThoseOfASearchOfAll() throws {
    let vectors = UnitVectors(count: 400, dimension: 12, centers: 9, spread: 0.4, seed: 5)
    let means = (0..<400).map { row in
      (0..<400).filter { $0 != row }.map { Double(vectors.score(row, $0)) }.sorted(by: >)
        .prefix(OutlierSearch.neighbors).reduce(0, +) / Double(OutlierSearch.neighbors)
    }
    let expected = means.indices.sorted { (means[$0], $0) < (means[$1], $1) }.prefix(20)
    for cells in [1, 9, 150] {
      let found = try OutlierSearch.find(
        vectors.rows, cells: (0..<400).map { UInt32($0 % cells) }, count: 20)
      #expect(found.map(\.row) == Array(expected))
      #expect(zip(found, expected).allSatisfy { abs($0.similarity - means[$1]) < 1e-9 })
    }
    #expect(try OutlierSearch.find(vectors.rows[0..<1], cells: [0], count: 3).isEmpty)
  }

  /// Some rows of a file in an order of their own are as good as a copy of them in that order.
  @Test func outliersOfSomeRowsAreThoseOfACopy() throws {
    let vectors = UnitVectors(count: 300, dimension: 12, centers: 9, spread: 0.4, seed: 6)
    let chosen = (0..<200).map { UInt32($0 * 7 % 300) }
    let cells = chosen.indices.map { UInt32($0 % 4) }
    let found = try OutlierSearch.find(vectors.rows, rows: chosen, cells: cells, count: 15)
    let copied = try DistinctRows(rows: chosen, vectors: vectors.rows).withVectors {
      try OutlierSearch.find($0, cells: cells, count: 15)
    }
    #expect(found == copied && found.count == 15)
  }

  @Test(arguments: [1, 4, 8])
  func theSuggestedCountIsThatOfTheGroups(groups: Int) throws {
    let vectors = UnitVectors(count: 800, dimension: 16, centers: groups, spread: 0.25, seed: 9)
    #expect(try TopicCount.suggest(vectors.rows, seed: 1) == groups)
  }

  @Test func wordsWithoutSpacesAreWhole() {
    let texts = [
      "数据库连接失败", "无法打开数据库", "数据库里没有表", "データベースが壊れた", "データベースを直す",
      "大きいデータベース",
    ]
    let words = TypicalWords.find(
      texts: texts, clusterOfText: [0, 0, 0, 1, 1, 1], clusterCount: 2, limit: 3
    ).map { $0.map(\.word) }
    #expect(words[0] == ["数据库"])
    // Four characters at most.
    #expect(words[1].allSatisfy { "データベース".contains($0) && $0.count == 4 })
    #expect(!words[1].isEmpty)
  }
}
