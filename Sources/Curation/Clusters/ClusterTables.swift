import Neighbors
import Store

/// Clusters and their members as the catalog keeps them.
struct ClusterTables {
  /// The rows of a group in canonical order, its most central one apart.
  struct Group {
    var representative: UInt32
    var rows: [UInt32]
  }

  private(set) var clusters: [Cluster] = []
  private(set) var members: [ClusterMember] = []

  /// Groups of two rows or more, each with its loosest pair.
  init(
    kind: ClusterKind, groups: [Group], table: RecordTable, texts: HashGroups, vectors: VectorRows
  ) throws {
    var numberOfRow = [UInt32](repeating: UInt32(groups.count), count: table.count)
    for (number, group) in groups.enumerated() {
      for row in group.rows { numberOfRow[Int(row)] = UInt32(number) }
    }
    // All other records count as one more cluster, so that words are weighed against them too.
    let words = TypicalWords.find(
      texts: table.texts, clusterOfText: numberOfRow, clusterCount: groups.count + 1)
    for (number, group) in groups.enumerated() {
      let loosest = try LoosestPair(texts.oneRowEach(group.rows), vectors: vectors)
      clusters.append(
        Cluster(
          kind: kind, cluster: number, size: group.rows.count,
          representative: Int(group.representative), words: words[number].map(\.word),
          loosest: loosest.map { Double($0.score) } ?? 1))
      let center = texts.groupOfRow[Int(group.representative)]
      for row in group.rows {
        let isSame = texts.groupOfRow[Int(row)] == center
        let score = isSame ? 1 : vectors.score(Int(row), Int(group.representative))
        members.append(
          ClusterMember(kind: kind, cluster: number, row: Int(row), similarity: Double(score)))
      }
      if number % 4096 == 4095 { vectors.pageOut() }
    }
    vectors.pageOut()
  }

  /// Topic cells; empty ones are left out.
  init(topics: TopicCells, scores: [Float], table: RecordTable) {
    let words = TypicalWords.find(
      texts: table.texts, clusterOfText: topics.cellOfRow, clusterCount: topics.cells.count)
    clusters = topics.cells.indices.compactMap { cell in
      topics.cells[cell].centralRow.map { central in
        Cluster(
          kind: .topic, cluster: cell, size: topics.cells[cell].size,
          representative: Int(central), words: words[cell].map(\.word))
      }
    }
    members = topics.cellOfRow.enumerated().map { row, cell in
      ClusterMember(
        kind: .topic, cluster: Int(cell), row: row, similarity: Double(scores[row]))
    }
  }

  func replace(_ kind: ClusterKind, with editor: CatalogEditor) throws {
    try editor.replaceClusters(kind: kind, clusters, members: members)
  }
}

extension ParaphraseGroups {
  /// The groups of two rows or more.
  var ofSeveral: [ClusterTables.Group] {
    groups.filter { $0.rows.count > 1 }.map {
      ClusterTables.Group(representative: $0.representative, rows: $0.rows)
    }
  }
}

extension AverageLinkage {
  /// The groups of two rows or more, copies of one text among them, by their first row in `order`;
  /// the representative is the text with the highest mean score with all.
  ///
  /// - Parameter vectors: of all rows.
  func groups(_ texts: HashGroups, _ order: CanonicalOrder, _ vectors: VectorRows)
    -> [ClusterTables.Group]
  {
    let distinct = DistinctRows(rows: texts.representatives, vectors: vectors)
    var clusterOfText = [Int](repeating: -1, count: texts.count)
    var centers: [UInt32] = []
    for (number, members) in clusters.enumerated() {
      for text in members { clusterOfText[Int(text)] = number }
      centers.append(Self.center(members, distinct))
    }
    var next = clusters.count
    for (text, size) in texts.sizes.enumerated() where clusterOfText[text] < 0 && size > 1 {
      clusterOfText[text] = next
      centers.append(UInt32(text))
      next += 1
    }
    var places = [Int](repeating: -1, count: next)
    var groups: [ClusterTables.Group] = []
    for row in order.rows {
      let text = texts.groupOfRow[Int(row)]
      let number = clusterOfText[Int(text)]
      guard number >= 0 else { continue }
      if places[number] < 0 {
        places[number] = groups.count
        groups.append(ClusterTables.Group(representative: .max, rows: []))
      }
      groups[places[number]].rows.append(row)
      if text == centers[number], groups[places[number]].representative == .max {
        groups[places[number]].representative = row
      }
    }
    return groups
  }

  private static func center(_ members: [UInt32], _ texts: DistinctRows) -> UInt32 {
    var sum = [Double](repeating: 0, count: texts.vectors.dimension)
    for text in members {
      let row = texts[text]
      for place in sum.indices { sum[place] += Double(row[place]) }
    }
    var best = (text: members[0], score: -Double.infinity)
    for text in members {
      let row = texts[text]
      let score = sum.indices.reduce(0) { $0 + sum[$1] * Double(row[$1]) }
      if score > best.score { best = (text, score) }
    }
    return best.text
  }
}

extension HashGroups {
  /// The first of `rows` with each text.
  func oneRowEach(_ rows: [UInt32]) -> [UInt32] {
    var seen = Set<UInt32>()
    return rows.filter { seen.insert(groupOfRow[Int($0)]).inserted }
  }
}
