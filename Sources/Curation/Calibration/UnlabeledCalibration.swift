import Files
import Foundation
import Neighbors
import Store

/// A suggestion from the data alone.
public struct UnlabeledSummary: Encodable, Sendable {
  /// What it was measured on.
  public var basis = "unlabeled"
  /// Distinct texts, and how many of them were looked at.
  public var texts: Int
  /// How many pairs were looked at.
  public var examined: Int
  /// How similarities are distributed.
  public var profile: SimilarityProfile
  /// The profile's split, else its fence where that is below 1; nil where neither is. Not evidence.
  public var suggested: Double?
  /// What lower thresholds would find; nil where no pairs are stored, before `dedup`.
  public var fillerVariants: FillerVariants?
}

/// Looks at each text's nearest neighbor in an index.
public struct UnlabeledCalibration {
  /// Texts examined at most: a sample this large tells shares to within a hundredth.
  public static let largestSample = 10_000

  private let index: OpenIndex
  private let guards: [TextGuard]
  private let monitor: StepMonitor

  /// - Parameter guards: pairs they hold to be different are not counted among what a threshold finds.
  public init(
    _ index: OpenIndex, guards: [TextGuard] = TextGuard.allCases, monitor: StepMonitor
  ) {
    self.index = index
    self.guards = guards
    self.monitor = monitor
  }

  /// O(min(texts, ``largestSample``) · texts · dimension). The texts examined are those of lowest
  /// hash, which is chance that no order of records changes.
  public func run() throws -> UnlabeledSummary {
    let table = try index.records()
    let texts = HashGroups(table.textHashes)
    guard texts.count > 1 else {
      throw FileError(
        place: index.folder.url.relativePath, expected: "two different texts or more",
        found: "\(texts.count)")
    }
    let rows = DistinctRows(rows: texts.representatives, vectors: index.vectors.vectors)
    let examined = min(texts.count, Self.largestSample)
    let similarities = try rows.withVectors { try nearest($0, examined) }
    let profile = SimilarityProfile(similarities)
    return UnlabeledSummary(
      texts: texts.count, examined: examined, profile: profile,
      suggested: profile.split ?? profile.fence.flatMap { $0 < 1 ? $0 : nil },
      fillerVariants: try FillerVariants(index, table, guards: guards))
  }

  private func nearest(_ vectors: VectorRows, _ examined: Int) throws -> [Double] {
    var similarities: [Double] = []
    let chunk = 2000
    for start in stride(from: 0, to: examined, by: chunk) {
      try monitor.checkpoint()
      let queries = vectors[start..<min(start + chunk, examined)]
      // Two neighbors, because the first is the text itself (or one of the very same vector).
      let found = try NearestNeighbor.search(queries: queries, base: vectors, count: 2)
      for (place, neighbors) in found.enumerated() {
        similarities.append(Double(neighbors.first { $0.row != start + place }!.score))
      }
      monitor.progress(
        StepProgress(
          phase: "searching", completed: min(start + chunk, examined), total: examined,
          unit: "texts"))
    }
    return similarities
  }
}
