import Corpus
import Curation
import Neighbors
import Testing

@Suite struct ClusterTests {
  private func texts(_ names: [String]) -> HashGroups { HashGroups(names.map { ContentHash($0) }) }

  /// Every graph on up to four texts in every order: members are at or above the floor to their
  /// representative, no two representatives are, and every row is in one group.
  @Test func leadersCoverAndDoNotCrowd() {
    for count in 1...4 {
      let groups = texts((0..<count).map { "t\($0)" })
      for edges in allGraphs(count) {
        let graph = PairGraph(vertexCount: count, pairs: edges)
        func score(_ a: UInt32, _ b: UInt32) -> Float {
          graph.score(groups.groupOfRow[Int(a)], groups.groupOfRow[Int(b)]) ?? 0.3
        }
        for rows in permutations(count) {
          let order = CanonicalOrder(rows: rows)
          let found = ParaphraseGroups(
            graph: graph, texts: groups, order: order, floor: 0.91)
          #expect(found.groups.flatMap(\.rows).sorted() == (0..<UInt32(count)).map { $0 })
          for (number, group) in found.groups.enumerated() {
            #expect(group.rows.first == group.representative)
            #expect(group.rows.allSatisfy { found.groupOfRow[Int($0)] == UInt32(number) })
            let toHead = group.rows.dropFirst().map { score($0, group.representative) }
            #expect(toHead.allSatisfy { $0 >= 0.91 })
            #expect(group.loosestToRepresentative == toHead.min() ?? 1)
            // The nearest representative is the one a member joined.
            for row in group.rows.dropFirst() {
              let best = found.groups.map { score(row, $0.representative) }.max()
              #expect(score(row, group.representative) == best)
            }
          }
          for (a, b) in allPairs(found.groups.count) {
            let heads = [found.groups[Int(a)], found.groups[Int(b)]].map(\.representative)
            #expect(score(heads[0], heads[1]) < 0.91)
          }
        }
      }
    }
  }

  @Test func aChainIsCutButItsComponentIsWhole() {
    let groups = texts(["a", "b", "c", "d", "e"])
    let chain = groups.representatives.sorted().map { groups.groupOfRow[Int($0)] }
    let pairs = zip(chain, chain.dropFirst()).map { ScoredPair(a: $0, b: $1, score: 0.9) }
    let graph = PairGraph(vertexCount: 5, pairs: pairs)
    let order = CanonicalOrder(rows: [0, 1, 2, 3, 4])
    let found = ParaphraseGroups(graph: graph, texts: groups, order: order, floor: 0.9)
    #expect(found.groups.map(\.rows) == [[0, 1], [2, 3], [4]])
    #expect(RowGroups.connected(graph, texts: groups, atLeast: 0.9).count == 1)
    #expect(RowGroups.connected(graph, texts: groups, atLeast: 0.91).count == 5)
  }

  @Test func rowGroupsUniteLinksAndPartitions() {
    let groups = RowGroups(
      rowCount: 6, partitions: [[9, 9, 1, 2, 3, 4]], links: [(1, 2), (4, 5)])
    #expect(groups.groupOfRow == [0, 0, 0, 1, 2, 2])
    #expect(groups.sizes == [3, 1, 2])
    let alone = RowGroups(rowCount: 2, links: [])
    #expect(alone.groupOfRow == [0, 1])
  }

  @Test func equalTextsShareAGroup() {
    let groups = texts(["a", "b", "a"])
    let graph = PairGraph(vertexCount: 2, pairs: [])
    let found = ParaphraseGroups(
      graph: graph, texts: groups, order: CanonicalOrder(rows: [2, 1, 0]), floor: 0.9)
    #expect(found.groups.map(\.rows) == [[2, 0], [1]])
    #expect(found.groups[0].loosestToRepresentative == 1)
  }

  @Test func pairGraphTakesPairsInAnyOrder() {
    var random = TestRandom(1)
    for edges in allGraphs(4) {
      let sorted = PairGraph(vertexCount: 4, pairs: edges)
      let turned = edges.shuffled(using: &random).map {
        ScoredPair(a: $0.b, b: $0.a, score: $0.score)
      }
      let graph = PairGraph(vertexCount: 4, pairs: turned)
      #expect(graph.offsets == sorted.offsets && graph.neighbors == sorted.neighbors)
      #expect(graph.scores == sorted.scores && graph.pairCount == edges.count)
      #expect(graph.centrality(atLeast: 0.92) == sorted.centrality(atLeast: 0.92))
      for edge in edges { #expect(graph.score(edge.b, edge.a) == edge.score) }
    }
  }

  @Test func topicCellsNameTheirCenter() {
    let cells = TopicCells(
      assignment: [0, 1, 0, 0], scores: [0.5, 0.9, 0.8, 0.8], count: 3,
      order: CanonicalOrder(rows: [3, 2, 1, 0]))
    #expect(cells.cells.map(\.size) == [3, 1, 0])
    #expect(cells.cells.map(\.centralRow) == [3, 1, nil])
    #expect(abs(cells.cells[0].meanScore - 0.7) < 1e-6)
  }

  @Test func typicalWordsSetClustersApart() {
    let texts = [
      "the cat and the dog", "the cat and a mouse", "a cat is on the mat",
      "the train to Köln is late", "a train and the KÖLN station", "the train of the day",
      "中文文本", "中文书籍", "the 中文",
    ]
    let words = TypicalWords.find(
      texts: texts, clusterOfText: [0, 0, 0, 1, 1, 1, 2, 2, 2], clusterCount: 4, limit: 2)
    #expect(words[0].first?.word == "cat")
    #expect(Set(words[1].map(\.word)) == ["train", "köln"])
    #expect(words[2].first?.word == "中文")
    #expect(words[3].isEmpty)
  }

  /// The weight by the formula, for one word counted by hand.
  @Test func typicalWordWeightFollowsTheFormula() {
    let words = TypicalWords.find(
      texts: ["red red blue", "blue green"], clusterOfText: [0, 1], clusterCount: 2)
    // tf(red, 0) = 2 of 3 words, tf(red) = 2, A = 5 / 2.
    let red = words[0].first { $0.word == "red" }!.weight
    #expect(abs(red - 0.6621217) < 1e-6)
  }
}
