import Foundation
import Kernels

/// How well cosines of vectors say what is alike; which parts there are follows from the data.
public struct SimilarityReport: Codable, Hashable, Sendable {
  /// Of pairs with scores: correlation of cosine and score.
  public private(set) var spearman: Double?
  /// The same of Pearson's coefficient, on the numbers themselves.
  public private(set) var pearson: Double?
  /// Of pairs that are alike or not: mean precision over the alike, ordered by cosine.
  public private(set) var averagePrecision: Double?
  /// Of anchors that look for what is kin to them among all positives.
  public private(set) var retrieval: RetrievalReport?
  /// Of examples with negatives: the share whose positive is nearer than every negative.
  public private(set) var accuracy: Double?
  /// Pairs or queries.
  public let items: Int
  /// Of each item what the mean or correlation is taken of: cosine, reciprocal rank, or whether it is
  /// right. Not written.
  private(set) var values: [Double] = []
  /// Of each pair, where the loss uses scores. Not written.
  private(set) var truth: [Double] = []
  /// One number for every example: cosine of a pair with a score, whether a triplet is right, else the
  /// reciprocal rank of the first positive, which is 1 where all that are kin repeat the anchor. Not
  /// written.
  public private(set) var byExample: [Double] = []

  private enum CodingKeys: CodingKey {
    case spearman, pearson, averagePrecision, retrieval, accuracy, items
  }

  /// - Parameters:
  ///   - vectors: of each sequence, every example's one after the other.
  package init(_ vectors: [[Float]], _ targets: [SimilarityTarget], loss: SimilarityLoss) {
    items = targets.count
    guard let width = targets.first?.kin.count else { return }
    let size = vectors[0].count
    let unit = vectors.flatMap { $0 }.withUnsafeBufferPointer {
      UnitRows($0.baseAddress!, count: vectors.count, stride: size, size: size)
    }
    if loss.usesScores {
      let cosines = targets.indices.map { Double(unit.cosine($0 * width, $0 * width + 1)) }
      let scores = targets.map { Double($0.score ?? 0) }
      (values, truth, byExample) = (cosines, scores, cosines)
      spearman = RankCorrelation.spearman(cosines, scores)
      pearson = RankCorrelation.pearson(cosines, scores)
      if scores.allSatisfy({ $0 == 0 || $0 == 1 }) {
        averagePrecision = BinaryReport.averagePrecision(scores.map { $0 == 1 }, cosines)
      }
    } else {
      let all = Self.ranks(unit, targets, width)
      let ranks = all.filter { !$0.isEmpty }
      byExample = all.map { $0.first.map { 1 / Double($0) } ?? 1 }
      retrieval = RetrievalReport(ranks: ranks, candidates: targets.count)
      values = ranks.map { 1 / Double($0[0]) }
      if width > 2 {
        let right = targets.indices.map { example in
          let anchor = example * width
          let positive = unit.cosine(anchor, anchor + 1)
          return (2..<width).allSatisfy { unit.cosine(anchor, anchor + $0) < positive } ? 1.0 : 0
        }
        accuracy = right.reduce(0, +) / Double(targets.count)
        if loss == .triplet { (values, byExample) = (right, right) }
      }
    }
  }

  /// Every anchor looks among all positives but its own copies; those kin to it are relevant, and of
  /// equal cosines count as the last. Empty for an anchor that has none. O(anchors x positives x size).
  private static func ranks(
    _ unit: UnitRows, _ targets: [SimilarityTarget], _ width: Int
  ) -> [[Int]] {
    Threads.map(targets.count) { example in
      let anchor = example * width
      let kin = targets[example].kin[0]
      let found = targets.indices.map { other in
        (cosine: unit.cosine(anchor, other * width + 1), isKin: targets[other].kin[1] == kin)
      }.filter { !($0.isKin && $0.cosine > 1 - 1e-6) }
        .sorted { ($0.cosine, $0.isKin ? 0 : 1) > ($1.cosine, $1.isKin ? 0 : 1) }
      return found.indices.filter { found[$0].isKin }.map { $0 + 1 }
    }
  }

  /// By the names that training knows.
  var scores: [TrainingOptions.Metric: Double] {
    var result: [TrainingOptions.Metric: Double] = [:]
    result[.spearman] = spearman
    result[.pearson] = pearson
    result[.averagePrecision] = averagePrecision
    result[.meanReciprocalRank] = retrieval?.meanReciprocalRank
    result[.accuracy] = accuracy
    return result
  }
}
