import Foundation
import Kernels
import Transformer

/// AdamW over the trained parameters with clipping by the global gradient norm.
///
/// Embedding rows without a gradient keep zero moments, so each step only multiplies them by
/// 1 - rate · decay: the product of those factors is kept and applied once, by ``settle(_:by:)``.
final class AdamW {
  let layout: GradientLayout
  private let pieces: [GradientLayout.Piece]
  private let options: TrainingOptions
  let firstMoment: Buffer<Float>
  let secondMoment: Buffer<Float>
  /// What rows without a gradient are to be multiplied by.
  var dormantScale = 1.0
  private let partialSums: Buffer<Float>

  init(_ layout: GradientLayout, options: TrainingOptions) {
    self.layout = layout
    self.options = options
    pieces = layout.pieces()
    firstMoment = Buffer(repeating: 0, count: layout.count)
    secondMoment = Buffer(repeating: 0, count: layout.count)
    partialSums = Buffer(repeating: 0, count: pieces.count)
  }

  /// Euclidean norm of the whole gradient.
  func norm(_ gradient: UnsafePointer<Float>) -> Float {
    let (pieces, sums) = (pieces, partialSums.pointer)
    pieces.withUnsafeBufferPointer { pieces in
      nonisolated(unsafe) let pieces = pieces
      Threads.forEach(pieces.count) { index in
        let piece = pieces[index]
        sums[index] = AdamWPass.sumOfSquares(gradient + piece.gradient, count: piece.count)
      }
    }
    return Float(partialSums.values.reduce(0.0) { $0 + Double($1) }.squareRoot())
  }

  /// `sum` += `gradient`, both laid out as gradients.
  func add(_ gradient: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>) {
    let pieces = pieces
    Threads.forEach(pieces.count) { index in
      let piece = pieces[index]
      Rows.add(gradient + piece.gradient, size: piece.count, to: sum + piece.gradient)
    }
  }

  /// One update with a gradient of a known norm; `step` counts from 1.
  func update(
    _ values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, norm: Float,
    learningRate: Float, step: Int
  ) {
    let rates = (0...layout.embeddingDepth).map {
      learningRate * pow(options.layerDecay, Float($0))
    }
    let passes = rates.map {
      AdamWPass(
        learningRate: $0, weightDecay: options.weightDecay, beta1: options.beta1,
        beta2: options.beta2, epsilon: options.epsilon, step: step)
    }
    let limit = options.gradientClipping
    let scale = limit > 0 ? min(1, limit / (norm + 1e-6)) : 1
    let (first, second) = (firstMoment.pointer, secondMoment.pointer)
    pieces.withUnsafeBufferPointer { pieces in
      nonisolated(unsafe) let pieces = pieces
      Threads.forEach(pieces.count) { index in
        let piece = pieces[index]
        passes[piece.depth].update(
          values + piece.value, gradient: gradient + piece.gradient,
          firstMoment: first + piece.gradient, secondMoment: second + piece.gradient,
          count: piece.count, gradientScale: scale, decays: piece.decays)
      }
    }
    dormantScale *= Double(1 - rates[layout.embeddingDepth] * options.weightDecay)
  }

  /// Multiplies the rows without a gradient by `scale`.
  func settle(_ values: UnsafeMutablePointer<Float>, by scale: Double) {
    let factor = Float(scale)
    for run in layout.dormant() {
      for index in run { values[index] *= factor }
    }
  }

  /// Copies the trained parameters out of `values`, or back into it; the copy is laid out as
  /// gradients are.
  func copy(_ values: UnsafePointer<Float>, to copy: UnsafeMutablePointer<Float>) {
    for piece in pieces {
      (copy + piece.gradient).update(from: values + piece.value, count: piece.count)
    }
  }

  func restore(_ values: UnsafeMutablePointer<Float>, from copy: UnsafePointer<Float>) {
    for piece in pieces {
      (values + piece.value).update(from: copy + piece.gradient, count: piece.count)
    }
  }
}

/// Linear growth from 0 over the warm-up, then as ``TrainingOptions/Schedule`` says (transformers'
/// `get_linear_schedule_with_warmup`, `get_cosine_…` and `get_constant_…`).
struct LearningRateSchedule {
  let peak: Float
  let schedule: TrainingOptions.Schedule
  let warmupSteps: Int
  let totalSteps: Int

  init(_ options: TrainingOptions, totalSteps: Int) {
    peak = options.learningRate
    schedule = options.schedule
    warmupSteps = Int((options.warmupFraction * Float(totalSteps)).rounded(.up))
    self.totalSteps = totalSteps
  }

  /// Rate of update `step`, from 1.
  func rate(_ step: Int) -> Float {
    let done = step - 1
    if done < warmupSteps { return peak * Float(done) / Float(max(1, warmupSteps)) }
    let rest = Float(max(0, totalSteps - done)) / Float(max(1, totalSteps - warmupSteps))
    switch schedule {
    case .linear: return peak * rest
    case .cosine: return peak * 0.5 * (1 - cos(.pi * rest))
    case .constant: return peak
    }
  }
}
