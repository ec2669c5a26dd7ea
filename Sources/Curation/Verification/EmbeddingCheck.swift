import Foundation
import Neighbors
import Transformer

/// Embeds texts of an index again and compares the vectors with those stored.
///
/// On one kind of processor vectors are the same to the last bit; kinds differ in how they round, so a
/// cosine of 1 less ``tolerance(of:)`` is enough. O(texts of the sample) and their vectors in memory.
public struct EmbeddingCheck {
  private let index: OpenIndex
  private let embedder: any Embedder
  private let monitor: StepMonitor

  /// - Parameter embedder: the one the index was built with.
  public init(_ index: OpenIndex, embedder: any Embedder, monitor: StepMonitor) {
    self.index = index
    self.embedder = embedder
    self.monitor = monitor
  }

  /// The most a cosine of two vectors of one text may be below 1.
  static func tolerance(of precision: String) -> Float {
    precision == Precision.float32.rawValue ? 1e-4 : 1e-2
  }

  /// - Parameters:
  ///   - count: how many records, drawn at random by `seed`; all if nil.
  /// - Returns: the rows whose vector is not that of their text, and how many were looked at.
  public func run(count: Int?, seed: UInt64) throws -> (violations: [Violation], checked: Int) {
    let table = try index.records()
    let rows = sample(of: table, count: count, seed: seed)
    let dimension = embedder.dimension
    let least = 1 - Self.tolerance(of: index.manifest.model.precision)
    var found: [Violation] = []
    for start in stride(from: 0, to: rows.count, by: 8192) {
      try monitor.checkpoint()
      let chunk = Array(rows[start..<min(start + 8192, rows.count)])
      var vectors = [Float](repeating: 0, count: chunk.count * dimension)
      let (monitor, total) = (monitor, rows.count)
      try vectors.withUnsafeMutableBufferPointer { buffer in
        _ = try embedder.embed(chunk.map { table.texts[$0] }, into: buffer.baseAddress!) { done in
          monitor.progress(
            StepProgress(
              phase: "embedding again", completed: start + done, total: total, unit: "texts"))
        }
      }
      vectors.withUnsafeBufferPointer { buffer in
        for (place, row) in chunk.enumerated() {
          let anew = buffer.baseAddress! + place * dimension
          let cosine = canonicalDot(anew, index.vectors.vectors[row], count: dimension)
          // A text without tokens has zeros, then and now.
          let areZero = canonicalDot(anew, anew, count: dimension) == 0 && isZero(row)
          if !(cosine >= least) && !areZero {
            found.append(
              Violation(kind: .otherVector, rows: [UInt32(row)], stored: 1, recomputed: cosine))
          }
        }
      }
    }
    return (found, rows.count)
  }

  private func isZero(_ row: Int) -> Bool {
    let vector = index.vectors.vectors[row]
    return canonicalDot(vector, vector, count: index.manifest.dimension) == 0
  }

  /// Rows ascending; those with the lowest hashes of seed and row number.
  private func sample(of table: RecordTable, count: Int?, seed: UInt64) -> [Int] {
    guard let count, count < table.count else { return Array(0..<table.count) }
    let keyed = (0..<table.count).map { (StepAccount.hash(["\(seed)", "\($0)"]), $0) }
    return keyed.sorted { $0 < $1 }.prefix(count).map(\.1).sorted()
  }
}
