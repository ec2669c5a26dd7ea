import Foundation
import Store

/// What the step `cluster` found.
public struct ClusterSummary: Codable, Sendable {
  /// Groups of one kind.
  public struct Figures: Codable, Sendable {
    /// Groups of two records or more, and the records in them.
    public var groups: Int
    /// How many records there are.
    public var records: Int
    /// The size of the largest.
    public var largest: Int
    /// The least similar two texts that share a group.
    public var loosest: Pair?
  }

  /// Two records.
  public struct Pair: Codable, Sendable {
    /// The first of the two.
    public var a: String
    /// The second of the two.
    public var b: String
    /// The text of the first.
    public var textA: String
    /// The text of the second.
    public var textB: String
    /// The score.
    public var score: Double
  }

  /// A cluster by its words and its most central record.
  public struct Example: Codable, Sendable {
    /// Its number.
    public var cluster: Int
    /// How many records it has.
    public var size: Int
    /// Words that are typical of it.
    public var words: [String]
    /// Of the record.
    public var id: String
    /// The text.
    public var text: String
    /// Least similarity of two members; nil for topics.
    public var loosest: Double?
  }

  /// A record unlike all others.
  public struct OutlierExample: Codable, Sendable {
    /// Of the record.
    public var id: String
    /// The text.
    public var text: String
    /// Mean cosine to its nearest others.
    public var similarity: Double
  }

  /// The folder of the index.
  public var index: String
  /// Of ``paraphrase``, as three numbers: groups, records in them, size of the largest.
  public var paraphraseGroups: Int
  /// How many records have another that says the same.
  public var groupedRecords: Int
  /// The size of the largest group.
  public var largestGroup: Int
  /// Score of the loosest pair of ``paraphrase``.
  public var loosestPair: Double?
  /// The paraphrase groups.
  public var paraphrase: Figures
  /// Nil unless asked for.
  public var average: Figures?
  /// How many topic cells there are.
  public var topics: Int
  /// Whether the number of topics was suggested by the data.
  public var topicsSuggested: Bool
  /// The largest ones; of average linkage where that was asked for.
  public var largestGroups: [Example]
  /// The largest topic cells.
  public var largestTopics: [Example]
  /// How many outliers were noted.
  public var outliers: Int
  /// The strangest first.
  public var strangest: [OutlierExample]
  /// That the step took.
  public var seconds: Double
  /// Whether it had been done before, with the same options on the same input.
  public var nothingToDo: Bool

  private static let shown = 10

  /// Read from the catalog.
  init(of index: OpenIndex, nothingToDo: Bool) throws {
    let catalog = index.catalog
    let options = try index.options(of: "cluster", as: ClusterOptions.self)
    let groups = try catalog.clusters(kind: .paraphrase)
    let linked = options.linkage == .average ? try catalog.clusters(kind: .average) : nil
    let cells = try catalog.clusters(kind: .topic)
    let strange = try catalog.outliers()
    self.index = index.folder.url.relativePath
    let paraphrase = try Figures(groups, in: index)
    self.paraphrase = paraphrase
    paraphraseGroups = paraphrase.groups
    groupedRecords = paraphrase.records
    largestGroup = max(1, paraphrase.largest)
    loosestPair = paraphrase.loosest?.score
    average = try linked.map { try Figures($0, in: index) }
    topics = cells.count
    topicsSuggested = options.topics == nil
    largestGroups = try Self.largest(linked ?? groups, catalog)
    largestTopics = try Self.largest(cells, catalog)
    outliers = strange.count
    strangest = try strange.prefix(Self.shown).compactMap { outlier in
      try catalog.record(row: outlier.row).map {
        OutlierExample(id: $0.id, text: $0.text, similarity: outlier.similarity)
      }
    }
    seconds = try catalog.step("cluster")?.seconds ?? 0
    self.nothingToDo = nothingToDo
  }

  private static func largest(_ clusters: [Cluster], _ catalog: Catalog) throws -> [Example] {
    try clusters.sorted { ($1.size, $0.cluster) < ($0.size, $1.cluster) }.prefix(shown)
      .compactMap { cluster in
        try catalog.record(row: cluster.representative).map {
          Example(
            cluster: cluster.cluster, size: cluster.size, words: cluster.words, id: $0.id,
            text: $0.text, loosest: cluster.loosest)
        }
      }
  }
}

extension ClusterSummary.Figures {
  init(_ clusters: [Cluster], in index: OpenIndex) throws {
    groups = clusters.count
    records = clusters.reduce(0) { $0 + $1.size }
    largest = clusters.map(\.size).max() ?? 0
    let loose = clusters.min { ($0.loosest ?? 1, $0.cluster) < ($1.loosest ?? 1, $1.cluster) }
    guard let loose, loose.loosest ?? 1 < 1 else { return }
    let rows = try index.catalog.members(kind: loose.kind, cluster: loose.cluster).map {
      UInt32($0.row)
    }
    guard let pair = try LoosestPair(rows.sorted(), vectors: index.vectors.vectors),
      let a = try index.catalog.record(row: Int(pair.a)),
      let b = try index.catalog.record(row: Int(pair.b))
    else { return }
    loosest = ClusterSummary.Pair(
      a: a.id, b: b.id, textA: a.text, textB: b.text, score: Double(pair.score))
  }
}
