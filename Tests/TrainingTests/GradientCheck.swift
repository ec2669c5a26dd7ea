import Foundation
import Kernels
import Testing
import Training
import Transformer

/// A network with one batch: loss and gradient on demand.
final class GradientProblem {
  let network: TrainableNetwork
  let batch: PackedTokens
  let labels: [Int]
  let layout: GradientLayout
  let arena: GradientArena

  /// - Parameter dropout: of every place in the network; its masks stay the same.
  init(
    _ network: TrainableNetwork, sentences: [[Int32]], types: [[UInt8]] = [], labels: [Int],
    dropout: Float, trainable: Trainable = .init()
  ) {
    self.network = network
    self.labels = labels
    var batch = PackedTokens()
    for (number, sentence) in sentences.enumerated() {
      batch.append(sentence, types: types.isEmpty ? [] : types[number])
    }
    self.batch = batch
    layout = GradientLayout(
      network, sentences: sentences, types: types.isEmpty ? 1 : 2, trainable: trainable)
    arena = GradientArena(layout)
    network.dropout.hidden = dropout
    network.dropout.attention = dropout
    network.dropout.classifier = dropout
    network.dropout.adapter = dropout
    network.dropout.seed = 11
    network.dropout.step = dropout == 0 ? 0 : 5
  }

  func loss() -> Float {
    CrossEntropy(labels: network.outputs).loss(
      network.forward(batch), targets: labels, dLogits: nil)
  }

  /// As ``layout`` lays it out.
  @discardableResult
  func gradient() -> UnsafeMutablePointer<Float> {
    let outputs = network.forward(batch, retains: true)
    _ = CrossEntropy(labels: network.outputs).loss(outputs, targets: labels, dLogits: outputs)
    network.backward(outputs, into: arena)
    return arena.values.pointer
  }

  /// The worst relative difference between gradients and central differences of the loss.
  ///
  /// - Parameter stride: every so many parameters are looked at.
  func worstDifference(stride step: Int = 1, width: Float = 5e-3) -> Float {
    let gradient = gradient()
    let values = network.parameters.values.pointer
    var worst: Float = 0
    for piece in layout.pieces() {
      for index in stride(from: 0, to: piece.count, by: step) {
        let old = values[piece.value + index]
        values[piece.value + index] = old + width
        let above = loss()
        values[piece.value + index] = old - width
        let below = loss()
        values[piece.value + index] = old
        let difference = (above - below) / (2 * width)
        let expected = gradient[piece.gradient + index]
        worst = max(worst, abs(difference - expected) / (0.05 + abs(expected)))
      }
    }
    return worst
  }

  func spreadGradient() -> Buffer<Float> { arena.spread(over: network) }
}

extension GradientArena {
  /// Laid out as the parameters are, zeros where there is no gradient.
  func spread(over network: TrainableNetwork) -> Buffer<Float> {
    let result = Buffer<Float>(repeating: 0, count: network.parameters.values.count)
    for piece in layout.pieces() {
      (result.pointer + piece.value).update(
        from: values.pointer + piece.gradient, count: piece.count)
    }
    return result
  }
}
