import Corpus
import Foundation
import Neighbors
import Store

/// Diversity of a training set and its leakage into a test set, as rows of the table `measurements`.
struct SplitMeasures {
  let table: RecordTable
  let vectors: VectorRows
  let topicOfRow: [UInt32]
  let topicCount: Int
  let threshold: Float
  /// The set that coverage is measured against: all records.
  let reference: [UInt32]
  /// The stored near pairs; nil where not all are there.
  let near: NearPairs?

  /// - Parameter prefix: which split or subset, such as `before`.
  func measure(_ prefix: String, train: [UInt32], test: [UInt32]) throws -> [Store.Measurement] {
    var values: [(String, Double?)] = [("records", Double(train.count))]
    try rows(train).withVectors { trainVectors in
      guard trainVectors.rows > 1 else { return }
      values.append(
        ("vendi score", Diversity.vendiScore(trainVectors)))
      let within = try nearestOthers(of: train, in: trainVectors)
      values.append(
        ("mean nearest-neighbor distance", Diversity.meanNearestNeighborDistance(within)))
      let covered = try nearestScores(
        of: sample(reference, against: train.count), in: trainVectors)
      values.append(
        ("coverage at \(coverageRadius)", Diversity.coverage(covered, atLeast: coverageRadius)))
      // All test records where they are few; else a sample, and the stored pairs for what they hold.
      let asked = sample(test, against: train.count)
      let leaked = try nearestScores(of: asked, in: trainVectors)
      let stored = asked.count < test.count ? near?.nearest(of: test, in: train) : nil
      values.append(
        ("highest train-test cosine", (leaked + (stored ?? [])).max().map(Double.init)))
      for threshold in Set([threshold, 0.95, 0.9, 0.8]) {
        let scores = stored.flatMap { threshold >= near!.floor ? $0 : nil } ?? leaked
        values.append(
          ("test share leaked at \(threshold)", Diversity.coverage(scores, atLeast: threshold)))
      }
    }
    values.append(("label entropy", entropy(train.map { Int(table.strata[Int($0)]) })))
    values.append(
      ("topic entropy", entropy(train.map { Int(topicOfRow[Int($0)]) }, of: topicCount)))
    return values.compactMap { name, value in
      value.map { Store.Measurement(step: "split", name: "\(prefix): \(name)", value: $0) }
    }
  }

  /// How far sizes and label shares of the parts are from what was asked for.
  func targets(_ placement: SplitAssigner.Placement, options: SplitOptions) -> [Store.Measurement] {
    let all = placement.partOfRow.keys.map { table.strata[Int($0)] }
    let whole = shares(all)
    let counts = Dictionary(placement.partOfRow.values.map { ($0, 1) }, uniquingKeysWith: +)
    let wanted = zip(
      GivenSplit.allCases,
      options.attainableShares(counts, given: Set(table.givenSplits.compactMap(\.self))))
    return wanted.flatMap { part, share in
      let labels = placement.rows(part).map { table.strata[Int($0)] }
      let found = shares(labels)
      let worst = whole.map { abs($1 - found[$0, default: 0]) }.max() ?? 0
      let size = Double(labels.count) / Double(max(1, all.count))
      return [
        measurement("target: \(part.rawValue) share, difference", abs(size - share)),
        measurement("target: \(part.rawValue) label shares, greatest difference", worst),
      ]
    }
  }

  static let cellsName = "selection: cells"

  /// What the selection took and how far it met its quotas.
  func selection(
    _ selected: BalancedSelection.Result, of train: [UInt32], quotas: SelectionQuotas?
  ) -> [Store.Measurement] {
    var values = [
      measurement("selection: spent", Double(selected.spent)),
      measurement(Self.cellsName, Double(selected.cells)),
    ]
    if let objective = selected.objective {
      values.append(measurement("selection: objective", objective))
    }
    if let quotas {
      values.append(
        measurement(
          "target: quotas by \(quotas.key.rawValue), greatest difference",
          quotas.deviation(of: selected.rows, from: train)))
    }
    return values
  }

  /// Pairs at or above a threshold of dedup, and equal texts, in more than one part.
  func crossing(_ prefix: String, _ count: Int) -> Store.Measurement {
    measurement("\(prefix): near pairs across parts", Double(count))
  }

  /// Sizes of the folds, and how far their label shares are from those of all.
  ///
  /// - Parameter crossing: near pairs in different folds.
  func folds(_ result: SplitResult, crossing: Int) -> [Store.Measurement] {
    let sizes = result.parts.map(\.count)
    let worst = result.parts.map(\.worstLabelDeviation).max() ?? 0
    return [
      measurement("folds: smallest", Double(sizes.min() ?? 0)),
      measurement("folds: largest", Double(sizes.max() ?? 0)),
      measurement("folds: label shares, greatest difference", worst),
      measurement("folds: near pairs across folds", Double(crossing)),
    ]
  }

  private func measurement(_ name: String, _ value: Double) -> Store.Measurement {
    Store.Measurement(step: "split", name: name, value: value)
  }

  private func shares(_ labels: [Int32]) -> [Int32: Double] {
    Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +).mapValues {
      Double($0) / Double(labels.count)
    }
  }

  /// So many records are asked for their neighbors where a mean over all is wanted: fewer, the more
  /// there are to compare with.
  private static func sampleSize(against base: Int) -> Int {
    min(20_000, max(5_000, 4_000_000_000 / max(1, base)))
  }

  /// All of `rows` if they are few, else the first in the order of their texts' hashes: as good as
  /// random, and the same whatever the order of the records.
  private func sample(_ rows: [UInt32], against base: Int) -> [UInt32] {
    let size = Self.sampleSize(against: base)
    guard rows.count > size else { return rows }
    return Array(
      rows.sorted {
        let (a, b) = (Int($0), Int($1))
        return (table.textHashes[a], table.ids[a]) < (table.textHashes[b], table.ids[b])
      }.prefix(size))
  }

  /// Of some of `train`, the score with the nearest other row of it.
  private func nearestOthers(of train: [UInt32], in base: VectorRows) throws -> [Float] {
    let places = Dictionary(uniqueKeysWithValues: train.enumerated().map { ($1, $0) })
    let asked = sample(train, against: train.count)
    return try rows(asked).withVectors { queries in
      try NearestNeighbor.search(queries: queries, base: base, count: 2).enumerated().compactMap {
        query, nearest in nearest.first { $0.row != places[asked[query]] }?.score
      }
    }
  }

  private var coverageRadius: Float { 0.5 }

  private func rows(_ rows: [UInt32]) -> DistinctRows { DistinctRows(rows: rows, vectors: vectors) }

  private func nearestScores(of queries: [UInt32], in base: VectorRows) throws -> [Float] {
    try rows(queries).withVectors {
      try NearestNeighbor.search(queries: $0, base: base).compactMap { $0?.score }
    }
  }

  private func entropy(_ classes: [Int], of count: Int? = nil) -> Double? {
    let labeled = classes.filter { $0 >= 0 }
    var counts = [Int](repeating: 0, count: max(count ?? table.stratumNames.count, 1))
    if labeled.isEmpty { return nil }
    for number in labeled { counts[number] += 1 }
    return Diversity.normalizedEntropy(counts)
  }
}
