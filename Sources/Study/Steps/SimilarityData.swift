import Corpus
import Curation
import Files
import Foundation
import Neighbors
import Store
import Training

/// How pairs are made of an index, and what they are for.
public struct SimilarityChoice: Codable, Hashable, Sendable {
  /// By the data if nil: see ``SimilarityData``.
  public var loss: SimilarityLoss?
  /// What similarities are multiplied by; a standard if nil.
  public var scale: Float?
  /// Differences surely smaller than this count as none.
  public var margin: Float?
  /// Whether pairs are ranked in both directions.
  public var isSymmetric: Bool?
  /// Lengths to which vectors may be cut.
  public var dimensions: [Int]?
  /// For each anchor so many near records that are not alike; of records of one text only.
  public var hardNegatives: Int?

  /// Each parameter is the property of that name.
  public init() {}

  func options(_ standard: SimilarityLoss) -> SimilarityOptions {
    var options = SimilarityOptions(loss: loss ?? standard)
    if let scale { options.scale = scale }
    if let margin { options.margin = margin }
    if let isSymmetric { options.isSymmetric = isSymmetric }
    if let dimensions { options.dimensions = dimensions }
    return options
  }
}

/// The examples of an index for the training of sentence vectors, by part of its split.
///
/// Records of two text fields with a number as label are pairs with scores; those of two or more fields
/// without are an anchor, a positive and negatives. Records of one text are paired by their labels, or by
/// their paraphrase clusters where they have none: each with the next one of its group in a drawn order, so
/// that there are as many pairs as records, not their square.
struct SimilarityData {
  enum Source: String, Codable, Sendable {
    case scores, fields, labels, clusters
  }

  let source: Source
  let options: SimilarityOptions
  let train: [SimilarityExample]
  let development: [SimilarityExample]
  let test: [SimilarityExample]
  /// Rows of the index of the test examples and their labels; empty where records of one text are paired.
  let testRows: [Int]
  let testLabels: [String?]

  /// Hard negatives are at least this much further than the positive (Moreira et al., arXiv 2407.15831).
  private static let margin: Float = 0.05

  /// - Throws: ``CurationError`` if the index has no split or too little of what the loss needs;
  ///   `FileError` naming a record that lacks a field.
  init(
    _ index: OpenIndex, _ choices: FinetuneOptions, readsTest: Bool, _ memory: LearningMemory
  ) throws {
    let (choice, seed) = (choices.similarity, choices.seed)
    let fields = try index.textFields()
    let parts = try memory.recall(choices, readsTest: readsTest) {
      try TrainingParts(
        index, arm: choices.arm, seed: seed, readsTest: readsTest, isUsable: { _, _ in true })
    }
    let all = parts.train + parts.development + parts.test
    let labels = parts.table.labels
    if fields.count > 1 {
      let records = try SimilarityRecords(
        index, choice, fields, parts.table, places: all
      ) {
        try memory.recall(choices, readsTest: readsTest) {
          try index.texts(of: fields, at: all, row: parts.row)
        }
      }
      (source, options) = (records.source, records.options)
      (train, development, test) = (
        records.examples(parts.train), records.examples(parts.development),
        records.examples(parts.test)
      )
      testRows = parts.test.map(parts.row)
      testLabels = parts.test.map { labels[$0] }
      return
    }
    source = Set(all.map { labels[$0] }).count > 1 ? .labels : .clusters
    options = choice.options(.ranking)
    try Self.check(options, source, fields, index)
    (testRows, testLabels) = ([], [])
    let groups = try SimilarityGroups(index, parts, source)
    func examples(_ rows: [Int], _ negatives: Int) throws -> [SimilarityExample] {
      try groups.examples(rows, negatives: negatives, margin: Self.margin, seed: seed)
    }
    train = try examples(parts.train, choice.hardNegatives ?? (options.loss == .triplet ? 1 : 0))
    development = try examples(parts.development, options.loss == .triplet ? 1 : 0)
    test = try examples(parts.test, options.loss == .triplet ? 1 : 0)
  }

  /// - Throws: ``CurationError`` if the loss wants scores and there are none, or the other way round.
  static func check(
    _ options: SimilarityOptions, _ source: Source, _ fields: [String], _ index: OpenIndex
  ) throws {
    guard options.loss.usesScores == (source == .scores) else {
      throw CurationError(
        place: index.folder.url.relativePath,
        expected: options.loss.usesScores
          ? "pairs with a score: two text fields and a number as label, for \(options.loss)"
          : "texts without scores, for \(options.loss)",
        found: source == .scores ? "pairs with a score" : "\(fields.count) text fields without",
        advice: "choose another loss, or index the fields of the pairs and their score")
    }
  }
}

/// Records of two text fields or more, each an example.
struct SimilarityRecords {
  let source: SimilarityData.Source
  let options: SimilarityOptions
  private let texts: [Int: [String]]
  private let scores: [Int: Float]

