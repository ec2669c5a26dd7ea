import Corpus
import Foundation
import Neighbors

/// Diversity of a training set and its leakage into a test set.
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

  typealias Values = [SplitQuantity: Double]

  func measure(train: [UInt32], test: [UInt32]) throws -> Values {
    var values: Values = [.records: Double(train.count)]
    try rows(train).withVectors { trainVectors in
      guard trainVectors.rows > 1 else { return }
      values[.vendiScore] = Diversity.vendiScore(trainVectors)
      let within = try nearestOthers(of: train, in: trainVectors)
      values[.nearestDistance] = Diversity.meanNearestNeighborDistance(within)
      let covered = try nearestScores(
        of: sample(reference, against: train.count), in: trainVectors)
      values[.coverage(coverageRadius)] = Diversity.coverage(covered, atLeast: coverageRadius)
      // All test records where they are few; else a sample, and the stored pairs for what they hold.
      let asked = sample(test, against: train.count)
      let leaked = try nearestScores(of: asked, in: trainVectors)
      let stored = asked.count < test.count ? near?.nearest(of: test, in: train) : nil
      values[.highestCosine] = (leaked + (stored ?? [])).max().map(Double.init)
      for threshold in Set([threshold, 0.95, 0.9, 0.8]) {
        let scores = stored.flatMap { threshold >= near!.floor ? $0 : nil } ?? leaked
        values[.leaked(threshold)] = Diversity.coverage(scores, atLeast: threshold)
      }
    }
    values[.labelEntropy] = entropy(train.map { Int(table.strata[Int($0)]) })
    values[.topicEntropy] = entropy(train.map { Int(topicOfRow[Int($0)]) }, of: topicCount)
    return values
  }

  /// The values of three sets beside each other.
  static func table(before: Values, after: Values, selected: Values) -> [SplitMeasure] {
    Set(before.keys).union(after.keys).union(selected.keys).map { quantity in
      var measure = quantity.measure
      measure.before = before[quantity]
      measure.after = after[quantity]
      measure.selected = selected[quantity]
      return measure
    }.sorted { $0.name < $1.name }
  }

  /// How far sizes and label shares of the parts are from what was asked for.
  func targets(_ placement: SplitAssigner.Placement, options: SplitOptions)
    -> [SplitFigures.Target]
  {
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
        SplitFigures.Target(
          name: "\(part.rawValue) share, difference", difference: abs(size - share)),
        SplitFigures.Target(
          name: "\(part.rawValue) label shares, greatest difference", difference: worst),
      ]
    }
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
