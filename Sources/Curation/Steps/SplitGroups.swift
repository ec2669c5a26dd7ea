import Corpus
import Neighbors
import Store

/// Rows that a split must keep together, and the pairs that make it so.
struct SplitGroups {
  /// Pairs of text groups, each at or above the threshold of its stage.
  let pairs: [ScoredPair]
  let texts: HashGroups
  /// Paraphrase groups, removed records with their witnesses, and both ends of every pair.
  let groups: RowGroups

  init(_ index: OpenIndex, _ table: RecordTable, _ dedup: DedupOptions) throws {
    let texts = HashGroups(table.textHashes)
    var links: [(UInt32, UInt32)] = []
    let heads = try index.catalog.clusters(kind: .paraphrase).map { UInt32($0.representative) }
    for member in try index.catalog.members(kind: .paraphrase) {
      links.append((UInt32(member.row), heads[member.cluster]))
    }
    for removal in try index.catalog.removals() {
      links.append((UInt32(removal.row), UInt32(removal.witness)))
    }
    var pairs: [ScoredPair] = []
    for stage in dedup.stages {
      // Scores are stored as doubles of the float they were: the threshold must be the same.
      try index.catalog.forEachPair(
        stage: stage.rawValue, minimumScore: Double(dedup.threshold(of: stage))
      ) { pair in
        links.append((UInt32(pair.a), UInt32(pair.b)))
        pairs.append(texts.pair(UInt32(pair.a), UInt32(pair.b), score: Float(pair.score)))
      }
    }
    self.pairs = pairs
    self.texts = texts
    groups = RowGroups(rowCount: table.count, partitions: [texts.groupOfRow], links: links)
  }

  /// How many of ``pairs`` and of the texts have records in more than one part.
  func crossing(_ placement: SplitAssigner.Placement) -> Int {
    var partsOfText = [UInt8](repeating: 0, count: texts.count)
    for (row, part) in placement.partOfRow {
      partsOfText[Int(texts.groupOfRow[Int(row)])] |= 1 << GivenSplit.allCases.firstIndex(of: part)!
    }
    let between = pairs.count { pair in
      let (a, b) = (partsOfText[Int(pair.a)], partsOfText[Int(pair.b)])
      return a != 0 && b != 0 && (a != b || a.nonzeroBitCount > 1)
    }
    return between + partsOfText.count { $0.nonzeroBitCount > 1 }
  }
}