  /// - Parameters:
  ///   - fields: the text fields of the index.
  ///   - places: of the table, all that are used.
  ///   - read: the texts of `fields` of all places.
  /// - Throws: ``CurationError`` if the loss does not fit the data; `FileError` naming a record that lacks a
  ///   field.
  init(
    _ index: OpenIndex, _ choice: SimilarityChoice, _ fields: [String], _ table: RecordTable,
    places: [Int], read: () throws -> [Int: [String]]
  ) throws {
    let labels = table.labels
    let isScored =
      !places.isEmpty && places.allSatisfy { labels[$0].flatMap(Double.init) != nil }
    source = isScored && fields.count == 2 ? .scores : .fields
    let isBinary = source == .scores && places.allSatisfy { ["0", "1"].contains(labels[$0]) }
    options = choice.options(
      source == .scores ? (isBinary ? .contrastive : .cosent) : .ranking)
    try SimilarityData.check(options, source, fields, index)
    scores = source == .scores ? Self.scores(places, labels) : [:]
    texts = try read()
  }

  func examples(_ places: [Int]) -> [SimilarityExample] {
    places.map { SimilarityExample(texts: texts[$0]!, score: scores[$0]) }
  }

  /// Scores of the rows, from 0 to 1: as they are where they lie there or in -1...1, else their range made
  /// to be that.
  private static func scores(_ rows: [Int], _ labels: [String?]) -> [Int: Float] {
    let values = rows.map { labels[$0].flatMap(Double.init) ?? 0 }
    let (low, high) = (min(0, values.min() ?? 0), values.max() ?? 1)
    let isUnit = low >= -1 && high <= 1
    return Dictionary(
      uniqueKeysWithValues: zip(rows, values).map {
        ($0, Float(isUnit ? $1 : ($1 - low) / (high - low)))
      })
  }
}

/// Records of one text that say the same, by label or by paraphrase cluster.
private struct SimilarityGroups {
  private let parts: TrainingParts
  private var table: RecordTable { parts.table }
  private let vectors: VectorRows
  /// Of each place of the table; nil where nobody says what it is like.
  private let groups: [Int?]

  init(_ index: OpenIndex, _ parts: TrainingParts, _ source: SimilarityData.Source) throws {
    self.parts = parts
    let table = parts.table
    vectors = index.vectors.vectors
    if source == .labels {
      groups = table.labels.indices.map {
        table.labels[$0] == nil ? nil : Int(table.labelNumbers[$0])
      }
      return
    }
    _ = try StepAccount.outcomeHash(of: "cluster", in: index)
    let members = try index.catalog.members(kind: .paraphrase)
    let clusters = Dictionary(uniqueKeysWithValues: members.map { ($0.row, $0.cluster) })
    groups = table.ids.indices.map { clusters[parts.row($0)] }
  }

  /// A pair for each row whose group has others among `rows`, with its hard negatives.
  func examples(
    _ rows: [Int], negatives: Int, margin: Float, seed: UInt64
  ) throws -> [SimilarityExample] {
    var members: [Int: [Int]] = [:]
    for row in rows { if let group = groups[row] { members[group, default: []].append(row) } }
    var pairs: [(anchor: Int, positive: Int, group: Int)] = []
    for (group, rows) in members.sorted(by: { $0.key < $1.key }) where rows.count > 1 {
      let keys = rows.map { (ContentHash("\(seed) \(table.ids[$0]) \(table.texts[$0])"), $0) }
      let ring = keys.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.1)
      for (place, row) in ring.enumerated() {
        let next = ring[(place + 1) % ring.count]
        if table.texts[row] != table.texts[next] { pairs.append((row, next, group)) }
      }
    }
    guard negatives > 0 else {
      return pairs.map {
        SimilarityExample(
          texts: [table.texts[$0.anchor], table.texts[$0.positive]], group: $0.group)
      }
    }
    let near = try hardNegatives(
      pairs.map(\.anchor), pairs.map(\.positive), rows, negatives, margin)
    return zip(pairs, near).compactMap { pair, near in
      guard near.count == negatives else { return nil }
      return SimilarityExample(
        texts: ([pair.anchor, pair.positive] + near).map { table.texts[$0] }, group: pair.group)
    }
  }

  /// For each anchor the nearest of `rows` in other groups whose cosine is `margin` below its positive's:
  /// what is nearer may be alike without anybody having said so.
  private func hardNegatives(
    _ anchors: [Int], _ positives: [Int], _ rows: [Int], _ count: Int, _ margin: Float
  ) throws -> [[Int]] {
    func stored(_ places: [Int]) -> [UInt32] { places.map { UInt32(parts.row($0)) } }
    return try DistinctRows(rows: stored(anchors), vectors: vectors).withVectors { queries in
      try DistinctRows(rows: stored(rows), vectors: vectors).withVectors { base in
        let near = try NearestNeighbor.search(
          queries: queries, base: base, count: min(rows.count, 50 + count))
        return zip(zip(anchors, positives), near).map { pair, near in
          let limit = vectors.score(parts.row(pair.0), parts.row(pair.1)) - margin
          return near.lazy.map { (row: rows[$0.row], score: $0.score) }
            .filter { $0.score <= limit && groups[$0.row] != groups[pair.0] }
            .prefix(count).map(\.row)
        }
      }
    }
  }
}
