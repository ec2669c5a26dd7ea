import Foundation
import Testing
import Transformer

/// States and attention on the way, against transformers: Golden/generate_observed.py.
@Suite struct ObservedEncoderTests {
  private static let names = [
    "tiny-bert", "roberta", "mpnet", "modernbert", "nomic-bert", "distilbert",
  ]

  private final class Recorder: ForwardObserver {
    /// `[sentence][layer]`
    var states: [[[Float]]] = []
    var attention: [[[Float]]] = []
    var windows: Set<Int?> = []

    func observe(_ states: UnsafePointer<Float>, after layer: Int, _ batch: PackedTokens) {
      if layer == 0 { self.states = batch.sentences.map { _ in [] } }
      if layer == 0 { attention = batch.sentences.map { _ in [] } }
      for (index, sentence) in batch.sentences.enumerated() {
        let width = 32
        self.states[index].append(
          Array(
            UnsafeBufferPointer(
              start: states + sentence.row * width, count: sentence.length * width)))
      }
    }

    func observe(_ observed: ObservedAttention) {
      #expect(attention[observed.sentence].count == observed.layer)
      windows.insert(observed.window)
      attention[observed.sentence].append(
        Array(
          UnsafeBufferPointer(
            start: observed.probabilities,
            count: observed.heads * observed.length * observed.length)))
      for head in 0..<observed.heads {
        for query in 0..<observed.length {
          let row = observed.head(head) + query * observed.length
          let seen = observed.keys(of: query).reduce(0) { $0 + row[$1] }
          #expect(abs(seen - 1) < 1e-5)
        }
      }
    }
  }

  private func run(_ name: String, _ sentences: [[Int32]]) throws -> Recorder {
    let path = name == "tiny-bert" ? name : "families/\(name)"
    let folder = try ModelFolder(at: Golden.url(path))
    #expect(folder.configuration.hiddenSize == 32)
    let network = try TrainableNetwork(folder: folder, head: .states, outputs: 32, seed: 0)
    let recorder = Recorder()
    network.forward(PackedTokens(sentences), observer: recorder)
    return recorder
  }

  /// Largest difference, relative to the largest value.
  private func distance(_ ours: [Float], _ theirs: [Float]) -> Float {
    guard ours.count == theirs.count else { return .infinity }
    let largest = theirs.reduce(0) { max($0, abs($1)) }
    return zip(ours, theirs).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
  }

  @Test(arguments: names)
  func equalsTransformers(name: String) throws {
    let file = "observed/\(name).safetensors"
    let states = try Golden.cases(file, "hidden")
    let attention = try Golden.cases(file, "attention")
    #expect(states.count == 3)
    // All in one batch: what is seen of a sentence does not depend on its neighbors.
    let seen = try run(name, states.map(\.ids))
    for number in states.indices {
      #expect(distance(seen.states[number].flatMap { $0 }, states[number].values) < 1e-5)
      #expect(distance(seen.attention[number].flatMap { $0 }, attention[number].values) < 1e-5)
    }
    #expect(seen.windows == (name == "modernbert" ? [nil, 4] : [nil]))
  }

  /// Beyond the 64 queries of a block.
  @Test func longSentencesAreSeenWhole() throws {
    let ids = (0..<150).map { Int32(4 + $0 * 7 % 90) }
    let long = try run("mpnet", [ids])
    #expect(long.attention[0][0].count == 4 * 150 * 150)
    let both = try run("mpnet", [[5, 6, 7], ids])
    // Not to the last bit: products of training may sum otherwise with more rows.
    #expect(distance(both.attention[1].flatMap { $0 }, long.attention[0].flatMap { $0 }) < 1e-5)
    #expect(distance(both.states[1].flatMap { $0 }, long.states[0].flatMap { $0 }) < 1e-5)
  }
}
