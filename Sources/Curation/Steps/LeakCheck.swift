import Corpus
import Foundation
import Neighbors
import Transformer

/// What a leakage check found.
public struct LeakSummary: Codable, Sendable {
  public struct Pair: Codable, Sendable {
    public var test: String
    public var testText: String
    public var train: String
    public var trainText: String
    public var score: Float
  }

  public var threshold: Float
  public var trainRecords: Int
  public var testRecords: Int
  /// Test records whose nearest training record is at or above the threshold.
  public var leaked: Int
  /// ``leaked`` of ``testRecords``.
  public var rate: Double
  /// The leaked test records nearest to training, nearest first.
  public var worst: [Pair]
}

/// Compares test files with training files without an index.
///
/// All texts and vectors are held in memory.
public struct LeakCheck {
  private let embedder: any Embedder
  private let reading: ReadingOptions
  private let threshold: Float
  private let monitor: StepMonitor

  public init(
    embedder: some Embedder, reading: ReadingOptions, threshold: Float, monitor: StepMonitor
  ) {
    self.embedder = embedder
    self.reading = reading
    self.threshold = threshold
    self.monitor = monitor
  }

  public func run(train: [URL], test: [URL]) throws -> LeakSummary {
    let train = try embed(train)
    let test = try embed(test)
    let nearest = try train.vectors.withUnsafeBufferPointer { base in
      try test.vectors.withUnsafeBufferPointer { queries in
        try NearestNeighbor.search(
          queries: VectorRows(
            pointer: queries.baseAddress!, rows: test.records.count, dimension: embedder.dimension),
          base: VectorRows(
            pointer: base.baseAddress!, rows: train.records.count, dimension: embedder.dimension))
      }
    }
    let leaked = nearest.indices.filter { nearest[$0]!.score >= threshold }.sorted {
      (nearest[$1]!.score, $0) < (nearest[$0]!.score, $1)
    }
    return LeakSummary(
      threshold: threshold, trainRecords: train.records.count, testRecords: test.records.count,
      leaked: leaked.count, rate: Double(leaked.count) / Double(test.records.count),
      worst: leaked.prefix(10).map { place in
        let (item, other) = (test.records[place], train.records[nearest[place]!.row])
        return LeakSummary.Pair(
          test: item.id, testText: item.text, train: other.id, trainText: other.text,
          score: nearest[place]!.score)
      })
  }

  private func embed(_ files: [URL]) throws -> (records: [Record], vectors: [Float]) {
    var records: [Record] = []
    for file in files {
      try CorpusReader(options: reading).read(file) { records.append($0) }
    }
    var vectors = [Float](repeating: 0, count: records.count * embedder.dimension)
    let monitor = monitor
    let texts = records.map(\.text)
    try vectors.withUnsafeMutableBufferPointer { rows in
      try embedder.embed(texts, into: rows.baseAddress!) { done in
        monitor.progress(
          StepProgress(phase: "embedding", completed: done, total: texts.count, unit: "texts"))
      }
    }
    return (records, vectors)
  }
}
