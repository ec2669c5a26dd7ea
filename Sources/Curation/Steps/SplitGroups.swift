import Neighbors
import Store

/// Rows that a split must keep together, and the pairs that make it so.
struct SplitGroups {
  /// Pairs of text groups, each at or above the threshold of its stage.
  let pairs: [ScoredPair]
  let texts: HashGroups
  /// Paraphrase groups, removed records with their witnesses, both ends of every pair, and ``bonds``.
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
      let threshold = dedup.threshold(of: stage)
      pairs += try index.pairs(of: stage, texts).lazy.filter { $0.score >= threshold }
    }
    let first = texts.representatives
    links += pairs.lazy.map { (first[Int($0.a)], first[Int($0.b)]) }
    self.pairs = pairs
    self.texts = texts
    let bonds = try RecordBonds(index, table, field: field).partitions
    self.bonds = RowGroups(rowCount: table.count, partitions: bonds, links: [(UInt32, UInt32)]())
    groups = RowGroups(
      rowCount: table.count, partitions: [texts.groupOfRow] + bonds, links: links)
  }

  /// How many of ``pairs``, of the texts and of the ``bonds`` of several records have records in more than
  /// one part.
  ///
  /// - Parameter partOfRow: rows without a part count for nothing.
  func crossing<Part: Equatable>(_ partOfRow: [UInt32: Part]) -> Int {
    var partOfText = [Part?](repeating: nil, count: texts.count)
    var isTorn = [Bool](repeating: false, count: texts.count)
    var partOfBond: [UInt32: Part] = [:]
    var tornBonds: Set<UInt32> = []
    for (row, part) in partOfRow {
      let bond = bonds.groupOfRow[Int(row)]
      if let other = partOfBond[bond], other != part { tornBonds.insert(bond) }
      partOfBond[bond] = part
      let text = Int(texts.groupOfRow[Int(row)])
      if let other = partOfText[text], other != part { isTorn[text] = true }
      partOfText[text] = part
    }
    let between = pairs.count { pair in
      let (a, b) = (Int(pair.a), Int(pair.b))
      guard let left = partOfText[a], let right = partOfText[b] else { return false }
      return left != right || isTorn[a] || isTorn[b]
    }
    return between + tornBonds.count + isTorn.count { $0 }
  }
}
