import Corpus
import Foundation
import Store

final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  var catalog: URL { url.appendingPathComponent("catalog.sqlite") }
}

func record(_ row: Int, id: String? = nil, text: String? = nil, split: GivenSplit? = nil)
  -> StoredRecord
{
  StoredRecord(
    row: row,
    record: Record(
      id: id ?? "r\(row)", text: text ?? "Text \(row).", label: row % 2 == 0 ? "even" : nil,
      split: split, source: "a.jsonl", line: row + 1, fields: row == 0 ? #"{"n":1}"# : nil))
}

/// A value of every table, about records 0 to 3.
enum Sample {
  static let records = (0..<4).map { record($0) }
  static let pairs = [
    StoredPair(stage: "semantic", a: 0, b: 1, score: 0.95),
    StoredPair(stage: "semantic", a: 0, b: 2, score: 0.85),
    StoredPair(stage: "semantic", a: 2, b: 3, score: 1),
  ]
  static let removals = [
    RemovalRow(
      row: 1, witness: 0, score: 0.95, stage: "semantic", rule: "longest", scope: .within,
      guards: #"["numbers"]"#),
    RemovalRow(row: 3, witness: 2, score: 1, stage: "exact", rule: "first", scope: .trainTest),
  ]
  static let vetoes = [
    Veto(a: 0, b: 2, score: 0.9, guardName: "numbers", detail: "5 against 6"),
    Veto(a: 0, b: 2, score: 0.9, guardName: "negation"),
  ]
  static let conflicts = [
    Conflict(a: 0, b: 1, score: 0.95, labelA: "even", labelB: nil, stage: "semantic")
  ]
  static let clusters = [
    Cluster(
      kind: .paraphrase, cluster: 0, size: 2, representative: 0, words: ["a\"b", "漢/é"],
      loosest: 0.95)
  ]
  static let members = [
    ClusterMember(kind: .paraphrase, cluster: 0, row: 0, similarity: 1),
    ClusterMember(kind: .paraphrase, cluster: 0, row: 1, similarity: 0.95),
  ]
  static let split = [
    SplitAssignment(row: 0, part: .train, selected: true, group: 0, reason: "budget", rank: 1),
    SplitAssignment(row: 2, part: .test, selected: false, group: 1, reason: "group"),
  ]
  struct Diversity: Figures {
    static let step = "split"
    var vendi: Double
    var reasons: [String: Int]
  }
  static let diversity = Diversity(vendi: 1.5, reasons: ["a \"b\" c": 2])
  static let run = Run(
    id: "raw-1", step: .compare, arm: "raw", seed: 1, options: "{}", status: .finished,
    startedAt: Date(timeIntervalSince1970: 1_700_000_000.125),
    finishedAt: Date(timeIntervalSince1970: 1_700_000_060.5), metrics: #"{"f1":0.5}"#)
  static let log = [
    RunLogEntry(run: "raw-1", step: 1, epoch: 0.5, loss: 0.7, learningRate: 2e-5, development: "{}")
  ]
  static let predictions = [
    Prediction(
      run: "raw-1", row: 2, label: "even", predicted: "odd", correct: false, probability: 0.6)
  ]
  static let slices = [TestSliceRow(row: 2, slice: .near, nearest: 0, similarity: 0.8)]
  static let comparisons = [
    ComparisonRow(
      baseline: "raw", arm: "deduped", metric: "macro F1", slice: "all", difference: 0.01,
      low: -0.02, high: 0.04, pValue: 0.4, adjustedPValue: 0.8, permutationPValue: 0.06,
      margin: 0.01, equivalencePValue: 0.4, minimumDetectable: 0.03,
      verdict: "no difference shown")
  ]
  static let step = Step(
    name: "dedup", options: "{}", inputHash: "ab", finishedAt: Date(timeIntervalSince1970: 1e9),
    seconds: 1.5, peakMemory: 1 << 20, command: "simcurate dedup x", version: "0.1.0")

  static let drops = [
    Drop(row: 2, reason: .conflict, detail: "even against odd", other: 0)
  ]
  static let decisions = [
    Decision(
      id: "gone", verdict: .drop, decidedAt: Date(timeIntervalSince1970: 1_700_000_000)),
    Decision(
      id: "r0", verdict: .keep, note: "a \"note\"",
      decidedAt: Date(timeIntervalSince1970: 1_700_000_000)),
  ]
  static let outliers = [
    Outlier(row: 3, similarity: 0.1, rank: 0), Outlier(row: 1, similarity: 0.2, rank: 1),
  ]

  static func fill(_ catalog: Catalog) throws {
    try catalog.update { editor in
      try editor.insert(records)
      try editor.replacePairs(stage: "semantic", pairs)
      try editor.replaceRemovals(removals)
      try editor.replaceVetoes(vetoes)
      try editor.replaceConflicts(conflicts)
      try editor.replaceClusters(kind: .paraphrase, clusters, members: members)
      try editor.replaceSplit(split)
      try editor.replaceFigures(diversity)
      try editor.replaceRun(run, log: log, predictions: predictions)
      try editor.replaceTestSlices(slices)
      try editor.replaceComparisons(comparisons)
      try editor.complete(step)
      try editor.replaceDrops(drops)
      try editor.decide([Decision(id: "r0", verdict: .drop, decidedAt: Date())])
      try editor.decide(decisions)
      try editor.replaceOutliers(outliers)
      try editor.replaceClusters(
        kind: .average,
        [Cluster(kind: .average, cluster: 0, size: 1, representative: 2, words: [])],
        members: [ClusterMember(kind: .average, cluster: 0, row: 2, similarity: 1)])
    }
  }
}
