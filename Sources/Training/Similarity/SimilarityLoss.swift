import Foundation
import Kernels

/// How sentence vectors are taught what is alike.
public enum SimilarityLoss: String, Codable, Sendable, CaseIterable {
  /// Each anchor's own positive among all positives and negatives of the batch, by softmax over their
  /// cosines times a scale (multiple negatives ranking: Henderson et al., arXiv 1705.00652; the InfoNCE of
  /// van den Oord et al., arXiv 1807.03748).
  case ranking
  /// Pairs of a higher score get a higher cosine than those of a lower one: log(1 + sum exp(scale
  /// (cosine of the lower - cosine of the higher))) over all such two pairs of the batch (CoSENT, Su 2022).
  case cosent
  /// The square of cosine - score.
  case cosine
  /// With d = 1 - cosine: d²/2 where the score is 1, max(0, margin - d)²/2 where it is 0 (Hadsell et al.,
  /// 2006).
  case contrastive
  /// max(0, margin + cosine to the negative - cosine to the positive) (Schroff et al., arXiv 1503.03832).
  case triplet

  /// Whether a pair comes with a score.
  public var usesScores: Bool {
    switch self {
    case .cosent, .cosine, .contrastive: true
    case .ranking, .triplet: false
    }
  }
}

/// Settings of a similarity's training beside the trainer's own.
public struct SimilarityOptions: Codable, Hashable, Sendable {
  /// What is minimized.
  public var loss: SimilarityLoss
  /// What cosines are multiplied by in softmax and CoSENT: one over the temperature.
  public var scale: Float = 20
  /// Of ``SimilarityLoss/contrastive`` and ``SimilarityLoss/triplet``.
  public var margin: Float = 0.5
  /// Whether ranking asks for each positive's anchor too; the loss is the mean of both.
  public var isSymmetric = false
  /// Lengths of the vector's beginnings that count like the whole, each with the same weight (Kusupati et
  /// al., arXiv 2205.13147); the whole alone if empty.
  public var dimensions: [Int] = []

  /// With everything else as it is where nobody says.
  public init(loss: SimilarityLoss) { self.loss = loss }

  /// What development examples are judged by, the first unless somebody says otherwise.
  package var metrics: [TrainingOptions.Metric] {
    switch loss {
    case .ranking: [.meanReciprocalRank]
    case .triplet: [.accuracy]
    case .contrastive: [.averagePrecision]
    case .cosent, .cosine: [.spearman, .pearson]
    }
  }

  /// - Throws: ``UntrainableOptions`` naming what makes no sense for vectors of `size` numbers.
  func validate(size: Int) throws {
    func require(_ name: String, _ value: Any, _ isValid: Bool, _ expected: String) throws {
      guard isValid else {
        throw UntrainableOptions(option: name, expected: expected, found: "\(value)")
      }
    }
    try require("scale", scale, scale > 0 && scale.isFinite, "above 0")
    try require("margin", margin, margin > 0 && margin <= 2, "above 0, at most 2")
    try require(
      "dimensions", dimensions, dimensions.allSatisfy { (1...size).contains($0) }, "in 1...\(size)")
    try require(
      "isSymmetric", isSymmetric, !isSymmetric || loss == .ranking, "the loss ranking")
  }
}

/// A batch's vectors as a loss sees them, and what it says of them.
///
/// Vectors lie in the order of the examples, each example's one after the other: anchor, positive (or the
/// other sentence of a pair), negatives.
package struct SimilarityBatch {
  /// Sequences of an example.
  let width: Int
  /// Of each example; losses with scores only.
  let scores: [Float]
  /// Of each sequence: what has the same number says the same, and is no negative of the other.
  let kin: [Int]

  package init(width: Int, scores: [Float], kin: [Int]) {
    self.width = width
    self.scores = scores
    self.kin = kin
  }

  var examples: Int { kin.count / width }
}

