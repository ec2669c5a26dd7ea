import Corpus
import Curation
import Foundation
import Neighbors
import Store

/// The sections on similarity, the mixture, clusters and the split.
struct CurationAssembly {
  let index: OpenIndex
  let table: RecordTable
  let options: DedupOptions

  func similarity() throws -> SimilaritySection {
    let vectors = index.vectors.vectors
    // Up to this many records every nearest neighbor is found; a histogram needs no more.
    let sampled = 20_000
    let step = max(1, table.count / sampled)
    let rows = stride(from: 0, to: table.count, by: step).map { UInt32($0) }
    let scores = try DistinctRows(rows: rows, vectors: vectors).withVectors { queries in
      // One more than itself: the query's own row is among the base's.
      try NearestNeighbor.search(queries: queries, base: vectors, count: 2).enumerated().compactMap
      {
        place, nearest in nearest.first { $0.row != Int(rows[place]) }?.score
      }
    }
    return SimilaritySection(
      quantity: "records by cosine to their nearest neighbor",
      bins: SimilaritySection.bins(of: scores.map(Double.init)),
      threshold: options.threshold.decimal, retention: try retention(), records: table.count,
      source: "vectors.npy; SELECT * FROM pairs; SELECT count(*) FROM records")
  }

  private func retention() throws -> [SimilaritySection.Retention] {
    try RetentionCurve(index, options: options).points.map {
      SimilaritySection.Retention(threshold: $0.threshold, kept: $0.kept)
    }
  }

  func composition() throws -> CompositionSection? {
    let mixtures = try CompositionStep(index).compare(CompositionKey.allCases)
    guard !mixtures.isEmpty else { return nil }
    let split =
      try index.catalog.step("split") == nil
      ? nil : index.options(of: "split", as: SplitOptions.self)
    return CompositionSection(
      mixtures: mixtures, pinned: split?.pin,
      balanced: split.flatMap { $0.balance == .none ? nil : $0.balance.rawValue },
      source: "tables records, kept, splits and cluster_members (simcurate composition)")
  }

  func clusters() throws -> ClusterSection? {
    guard try index.catalog.step("cluster") != nil else { return nil }
    let groups = try index.catalog.clusters(kind: .paraphrase)
    let shown = groups.sorted { ($0.size, $1.cluster) > ($1.size, $0.cluster) }.prefix(10)
    return ClusterSection(
      groupCount: groups.count, groupedRecords: groups.reduce(0) { $0 + $1.size },
      groups: try shown.map { group in
        let members = try index.catalog.members(kind: .paraphrase, cluster: group.cluster)
          .filter { $0.row != group.representative }.sorted {
            ($0.similarity, $0.row) < ($1.similarity, $1.row)
          }
        return ClusterSection.Group(
          name: "group \(group.cluster)", size: group.size, cohesion: group.loosest,
          central: table.texts[group.representative],
          members: members.prefix(5).map { table.texts[$0.row] },
          words: Array(group.words.prefix(5)))
      }, topics: try topics(),
      source: "tables clusters and cluster_members, kind paraphrase and topic")
  }

  private func topics() throws -> [ClusterSection.Topic] {
    let members = Dictionary(
      grouping: try index.catalog.members(kind: .topic), by: \.cluster)
    return try index.catalog.clusters(kind: .topic).sorted {
      ($0.size, $1.cluster) > ($1.size, $0.cluster)
    }.map { topic in
      let labels = (members[topic.cluster] ?? []).compactMap { table.labels[$0.row] }
      let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +)
      let top = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
      return ClusterSection.Topic(
        name: "topic \(topic.cluster)", size: topic.size, words: Array(topic.words.prefix(6)),
        example: CleanText.cut(table.texts[topic.representative]), label: top?.key,
        labelShare: top.map { Double($0.value) / Double(topic.size) })
    }
  }

  func split() throws -> SplitSection? {
    guard try index.catalog.step("split") != nil else { return nil }
    let options = try index.options(of: "split", as: SplitOptions.self)
    let figures = try index.splitFigures()
    let assignments = try index.catalog.split()
    let parts = GivenSplit.allCases
    var counts: [String: [Int]] = [:]
    for assignment in assignments {
      guard let label = table.labels[assignment.row],
        let part = parts.firstIndex(of: assignment.part)
      else { continue }
      counts[label, default: parts.map { _ in 0 }][part] += 1
    }
    let labels = table.labelNames.map {
      SplitSection.LabelRow(label: $0, counts: counts[$0] ?? parts.map { _ in 0 })
    }
    let selected = assignments.count { $0.selected }
    let given = Set(table.givenSplits.compactMap(\.self))
    return SplitSection(
      parts: parts.map(\.rawValue),
      targets: options.attainableShares(
        Dictionary(assignments.map { ($0.part, 1) }, uniquingKeysWith: +), given: given),
      labels: labels, measures: figures.measures.filter { $0.before != nil || $0.after != nil },
      before: given.isEmpty ? "random split of all records" : "parts as given",
      after: given.isEmpty
        ? "group-disjoint split of the kept ones" : "without what is near the test",
      method: Self.rule(options, isGiven: !given.isEmpty)
        + " \(NumberText.integer(selected)) training records were selected by \(options.selection.rawValue) with "
        + "\(Self.quotas(options)). Its guarantee: \(SplitStep.guarantee(figures, options))."
        + Self.selectedDiversity(figures),
      source: "tables splits and figures (step split)")
  }

  private static func rule(_ options: SplitOptions, isGiven: Bool) -> String {
    if isGiven, options.leaveOut == .near {
      return "The parts are those given; what is at or above the threshold to a record of a given "
        + "part left training."
    }
    return isGiven
      ? "The parts are those given; whole groups of paraphrases with a record in a given part left "
        + "training."
      : "Groups of paraphrases and everything at or above the threshold stay in one part;"
  }

  private static func quotas(_ options: SplitOptions) -> String {
    if let pin = options.pin { return "the mixture by \(pin.rawValue) of all records" }
    return options.balance == .none ? "no quotas" : "quotas by \(options.balance.rawValue)"
  }

  private static func selectedDiversity(_ figures: SplitFigures) -> String {
    guard
      let measure = figures.measures.first(where: { $0.unit == .effectiveRecords }),
      let selected = measure.selected, let whole = measure.after
    else { return "" }
    return String(
      format: " Their Vendi score is %.0f, that of the whole training part %.0f.", selected, whole)
  }
}
