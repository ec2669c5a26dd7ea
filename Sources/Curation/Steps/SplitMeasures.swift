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

  /// - Parameter prefix: which split or subset, such as `before`.
  func measure(_ prefix: String, train: [UInt32], test: [UInt32]) throws -> [Store.Measurement] {
    var values: [(String, Double?)] = [("records", Double(train.count))]
    try rows(train).withVectors { trainVectors in
      guard trainVectors.rows > 1 else { return }
      values.append(
        ("vendi score", Diversity.vendiScore(trainVectors)))
      let within = try NearestNeighbor.search(
        queries: trainVectors, base: trainVectors, excludeSelf: true
      ).compactMap { $0?.score }
      values.append(
        ("mean nearest-neighbor distance", Diversity.meanNearestNeighborDistance(within)))
      let covered = try nearestScores(of: reference, in: trainVectors)
      values.append(
        ("coverage at \(coverageRadius)", Diversity.coverage(covered, atLeast: coverageRadius)))
      let leaked = try nearestScores(of: test, in: trainVectors)
      values.append(("highest train-test cosine", leaked.max().map(Double.init)))
      values.append(
        (
          "test share leaked at \(threshold)", Diversity.coverage(leaked, atLeast: threshold)
        ))
    }
    values.append(("label entropy", entropy(train.map { Int(table.labelNumbers[Int($0)]) })))
    values.append(
      ("topic entropy", entropy(train.map { Int(topicOfRow[Int($0)]) }, of: topicCount)))
    return values.compactMap { name, value in
      value.map { Store.Measurement(step: "split", name: "\(prefix): \(name)", value: $0) }
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
    var counts = [Int](repeating: 0, count: max(count ?? table.labelNames.count, 1))
    if labeled.isEmpty { return nil }
    for number in labeled { counts[number] += 1 }
    return Diversity.normalizedEntropy(counts)
  }
}
