import Kernels
import Transformer

/// What is to be learned of an example's sequences together.
package struct SimilarityTarget: Sendable {
  /// Of the pair, where the loss uses scores.
  var score: Float?
  /// Of each sequence; see ``SimilarityBatch/kin``.
  var kin: [Int]

  package init(score: Float?, kin: [Int]) {
    self.score = score
    self.kin = kin
  }
}

/// Sentence vectors in which what is alike is near: a loss of all vectors of a batch together.
package struct SimilarityTask: TrainingTask {
  let size: Int
  let options: SimilarityOptions

  private static let judgedTogether = 64

  package init(size: Int, options: SimilarityOptions) throws {
    try options.validate(size: size)
    self.size = size
    self.options = options
  }

  package var couplesExamples: Bool { true }

  package func total(_ targets: [SimilarityTarget]) -> Double { Double(targets.count) }

  package func loss(_ outputs: Pointer, _ targets: [SimilarityTarget], total: Double) -> Float {
    let batch = SimilarityBatch(
      width: targets[0].kin.count, scores: targets.compactMap(\.score),
      kin: targets.flatMap(\.kin))
    return options.loss(outputs, size: size, batch)
  }

  package func judge(_ outputs: [[Float]], _ targets: [SimilarityTarget]) -> Judgment {
    let report = SimilarityReport(outputs, targets, loss: options.loss)
    let all = outputs.flatMap { $0 }
    let vectors = Buffer<Float>(count: all.count)
    vectors.pointer.update(from: all, count: all.count)
    // In runs of a batch's size, or the candidates of a ranking would be all of them.
    var loss: Float = 0
    for start in stride(from: 0, to: targets.count, by: Self.judgedTogether) {
      let part = Array(targets[start..<min(targets.count, start + Self.judgedTogether)])
      let index = vectors.pointer + start * part[0].kin.count * size
      loss += self.loss(index, part, total: total(part)) * Float(part.count)
    }
    return Judgment(loss: loss / Float(max(1, targets.count)), scores: report.scores)
  }

  package var metrics: [TrainingOptions.Metric] { options.metrics + [.loss] }

  package static func digits(_ target: SimilarityTarget) -> [Int] {
    target.kin + [target.score.map { Int($0.bitPattern) } ?? -1]
  }
}
