import Corpus
import Neighbors
import Store

/// Rows that a split must keep together, and the pairs that make it so.
struct SplitGroups {
  /// Pairs of text groups, each at or above the threshold of its stage.
  let pairs: [ScoredPair]
  let texts: HashGroups
  /// For rows whose texts are one sentence with other entities marked, the first row of that sentence: a model
  /// that learned the one has read the others.
  let sentenceOfRow: [UInt32: UInt32]
  /// Sentences, paraphrase groups, removed records with their witnesses, both ends of every pair, and ``bonds``.
  let groups: RowGroups
  /// What belongs together whatever its texts are.
  let bonds: RowGroups

  /// - Parameter field: records with equal values of it stay together.
  init(_ index: OpenIndex, _ table: RecordTable, _ dedup: DedupOptions, field: String?) throws {
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
    sentenceOfRow = Self.sentences(table)
    links += sentenceOfRow.sorted { $0.key < $1.key }.map { ($0.value, $0.key) }
    self.pairs = pairs
    self.texts = texts
    let bonds = try RecordBonds(index, field: field).partitions
    self.bonds = RowGroups(rowCount: table.count, partitions: bonds, links: [(UInt32, UInt32)]())
    groups = RowGroups(
      rowCount: table.count, partitions: [texts.groupOfRow] + bonds, links: links)
  }

  private static func sentences(_ table: RecordTable) -> [UInt32: UInt32] {
    var firsts: [String: UInt32] = [:]
    var sentences: [UInt32: UInt32] = [:]
    for (row, text) in table.texts.enumerated() where RelationText.isMarked(text) {
      guard let key = try? RelationText(text).sentenceKey else { continue }
      let first = firsts[key, default: UInt32(row)]
      firsts[key] = first
      sentences[UInt32(row)] = first
    }
    return sentences
  }

  /// How many of ``pairs``, of the sentences and of the texts have records in more than one part.
  ///
  /// - Parameter partOfRow: rows without a part count for nothing.
  func crossing<Part: Equatable>(_ partOfRow: [UInt32: Part]) -> Int {
    var partOfText = [Part?](repeating: nil, count: texts.count)
    var isTorn = [Bool](repeating: false, count: texts.count)
    var partOfSentence: [UInt32: Part] = [:]
    var tornSentences: Set<UInt32> = []
    for (row, part) in partOfRow {
      if let sentence = sentenceOfRow[row] {
        if let other = partOfSentence[sentence], other != part { tornSentences.insert(sentence) }
        partOfSentence[sentence] = part
      }
      let text = Int(texts.groupOfRow[Int(row)])
      if let other = partOfText[text], other != part { isTorn[text] = true }
      partOfText[text] = part
    }
    let between = pairs.count { pair in
      let (a, b) = (Int(pair.a), Int(pair.b))
      guard let left = partOfText[a], let right = partOfText[b] else { return false }
      return left != right || isTorn[a] || isTorn[b]
    }
    return between + tornSentences.count + isTorn.count { $0 }
  }
}
