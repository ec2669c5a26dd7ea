import Foundation
import Kernels
import Testing
import Transformer

@Suite struct TokenEncoderTests {
  private struct States: Decodable {
    var ids: [Int32]
    var states: [Float]
  }

  private let folder: ModelFolder
  private let encoder: TokenEncoder

  init() throws {
    folder = try ModelFolder(at: Golden.url("tiny-bert"))
    encoder = TokenEncoder(
      folder.configuration, folder.weights, pooling: .mean, precision: .float32)
  }

  private func embed(_ encoder: TokenEncoder, _ sentences: [[Int32]]) -> [[Float]] {
    var rows = [Float](repeating: .nan, count: sentences.count * encoder.dimension)
    rows.withUnsafeMutableBufferPointer { encoder.embed(sentences, into: $0.baseAddress!) }
    return (0..<sentences.count).map {
      Array(rows[$0 * encoder.dimension..<($0 + 1) * encoder.dimension])
    }
  }

  private func randomSentences(_ count: Int, seed: UInt64, lengths: ClosedRange<Int>) -> [[Int32]] {
    var generator = SplitMix(state: seed)
    return (0..<count).map { _ in
      (0..<Int.random(in: lengths, using: &generator)).map { _ in
        Int32.random(in: 0..<101, using: &generator)
      }
    }
  }

  private func distance(_ left: [Float], _ right: [Float]) -> Float {
    zip(left, right).reduce(0) { Swift.max($0, abs($1.0 - $1.1)) }
  }

  @Test func hiddenStatesEqualTransformers() throws {
    let cases: [States] = try Golden.decode("tiny-bert/states.json")
    #expect(cases.count == 15)
    for golden in cases {
      let states = encoder.hiddenStates(golden.ids)
      #expect(states.count == golden.states.count)
      #expect(distance(states, golden.states) < 1e-5, "length \(golden.ids.count)")
    }
  }

  @Test func hiddenStatesEqualTheReference() {
    let reference = ReferenceEncoder(configuration: folder.configuration, weights: folder.weights)
    for ids in randomSentences(20, seed: 1, lengths: 1...48) {
      let expected = reference.hiddenStates(ids).flatMap { $0.map(Float.init) }
      #expect(distance(encoder.hiddenStates(ids), expected) < 1e-5)
    }
  }

  @Test(
    .enabled(if: Precision.supported != [.float32], "this processor multiplies in float32 alone"),
    arguments: [(Precision.bfloat16, Float(0.9998)), (.int8, 0.995), (.int7, 0.99)].filter {
      Precision.supported.contains($0.0)
    })
  func lowPrecisionStaysNearFloat32(precision: Precision, least: Float) {
    let narrow = TokenEncoder(
      folder.configuration, folder.weights, pooling: .mean, precision: precision)
    let sentences = randomSentences(50, seed: 2, lengths: 1...48)
    let rows = embed(narrow, sentences)
    for (wide, narrow) in zip(embed(encoder, sentences), rows) {
      let cosine = zip(wide, narrow).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(cosine > least)
      #expect(wide != narrow, "low precision must round")
    }
    for index in stride(from: 0, to: sentences.count, by: 5) {
      #expect(embed(narrow, [sentences[index]])[0] == rows[index], "rows are their own")
    }
  }

  @Test func rowsDependOnTheirSentenceAlone() {
    let sentences = randomSentences(400, seed: 3, lengths: 0...48)
    let together = embed(encoder, sentences)
    for (index, sentence) in sentences.enumerated() where index % 7 == 0 {
      #expect(distance(embed(encoder, [sentence])[0], together[index]) < 1e-6)
    }
    var order = Array(sentences.indices)
    var generator = SplitMix(state: 4)
    order.shuffle(using: &generator)
    let shuffled = embed(encoder, order.map { sentences[$0] })
    for (place, index) in order.enumerated() {
      #expect(distance(shuffled[place], together[index]) < 1e-6)
    }
  }

  @Test func rowsAreUnitVectorsOrZero() {
    let sentences = randomSentences(60, seed: 5, lengths: 0...5)
    for pooling in Pooling.allCases {
      let encoder = TokenEncoder(
        folder.configuration, folder.weights, pooling: pooling, precision: .float32)
      for (sentence, row) in zip(sentences, embed(encoder, sentences)) {
        let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(abs(length - (sentence.isEmpty ? 0 : 1)) < 1e-5)
      }
    }
    #expect(embed(encoder, []).isEmpty)
  }

  @Test func poolingFollowsItsDefinition() {
    let ids: [Int32] = [3, 1, 4, 1, 5, 9, 2, 6]
    let size = encoder.dimension
    let flat = encoder.hiddenStates(ids)
    let states = (0..<ids.count).map { Array(flat[$0 * size..<($0 + 1) * size]) }
    let definitions: [Pooling: (Int) -> Float] = [
      .cls: { states[0][$0] },
      .mean: { index in states.reduce(0) { $0 + $1[index] } / Float(states.count) },
      .max: { index in states.map { $0[index] }.max()! },
    ]
    for (pooling, definition) in definitions {
      let raw = (0..<size).map(definition)
      let length = raw.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let encoder = TokenEncoder(
        folder.configuration, folder.weights, pooling: pooling, precision: .float32)
      #expect(distance(embed(encoder, [ids])[0], raw.map { $0 / length }) < 1e-6)
    }
  }

  @Test(.enabled(if: Golden.miniLM != nil, "all-MiniLM-L6-v2 is not here: see Docs/Testing"))
  func vectorsEqualSentenceTransformers() throws {
    struct Case: Decodable {
      var text: String
      var ids: [Int32]
      var vector: [Double]
    }
    let cases: [Case] = try Golden.decode("minilm.json")
    let folder = try ModelFolder(at: Golden.miniLM!)
    for precision in [Precision.float32, .automatic] {
      let encoder = TokenEncoder(
        folder.configuration, folder.weights, pooling: folder.pooling, precision: precision)
      let limit = encoder.precision == .float32 ? 1e-5 : 5e-4
      for (golden, row) in zip(cases, embed(encoder, cases.map(\.ids))) {
        let cosine = zip(golden.vector, row).reduce(0) { $0 + $1.0 * Double($1.1) }
        #expect(1 - cosine < limit, "\(precision): \(golden.text.prefix(40))")
      }
    }
  }
}
