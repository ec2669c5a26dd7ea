import Foundation
import Kernels
import Testing
import Training
import Transformer

struct GradientTests {
  /// A network with one batch: loss and gradient on demand.
  private struct Problem {
    let network: Network
    let golden: Golden
    var batch = TokenBatch()
    var arena: GradientArena
    let layout: GradientLayout

    init(dropout: Float, frozenLayers: Int = 0) throws {
      golden = try Golden.load()
      network = try Golden.network()
      layout = GradientLayout(network, sentences: golden.sentences, frozenLayers: frozenLayers)
      arena = GradientArena(layout)
      for sentence in golden.sentences { batch.append(sentence) }
      network.dropout.hidden = dropout
      network.dropout.attention = dropout
      network.dropout.classifier = dropout
      network.dropout.seed = 11
      network.dropout.step = dropout == 0 ? 0 : 5
      network.reserve(batch.capacity, retains: true)
    }

    func loss() -> Float {
      network.forward(batch)
      let activations = network.activations
      return CrossEntropy(labels: 3).loss(
        activations.logits, targets: golden.labels, dLogits: activations.dLogits)
    }

    mutating func gradient() -> UnsafeMutablePointer<Float> {
      _ = loss()
      network.backward(batch, into: &arena)
      return arena.values.pointer
    }
  }

  @Test func forwardEqualsPyTorch() throws {
    let problem = try Problem(dropout: 0)
    #expect(abs(problem.loss() - problem.golden.loss) < 2e-6)
    let logits = UnsafeBufferPointer(start: problem.network.activations.logits, count: 18)
    #expect(distance(logits, problem.golden.logits.flatMap { $0 }) < 5e-6)
  }

  @Test func everyGradientEqualsPyTorch() throws {
    var problem = try Problem(dropout: 0)
    // Twice, so that rows left over from the first pass would show.
    _ = problem.gradient()
    let gradient = problem.gradient()
    let stored = try Safetensors(
      file: Golden.folder.appendingPathComponent("gradients.safetensors"))
    let values = problem.network.values
    let expected = Buffer<Float>(repeating: 0, count: values.count)
    for entry in problem.network.table.entries {
      let name = (entry.name.hasPrefix("classifier.") ? "" : "bert.") + entry.name
      try #require(stored[name]).read(into: expected.pointer + entry.offset)
    }
    for piece in problem.layout.pieces() {
      let ours = UnsafeBufferPointer(start: gradient + piece.gradient, count: piece.count)
      let theirs = UnsafeBufferPointer(start: expected.pointer + piece.value, count: piece.count)
      #expect(distance(ours, theirs) < 3e-6, "parameters from \(piece.value)")
      for index in 0..<piece.count { expected.pointer[piece.value + index] = 0 }
    }
    // What has no place in the layout has no gradient in PyTorch either.
    #expect(expected.values.allSatisfy { $0 == 0 })
  }

  /// Dropout is on: its masks are a function of seed and step, so differences see the same ones.
  @Test func everyGradientEqualsFiniteDifferences() throws {
    var problem = try Problem(dropout: 0.2)
    let gradient = problem.gradient()
    let values = problem.network.values.pointer
    let width: Float = 5e-3
    var worst: Float = 0
    for piece in problem.layout.pieces() {
      for index in 0..<piece.count {
        let old = values[piece.value + index]
        values[piece.value + index] = old + width
        let above = problem.loss()
        values[piece.value + index] = old - width
        let below = problem.loss()
        values[piece.value + index] = old
        let difference = (above - below) / (2 * width)
        let expected = gradient[piece.gradient + index]
        worst = max(worst, abs(difference - expected) / (0.05 + abs(expected)))
      }
    }
    #expect(worst < 0.02)
  }

  @Test func frozenLayersHaveNoGradientAndTheOthersTheSame() throws {
    var all = try Problem(dropout: 0.1)
    var some = try Problem(dropout: 0.1, frozenLayers: 1)
    let (expected, gradient) = (all.gradient(), some.gradient())
    let pieces = some.layout.pieces()
    #expect(pieces.count < all.layout.pieces().count)
    for piece in pieces {
      for index in piece.gradient..<piece.gradient + piece.count {
        #expect(gradient[index] == expected[index])
      }
    }
  }
}
