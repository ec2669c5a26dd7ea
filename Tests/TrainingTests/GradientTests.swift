import Files
import Foundation
import Kernels
import Testing
import Training
import Transformer

struct GradientTests {
  private func problem(
    dropout: Float, trainable: Trainable = .init(), adapters: AdapterOptions? = nil
  ) throws -> GradientProblem {
    let golden = try Golden.load()
    let network = try TrainableNetwork(
      folder: ModelFolder(at: Golden.tiny), outputs: 3, seed: 1, adapters: adapters)
    return GradientProblem(
      network, sentences: golden.sentences, labels: golden.labels, dropout: dropout,
      trainable: trainable)
  }

  @Test func forwardEqualsPyTorch() throws {
    let (problem, golden) = (try problem(dropout: 0), try Golden.load())
    #expect(abs(problem.loss() - golden.loss) < 2e-6)
    let logits = UnsafeBufferPointer(start: problem.network.forward(problem.batch), count: 18)
    #expect(distance(logits, golden.logits.flatMap { $0 }) < 5e-6)
  }

  @Test func everyGradientEqualsPyTorch() throws {
    let problem = try problem(dropout: 0)
    // Twice, so that rows left over from the first pass would show.
    problem.gradient()
    problem.gradient()
    let gradient = problem.spreadGradient()
    let stored = try Safetensors(
      file: Golden.folder.appendingPathComponent("gradients.safetensors"))
    for entry in problem.network.parameters.entries {
      let expected = Buffer<Float>(count: entry.count)
      try #require(stored[entry.name]).read(into: expected.pointer)
      let ours = UnsafeBufferPointer(start: gradient.pointer + entry.offset, count: entry.count)
      #expect(distance(ours, expected.values) < 3e-6, "\(entry.name)")
    }
  }

  /// Dropout is on: its masks are a function of seed and step, so differences see the same ones.
  @Test func everyGradientEqualsFiniteDifferences() throws {
    #expect(try problem(dropout: 0.2).worstDifference() < 0.02)
  }

  @Test func frozenLayersHaveNoGradientAndTheOthersTheSame() throws {
    var trainable = Trainable()
    trainable.frozenLayers = 1
    let (all, some) = (try problem(dropout: 0.1), try problem(dropout: 0.1, trainable: trainable))
    all.gradient()
    some.gradient()
    let (expected, found) = (all.spreadGradient(), some.spreadGradient())
    let trained = some.layout.pieces().flatMap { $0.value..<$0.value + $0.count }
    #expect(trained.count < all.layout.pieces().reduce(0) { $0 + $1.count })
    #expect(trained.allSatisfy { found.pointer[$0] == expected.pointer[$0] })
  }

  /// What trains less has the same gradients for what it trains.
  @Test func biasesAloneHaveTheirOwnGradients() throws {
    var trainable = Trainable()
    trainable.method = .biases
    let (all, some) = (try problem(dropout: 0.1), try problem(dropout: 0.1, trainable: trainable))
    all.gradient()
    some.gradient()
    let (expected, found) = (all.spreadGradient(), some.spreadGradient())
    let trained = some.layout.pieces().flatMap { $0.value..<$0.value + $0.count }
    let names = some.network.parameters.entries.filter { trained.contains($0.offset) }.map(\.name)
    #expect(names.allSatisfy { $0.hasSuffix(".bias") || !$0.contains(".layer.") })
    #expect(names.count { $0.contains(".layer.") } == 2 * 8)
    for piece in some.layout.pieces() {
      for index in piece.value..<piece.value + piece.count {
        #expect(abs(found.pointer[index] - expected.pointer[index]) < 1e-6)
      }
    }
  }

  @Test(arguments: [nil, ["all-linear"], ["query", "dense"]])
  func adaptersEqualFiniteDifferences(targets: [String]?) throws {
    var options = AdapterOptions()
    options.rank = 3
    options.alpha = 6
    options.targets = targets
    var trainable = Trainable()
    trainable.method = .lowRank
    let problem = try problem(dropout: 0.2, trainable: trainable, adapters: options)
    // B begins as zero, which would leave A without a gradient.
    var generator = SplitMix64(state: 3)
    for entry in problem.network.parameters.entries where entry.name.contains("lora_B") {
      for index in 0..<entry.count {
        problem.network.parameters.values.pointer[entry.offset + index] =
          Float(generator.normal() * 0.2)
      }
    }
    #expect(problem.worstDifference() < 0.02)
  }

  @Test func adaptersStartAsNothing() throws {
    var options = AdapterOptions()
    options.targets = [AdapterOptions.everyLayer]
    let (plain, adapted) = (
      try problem(dropout: 0), try problem(dropout: 0, adapters: options)
    )
    #expect(plain.loss() == adapted.loss())
    #expect(throws: FileError.self) {
      var wrong = AdapterOptions()
      wrong.targets = ["querry"]
      _ = try problem(dropout: 0, adapters: wrong)
    }
  }
}
