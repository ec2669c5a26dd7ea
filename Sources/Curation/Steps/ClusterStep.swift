import Foundation
import Neighbors
import Store

/// How texts that say the same are grouped.
public enum Linkage: String, Codable, CaseIterable, Sendable {
  /// Around leading texts, by the greedy rule.
  case leader
  /// By average linkage, beside the leaders' groups.
  case average
}

/// How records are grouped.
public struct ClusterOptions: Codable, Hashable, Sendable {
  /// Cosine at or above which a text joins the paraphrase group of a leading one; the dedup step's
  /// floor if nil.
  public var floor: Float?
  /// Number of topic cells; suggested by ``TopicCount`` if nil.
  public var topics: Int?
  /// Decides every draw; the same seed gives the same result.
  public var seed: UInt64
  /// Leaders only if nil.
  public var linkage: Linkage?
  /// Least mean cosine at which two clusters of average linkage are joined; ``floor`` if nil.
  public var cohesion: Float?
  /// How many outliers to note; ``outliers(among:)`` if nil.
  public var outliers: Int?

  /// Each parameter is the property of that name.
  public init(
    floor: Float? = nil, topics: Int? = nil, seed: UInt64 = 0, linkage: Linkage? = nil,
    cohesion: Float? = nil, outliers: Int? = nil
  ) {
    self.floor = floor
    self.topics = topics
    self.seed = seed
    self.linkage = linkage
    self.cohesion = cohesion
    self.outliers = outliers
  }

  /// One text in a hundred, at least 1 and at most 100, unless another number was asked for.
  public func outliers(among texts: Int) -> Int {
    min(outliers ?? min(100, max(1, texts / 100)), texts)
  }
}

/// Writes paraphrase groups, topic cells and outliers to the catalog.
///
/// What is written does not depend on the order of the records, but for the numbers of topic cells
/// and clusters.
public struct ClusterStep {
  private let index: OpenIndex
  private let options: ClusterOptions
  private let account: StepAccount
  private let monitor: StepMonitor

  /// Only prepares the work.
  public init(
    _ index: OpenIndex, options: ClusterOptions, account: StepAccount, monitor: StepMonitor
  ) {
    self.index = index
    self.options = options
    self.account = account
    self.monitor = monitor
  }

  /// Does the step, or says that it was done before.
  public func run() throws -> ClusterSummary {
    let input = try StepAccount.outcomeHash(of: "dedup", in: index)
    if try StepAccount.isDone("cluster", options: options, inputHash: input, in: index.catalog) {
      return try ClusterSummary(of: index, nothingToDo: true)
    }
    let dedup = try index.options(of: "dedup", as: DedupOptions.self)
    let floor = options.floor ?? dedup.floor
    let cohesion = options.linkage == .average ? options.cohesion ?? floor : nil
    let table = try index.records()
    let texts = HashGroups(table.textHashes)
    let order = CanonicalOrder(rule: .longest, records: table.columns())
    let graph = PairGraph(
      vertexCount: texts.count,
      pairs: try SemanticPairs.find(
        in: index, texts: texts, floor: min(floor, cohesion ?? floor), monitor: monitor
      ).pairs)
    try monitor.checkpoint()
    let paraphrase = try tables(
      .paraphrase,
      ParaphraseGroups(graph: graph, texts: texts, order: order, floor: floor).ofSeveral,
      table, texts)
    let average = try cohesion.map {
      try tables(
        .average,
        AverageLinkage(
          graph: graph, texts: DistinctRows(rows: texts.representatives, vectors: vectors),
          cohesion: $0
        ).groups(texts, order, vectors), table, texts)
    }
    let cells = try self.cells(texts)
    let topics = topicTables(cells, table, texts, order)
    let outliers = try self.outliers(cells.assignment, texts, order)
    let step = try account.step("cluster", options: options, inputHash: input)
    try index.catalog.update { editor in
      try paraphrase.replace(.paraphrase, with: editor)
      try topics.replace(.topic, with: editor)
      try editor.replaceClusters(kind: .average, [Cluster](), members: [ClusterMember]())
      try average?.replace(.average, with: editor)
      try editor.replaceOutliers(outliers)
      try editor.forgetSplit()
      try editor.complete(step)
    }
    return try ClusterSummary(of: index, nothingToDo: false)
  }

  private var vectors: VectorRows { index.vectors.vectors }

  private func tables(
    _ kind: ClusterKind, _ groups: [ClusterTables.Group], _ table: RecordTable,
    _ texts: HashGroups
  ) throws -> ClusterTables {
    try monitor.checkpoint()
    return try ClusterTables(
      kind: kind, groups: groups, table: table, texts: texts, vectors: vectors)
  }

  /// Spherical k-means over the distinct texts in the order of their hashes, so that the cells do not
  /// depend on the order of the records.
  private func cells(_ texts: HashGroups) throws -> SphericalKMeans.Result {
    try report("topics")
    let seed = Int(truncatingIfNeeded: options.seed)
    let sample = Array(texts.representatives.prefix(TopicCount.largestSample))
    let wanted =
      try options.topics
      ?? DistinctRows(rows: sample, vectors: vectors).withVectors {
        try TopicCount.suggest($0, seed: seed)
      }
    return try SphericalKMeans.cluster(
      vectors, rows: texts.representatives, count: min(max(1, wanted), texts.count), seed: seed)
  }

  private func topicTables(
    _ cells: SphericalKMeans.Result, _ table: RecordTable, _ texts: HashGroups,
    _ order: CanonicalOrder
  ) -> ClusterTables {
    let scores = texts.groupOfRow.map { cells.scores[Int($0)] }
    let topics = TopicCells(
      assignment: texts.groupOfRow.map { cells.assignment[Int($0)] }, scores: scores,
      count: cells.sizes.count, order: order)
    return ClusterTables(topics: topics, scores: scores, table: table)
  }

  private func outliers(
    _ cells: [UInt32], _ texts: HashGroups, _ order: CanonicalOrder
  ) throws -> [Outlier] {
    try report("outliers")
    let found = try OutlierSearch.find(
      vectors, rows: texts.representatives, cells: cells,
      count: options.outliers(among: texts.count), check: monitor.checkpoint)
    // Of several records with one text the first in canonical order stands for it.
    var rows = Dictionary(uniqueKeysWithValues: found.map { (UInt32($0.row), UInt32.max) })
    for row in order.rows where rows[texts.groupOfRow[Int(row)]] == .max {
      rows[texts.groupOfRow[Int(row)]] = row
    }
    return found.enumerated().map { rank, outlier in
      Outlier(
        row: Int(rows[UInt32(outlier.row)]!), similarity: outlier.similarity, rank: rank)
    }
  }

  private func report(_ phase: String) throws {
    try monitor.checkpoint()
    monitor.progress(StepProgress(phase: phase, completed: 0, total: nil, unit: "cells"))
  }
}
