import Foundation
import Kernels
import Transformer

/// Multiple negatives ranking of one batch of unit vectors.
///
/// Anchors are asked for their positive among all positives and negatives of the batch, and with
/// ``SimilarityOptions/isSymmetric`` positives for their anchor among all anchors. What is kin to the one that
/// asks is no wrong answer: it is left out of the softmax.
struct RankingLoss {
  private let options: SimilarityOptions
  private let batch: SimilarityBatch
  private let unit: UnitRows

  init(_ options: SimilarityOptions, _ batch: SimilarityBatch, _ unit: UnitRows) {
    self.options = options
    self.batch = batch
    self.unit = unit
  }

  /// The loss; its gradient is added to `dUnit` `[sequences, size]`.
  func run(_ dUnit: UnsafeMutablePointer<Float>) -> Float {
    let anchors = (0..<batch.examples).map { $0 * batch.width }
    let positives = anchors.map { $0 + 1 }
    let negatives = anchors.flatMap { $0 + 2..<$0 + batch.width }
    let weight: Float = options.isSymmetric ? 0.5 : 1
    var loss = rank(anchors, among: positives + negatives, weight, dUnit)
    if options.isSymmetric { loss += rank(positives, among: anchors, weight, dUnit) }
    return loss
  }

  /// The i-th of `queries` looks for the i-th of `candidates`.
  private func rank(
    _ queries: [Int], among candidates: [Int], _ weight: Float,
    _ dUnit: UnsafeMutablePointer<Float>
  ) -> Float {
    let size = unit.size
    let (queryRows, candidateRows) = (gather(queries), gather(candidates))
    let scores = Buffer<Float>(count: queries.count * candidates.count)
    let product = LinearPass(rows: queries.count, inputs: size, outputs: candidates.count)
    Threads.forEach(product.forwardJobs) { job in
      product.forward(
        job, x: .float32(queryRows.pointer), weight: .float32(candidateRows.pointer), bias: nil,
        y: scores.pointer, scale: options.scale)
    }
    var loss: Float = 0
    for (row, query) in queries.enumerated() {
      loss += softmax(
        scores.pointer + row * candidates.count, row, query, candidates,
        weight / Float(queries.count))
    }
    let (dQueries, dCandidates) = (
      Buffer<Float>(count: queries.count * size), Buffer<Float>(count: candidates.count * size)
    )
    runJobs(
      product.inputGradientJobs, product.weightGradientJobs,
      { job in
        product.inputGradient(
          job, dy: .float32(scores.pointer), weight: .float32(candidateRows.pointer),
          dx: dQueries.pointer, scale: options.scale, accumulates: false)
      },
      { job in
        product.weightGradient(
          job, dy: .float32(scores.pointer), x: .float32(queryRows.pointer),
          dWeight: dCandidates.pointer, scale: options.scale)
      })
    scatter(dQueries, queries, dUnit)
    scatter(dCandidates, candidates, dUnit)
    return loss
  }

  /// Cross-entropy of one row of scores against candidate number `own`; derivatives, times `weight`,
  /// replace the scores.
  private func softmax(
    _ scores: UnsafeMutablePointer<Float>, _ own: Int, _ query: Int, _ candidates: [Int],
    _ weight: Float
  ) -> Float {
    func isAsked(_ column: Int) -> Bool {
      column == own || batch.kin[candidates[column]] != batch.kin[query]
    }
    var largest = -Float.infinity
    for column in candidates.indices where isAsked(column) {
      largest = max(largest, scores[column])
    }
    let asked = Double(scores[own])
    var sum = 0.0
    for column in candidates.indices {
      let term = isAsked(column) ? exp(Double(scores[column] - largest)) : 0
      sum += term
      scores[column] = Float(term)
    }
    for column in candidates.indices {
      let target: Double = column == own ? 1 : 0
      scores[column] = weight * Float(Double(scores[column]) / sum - target)
    }
    return weight * Float(log(sum) + Double(largest) - asked)
  }

  private func gather(_ chosen: [Int]) -> Buffer<Float> {
    let result = Buffer<Float>(count: chosen.count * unit.size)
    for (row, other) in chosen.enumerated() {
      (result.pointer + row * unit.size).update(
        from: unit.rows + other * unit.size, count: unit.size)
    }
    return result
  }

  private func scatter(
    _ rows: Buffer<Float>, _ chosen: [Int], _ result: UnsafeMutablePointer<Float>
  ) {
    for (row, other) in chosen.enumerated() {
      let (source, target) = (rows.pointer + row * unit.size, result + other * unit.size)
      for index in 0..<unit.size { target[index] += source[index] }
    }
  }
}
