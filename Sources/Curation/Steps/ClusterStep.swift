import Foundation
import Neighbors
import Store

/// How records are grouped.
public struct ClusterOptions: Codable, Hashable, Sendable {
  /// Cosine at or above which a text joins the paraphrase group of a leading one; the dedup step's
  /// floor if nil.
  public var floor: Float?
  /// Number of topic cells; suggested from the number of texts if nil.
  public var topics: Int?
  public var seed: UInt64

  public init(floor: Float? = nil, topics: Int? = nil, seed: UInt64 = 0) {
    self.floor = floor
    self.topics = topics
    self.seed = seed
  }
}

/// What the step `cluster` found.
public struct ClusterSummary: Codable, Sendable {
  public var index: String
  /// Paraphrase groups of two records or more, and the records in them.
  public var paraphraseGroups: Int
  public var groupedRecords: Int
  public var largestGroup: Int
  /// The least similar two texts that share a group.
  public var loosestPair: Double?
  public var topics: Int
  public var seconds: Double
  public var nothingToDo: Bool
}

/// Writes paraphrase groups and topic cells to the catalog.
public struct ClusterStep {
  private let index: OpenIndex
  private let options: ClusterOptions
  private let account: StepAccount
  private let monitor: StepMonitor

  public init(
    _ index: OpenIndex, options: ClusterOptions, account: StepAccount, monitor: StepMonitor
  ) {
    self.index = index
    self.options = options
    self.account = account
    self.monitor = monitor
  }

  public func run() throws -> ClusterSummary {
    let input = try StepAccount.outcomeHash(of: "dedup", in: index)
    if try StepAccount.isDone("cluster", options: options, inputHash: input, in: index.catalog) {
      return try summary(nothingToDo: true)
    }
    let dedup = try index.options(of: "dedup", as: DedupOptions.self)
    let floor = options.floor ?? dedup.floor
    let table = try RecordTable(index.catalog)
    let texts = HashGroups(table.textHashes)
    let semantic = try SemanticPairs.find(
      in: index, texts: texts, floor: floor, monitor: monitor)
    let order = CanonicalOrder(rule: .longest, records: table.columns())
    let vectors = index.vectors.vectors
    let groups = ParaphraseGroups(
      graph: PairGraph(vertexCount: texts.count, pairs: semantic.pairs), texts: texts,
      order: order, floor: floor
    ) { vectors.score(Int($0), Int($1)) }
    try monitor.checkpoint()
    monitor.progress(StepProgress(phase: "topics", completed: 0, total: nil, unit: "cells"))
    let topics = try topicCells(texts, order)
    let paraphrase = rows(groups, table)
    let topic = rows(topics, table)
    let step = try account.step("cluster", options: options, inputHash: input)
    try index.catalog.update { editor in
      try editor.replaceClusters(
        kind: .paraphrase, paraphrase.clusters, members: paraphrase.members)
      try editor.replaceClusters(kind: .topic, topic.clusters, members: topic.members)
      try editor.forgetSplit()
      try editor.complete(step)
    }
    return try summary(nothingToDo: false)
  }

  /// Spherical k-means over the distinct texts in the order of their hashes, so that the cells do not
  /// depend on the order of the records.
  private func topicCells(_ texts: HashGroups, _ order: CanonicalOrder) throws -> TopicCells {
    let rows = DistinctRows(rows: texts.representatives, vectors: index.vectors.vectors)
    let wanted = options.topics ?? SphericalKMeans.suggestedCount(rows: texts.count)
    let count = min(max(1, wanted), texts.count)
    // Rows in hash order are in general not all rows in row order, so this copies them.
    let result = try rows.withVectors {
      try SphericalKMeans.cluster($0, count: count, seed: Int(truncatingIfNeeded: options.seed))
    }
    return TopicCells(
      assignment: texts.groupOfRow.map { result.assignment[Int($0)] },
      scores: texts.groupOfRow.map { result.scores[Int($0)] }, count: count, order: order)
  }

  private func rows(_ groups: ParaphraseGroups, _ table: RecordTable)
    -> (clusters: [Cluster], members: [ClusterMember])
  {
    let several = groups.groups.indices.filter { groups.groups[$0].rows.count > 1 }
    var numberOfGroup = [UInt32](repeating: UInt32(several.count), count: groups.groups.count)
    for (number, group) in several.enumerated() { numberOfGroup[group] = UInt32(number) }
    // All single records count as one more cluster, so that words are weighed against them too.
    let words = TypicalWords.find(
      texts: table.texts, clusterOfText: groups.groupOfRow.map { numberOfGroup[Int($0)] },
      clusterCount: several.count + 1)
    let vectors = index.vectors.vectors
    var clusters: [Cluster] = []
    var members: [ClusterMember] = []
    for (number, place) in several.enumerated() {
      let group = groups.groups[place]
      clusters.append(
        Cluster(
          kind: .paraphrase, cluster: number, size: group.rows.count,
          representative: Int(group.representative), words: words[number].map(\.word),
          loosest: group.loosestPair.map { Double($0.score) }
            ?? Double(group.loosestToRepresentative)))
      for row in group.rows {
        let isSame = table.textHashes[Int(row)] == table.textHashes[Int(group.representative)]
        let score = isSame ? 1 : vectors.score(Int(row), Int(group.representative))
        members.append(
          ClusterMember(
            kind: .paraphrase, cluster: number, row: Int(row), similarity: Double(score)))
      }
    }
    return (clusters, members)
  }

  private func rows(_ topics: TopicCells, _ table: RecordTable)
    -> (clusters: [Cluster], members: [ClusterMember])
  {
    let words = TypicalWords.find(
      texts: table.texts, clusterOfText: topics.cellOfRow, clusterCount: topics.cells.count)
    let vectors = index.vectors.vectors
    let clusters = topics.cells.indices.compactMap { cell in
      topics.cells[cell].centralRow.map { central in
        Cluster(
          kind: .topic, cluster: cell, size: topics.cells[cell].size,
          representative: Int(central), words: words[cell].map(\.word))
      }
    }
    let members = topics.cellOfRow.enumerated().map { row, cell in
      let central = Int(topics.cells[Int(cell)].centralRow!)
      return ClusterMember(
        kind: .topic, cluster: Int(cell), row: row, similarity: Double(vectors.score(row, central)))
    }
    return (clusters, members)
  }

  private func summary(nothingToDo: Bool) throws -> ClusterSummary {
    let groups = try index.catalog.clusters(kind: .paraphrase)
    return ClusterSummary(
      index: index.folder.url.relativePath, paraphraseGroups: groups.count,
      groupedRecords: groups.reduce(0) { $0 + $1.size },
      largestGroup: groups.map(\.size).max() ?? 1, loosestPair: groups.compactMap(\.loosest).min(),
      topics: try index.catalog.clusters(kind: .topic).count,
      seconds: try index.catalog.step("cluster")?.seconds ?? 0, nothingToDo: nothingToDo)
  }
}
