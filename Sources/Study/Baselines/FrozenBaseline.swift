import Curation
import Neighbors
import Training

/// A classifier on the vectors of the index as they are: seconds of work, and what a fine-tuned
/// model must beat to be worth its training.
public enum FrozenBaseline: String, Codable, CaseIterable, Sendable {
  /// The label of the most similar training record.
  case nearestNeighbor
  /// The label whose mean vector is the most similar.
  case nearestCentroid
  /// Multinomial logistic regression with an L2 penalty.
  case linear

  /// As running text has it.
  public var title: String {
    switch self {
    case .nearestNeighbor: "nearest neighbor"
    case .nearestCentroid: "nearest centroid"
    case .linear: "linear model"
    }
  }
}

/// Trains the baselines on some rows of an index and predicts others. Deterministic.
package struct FrozenClassifiers {
  /// The linear model is fitted to at most so many records, evenly spread over those given.
  static let linearLimit = 20_000

  private let vectors: VectorRows
  private let labels: [Int32]
  private let classCount: Int
  private let monitor: StepMonitor

  /// - Parameters:
  ///   - labels: per row of the index, in `0..<classCount` for all rows that are used.
  ///   - monitor: asked between the methods, and while the linear model is fitted.
  package init(vectors: VectorRows, labels: [Int32], classCount: Int, monitor: StepMonitor) {
    self.vectors = vectors
    self.labels = labels
    self.classCount = classCount
    self.monitor = monitor
  }

  /// The class that each method predicts for each of the `test` rows, from the `train` rows.
  ///
  /// - Precondition: `train` is not empty.
  /// - Throws: ``Interrupted`` after a stop.
  package func predictions(train: [UInt32], test: [UInt32]) throws -> [FrozenBaseline: [Int]] {
    try DistinctRows(rows: test, vectors: vectors).withVectors { queries in
      try DistinctRows(rows: train, vectors: vectors).withVectors { base in
        try monitor.checkpoint()
        let neighbors = try NearestNeighbor.search(queries: queries, base: base).map {
          Int(labels[Int(train[$0!.row])])
        }
        try monitor.checkpoint()
        let centroids = nearestCentroid(train, base, queries)
        try monitor.checkpoint()
        return [
          .nearestNeighbor: neighbors, .nearestCentroid: centroids,
          .linear: try linear(train, queries),
        ]
      }
    }
  }

  private func nearestCentroid(_ train: [UInt32], _ base: VectorRows, _ queries: VectorRows)
    -> [Int]
  {
    let dimension = vectors.dimension
    var sums = [Float](repeating: 0, count: classCount * dimension)
    for (place, row) in train.enumerated() {
      let start = Int(labels[Int(row)]) * dimension
      for index in 0..<dimension { sums[start + index] += base[place][index] }
    }
    let centroids = (0..<classCount).map { label -> [Float] in
      let sum = sums[label * dimension..<(label + 1) * dimension]
      let norm = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return norm > 0 ? sum.map { $0 / norm } : []
    }
    return (0..<queries.rows).map { row in
      var best = (label: 0, score: -Float.infinity)
      for (label, centroid) in centroids.enumerated() where !centroid.isEmpty {
        let score = canonicalDot(queries[row], centroid, count: dimension)
        if score > best.score { best = (label, score) }
      }
      return best.label
    }
  }

  private func linear(_ train: [UInt32], _ queries: VectorRows) throws -> [Int] {
    let count = min(train.count, Self.linearLimit)
    let rows = (0..<count).map { train[$0 * train.count / count] }
    return try DistinctRows(rows: rows, vectors: vectors).withVectors { base in
      let model = LogisticRegression(
        rows: base.pointer, dimension: base.dimension, labels: rows.map { Int(labels[Int($0)]) },
        classCount: classCount, shouldStop: monitor.shouldStop)
      try monitor.checkpoint()
      return model.predictions(queries.pointer, count: queries.rows)
    }
  }
}

/// How a baseline does on the test records of one fine-tuned model.
public struct FrozenScore: Codable, Equatable, Sendable {
  /// The arm that it is compared with.
  public var baseline: FrozenBaseline
  /// The share that is right.
  public var accuracy: Double
  /// The mean F1 of the labels.
  public var macroF1: Double
}