extension SimilarityOptions {
  /// Mean loss over the examples of `batch` of vectors `[sequences, size]`, which its gradient replaces.
  ///
  /// O(examples x sequences x size) for ranking, O(examples²) for CoSENT, else O(sequences x size).
  package func loss(
    _ vectors: UnsafeMutablePointer<Float>, size: Int, _ batch: SimilarityBatch
  ) -> Float {
    let count = batch.kin.count
    let gradient = Buffer<Float>(repeating: 0, count: count * size)
    var loss: Float = 0
    let all = dimensions.isEmpty ? [size] : dimensions
    for dimension in all {
      let unit = UnitRows(vectors, count: count, stride: size, size: dimension)
      let dUnit = Buffer<Float>(repeating: 0, count: count * dimension)
      switch self.loss {
      case .ranking: loss += RankingLoss(self, batch, unit).run(dUnit.pointer)
      case .triplet: loss += tripletLoss(batch, unit, dUnit.pointer)
      case .cosent, .cosine, .contrastive: loss += pairLoss(batch, unit, dUnit.pointer)
      }
      unit.addGradient(dUnit.pointer, to: gradient.pointer, stride: size)
    }
    vectors.update(from: gradient.pointer, count: count * size)
    return loss
  }

  private func pairLoss(
    _ batch: SimilarityBatch, _ unit: UnitRows, _ dUnit: UnsafeMutablePointer<Float>
  ) -> Float {
    let cosines = (0..<batch.examples).map { unit.cosine($0 * 2, $0 * 2 + 1) }
    let (loss, slopes) = pairLoss(cosines, batch.scores)
    for (example, slope) in slopes.enumerated() {
      unit.addCosineGradient(example * 2, example * 2 + 1, slope, dUnit)
    }
    return loss
  }

  /// The loss of pairs by their cosines, and its derivatives.
  func pairLoss(_ cosines: [Float], _ scores: [Float]) -> (loss: Float, slopes: [Float]) {
    let count = Float(cosines.count)
    switch loss {
    case .cosent: return cosent(cosines, scores)
    case .cosine:
      let differences = zip(cosines, scores).map { $0 - $1 }
      return (
        differences.reduce(0) { $0 + $1 * $1 } / count, differences.map { 2 * $0 / count }
      )
    case .contrastive:
      var (sum, slopes): (Float, [Float]) = (0, [])
      for (cosine, score) in zip(cosines, scores) {
        let distance = 1 - cosine
        let gap = max(0, margin - distance)
        sum += 0.5 * (score * distance * distance + (1 - score) * gap * gap)
        slopes.append((-score * distance + (1 - score) * gap) / count)
      }
      return (sum / count, slopes)
    case .ranking, .triplet: preconditionFailure("\(loss) has no scores")
    }
  }

  private func cosent(_ cosines: [Float], _ scores: [Float]) -> (Float, [Float]) {
    var slopes = [Double](repeating: 0, count: cosines.count)
    var terms: [(higher: Int, lower: Int, exponent: Double)] = []
    // The 1 in the logarithm is a term of exponent 0.
    var largest = 0.0
    for higher in cosines.indices {
      for lower in cosines.indices where scores[higher] > scores[lower] {
        let exponent = Double(scale) * (Double(cosines[lower]) - Double(cosines[higher]))
        terms.append((higher, lower, exponent))
        largest = max(largest, exponent)
      }
    }
    let sum = terms.reduce(exp(-largest)) { $0 + exp($1.exponent - largest) }
    for term in terms {
      let slope = Double(scale) * exp(term.exponent - largest) / sum
      slopes[term.lower] += slope
      slopes[term.higher] -= slope
    }
    return (Float(log(sum) + largest), slopes.map { Float($0) })
  }

  private func tripletLoss(
    _ batch: SimilarityBatch, _ unit: UnitRows, _ dUnit: UnsafeMutablePointer<Float>
  ) -> Float {
    var loss: Float = 0
    let scale = 1 / Float(batch.examples * (batch.width - 2))
    for example in 0..<batch.examples {
      let anchor = example * batch.width
      let positive = unit.cosine(anchor, anchor + 1)
      for negative in anchor + 2..<anchor + batch.width {
        let excess = margin + unit.cosine(anchor, negative) - positive
        guard excess > 0 else { continue }
        loss += excess * scale
        unit.addCosineGradient(anchor, negative, scale, dUnit)
        unit.addCosineGradient(anchor, anchor + 1, -scale, dUnit)
      }
    }
    return loss
  }
}
