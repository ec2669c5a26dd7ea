import Corpus
import Files
import Foundation
import Store

extension Exporter {
  /// The removals: `id`, `witness`, `score`, `stage`, `scope` (`within` the records, or `train-test`
  /// for what repeats a test record), `rule`, `guards`, `text`, `witness_text`.
  @discardableResult
  public func exportRemoved(to path: String) throws -> Int {
    let table = try index.records()
    let writer = try CorpusWriter(
      CorpusReader.location(path),
      columns: [
        "id", "witness", "score", "stage", "scope", "rule", "guards", "text", "witness_text",
      ])
    for removal in try index.catalog.removals() {
      try writer.write([
        ("id", .text(table.ids[removal.row])), ("witness", .text(table.ids[removal.witness])),
        ("score", .number(removal.score)), ("stage", .text(removal.stage)),
        ("scope", .text(removal.scope.rawValue)), ("rule", .text(removal.rule)),
        ("guards", removal.guards.map { .json($0) } ?? .null),
        ("text", .text(table.texts[removal.row])),
        ("witness_text", .text(table.texts[removal.witness])),
      ])
    }
    try writer.finish()
    return writer.rowCount
  }

  /// The stored pairs of a stage at or above a score, by rows: `id_a`, `id_b`, `duplicate` (empty, to
  /// be filled in), `score`, `text_a`, `text_b`. ``LabeledPairReader`` and ``DecisionFile`` read it.
  ///
  /// - Throws: `FileError` if `dedup` stored no pairs of that stage so far down.
  @discardableResult
  public func exportPairs(
    stage: RemovalStage = .semantic, minimum: Float? = nil, to path: String
  ) throws -> Int {
    guard let floor = try PairCoverage(index).floor(of: stage), floor <= minimum ?? floor else {
      throw FileError(
        place: index.folder.url.relativePath,
        expected: "stored \(stage.rawValue) pairs"
          + (minimum.map { " from \($0.decimal) up" } ?? ""),
        found: try PairCoverage(index).floor(of: stage).map { "those from \($0.decimal) up" }
          ?? "none", advice: "run simcurate dedup with that stage, and \(OptionName.floor)")
    }
    let table = try index.records()
    let writer = try CorpusWriter(CorpusReader.location(path), columns: DecisionFile.columns)
    try index.catalog.forEachPair(
      stage: stage.rawValue, minimumScore: minimum.map(Double.init) ?? -.infinity
    ) { pair in
      try writer.write([
        ("id_a", .text(table.ids[pair.a])), ("id_b", .text(table.ids[pair.b])),
        ("duplicate", .null), ("score", .number(Float(pair.score).decimal)),
        ("text_a", .text(table.texts[pair.a])), ("text_b", .text(table.texts[pair.b])),
      ])
    }
    try writer.finish()
    return writer.rowCount
  }

  /// The members of all clusters: `kind`, `cluster`, `size`, `id`, `similarity`, `representative`
  /// (whether it is), `words`, `text`.
  @discardableResult
  public func exportClusters(to path: String) throws -> Int {
    _ = try StepAccount.outcomeHash(of: "cluster", in: index)
    let table = try index.records()
    let writer = try CorpusWriter(
      CorpusReader.location(path),
      columns: [
        "kind", "cluster", "size", "id", "similarity", "representative", "words", "text",
      ])
    for kind in ClusterKind.allCases {
      let clusters = Dictionary(
        uniqueKeysWithValues: try index.catalog.clusters(kind: kind).map { ($0.cluster, $0) })
      let members = try index.catalog.members(kind: kind).sorted {
        ($0.cluster, -$0.similarity, $0.row) < ($1.cluster, -$1.similarity, $1.row)
      }
      for member in members {
        guard let cluster = clusters[member.cluster] else { continue }
        try writer.write([
          ("kind", .text(kind.rawValue)), ("cluster", .integer(cluster.cluster)),
          ("size", .integer(cluster.size)), ("id", .text(table.ids[member.row])),
          ("similarity", .number(Float(member.similarity).decimal)),
          ("representative", .boolean(cluster.representative == member.row)),
          ("words", .text(cluster.words.joined(separator: " "))),
          ("text", .text(table.texts[member.row])),
        ])
      }
    }
    try writer.finish()
    return writer.rowCount
  }

  /// The outliers, the strangest first: `rank`, `id`, `similarity`, `text`.
  @discardableResult
  public func exportOutliers(to path: String) throws -> Int {
    _ = try StepAccount.outcomeHash(of: "cluster", in: index)
    let writer = try CorpusWriter(
      CorpusReader.location(path), columns: ["rank", "id", "similarity", "text"])
    for outlier in try index.catalog.outliers() {
      guard let record = try index.catalog.record(row: outlier.row) else { continue }
      try writer.write([
        ("rank", .integer(outlier.rank)), ("id", .text(record.id)),
        ("similarity", .number(outlier.similarity)), ("text", .text(record.text)),
      ])
    }
    try writer.finish()
    return writer.rowCount
  }
}
