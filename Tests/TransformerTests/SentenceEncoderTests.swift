import Files
import Foundation
import Synchronization
import Testing
import Transformer

@Suite(.enabled(if: Golden.miniLM != nil, "all-MiniLM-L6-v2 is not here: see Docs/Testing"))
struct SentenceEncoderTests {
  private struct Case: Decodable {
    var text: String
    var vector: [Double]
  }

  private func embed(_ encoder: SentenceEncoder, _ texts: [String]) throws -> [[Float]] {
    var rows = [Float](repeating: .nan, count: texts.count * encoder.dimension)
    _ = try rows.withUnsafeMutableBufferPointer { try encoder.embed(texts, into: $0.baseAddress!) }
    return (0..<texts.count).map {
      Array(rows[$0 * encoder.dimension..<($0 + 1) * encoder.dimension])
    }
  }

  @Test func vectorsOfTextsEqualSentenceTransformers() throws {
    let cases: [Case] = try Golden.decode("minilm.json")
    let encoder = try SentenceEncoder(
      folder: ModelFolder(at: Golden.miniLM!), precision: .float32)
    for (golden, row) in zip(cases, try embed(encoder, cases.map(\.text))) {
      let cosine = zip(golden.vector, row).reduce(0) { $0 + $1.0 * Double($1.1) }
      #expect(1 - cosine < 1e-5, "\(golden.text.prefix(40))")
    }
  }

  @Test func windowsKeepTheOrder() throws {
    let folder = try ModelFolder(at: Golden.miniLM!)
    let encoder = try SentenceEncoder(folder: folder, maximumTokens: 8)
    // More texts than a window holds, in a repeating pattern whose rows are known.
    let pattern = (0..<100).map { "number \($0)" }
    let expected = try embed(encoder, pattern)
    let count = 8300
    let most = Mutex(0)
    var rows = [Float](repeating: .nan, count: count * encoder.dimension)
    _ = try rows.withUnsafeMutableBufferPointer { rows in
      try encoder.embed((0..<count).map { pattern[$0 % 100] }, into: rows.baseAddress!) { done in
        most.withLock { $0 = max($0, done) }
      }
    }
    #expect(most.withLock { $0 } == count)
    for index in stride(from: 0, to: count, by: 37) {
      let row = rows[index * encoder.dimension..<(index + 1) * encoder.dimension]
      let distance = zip(row, expected[index % 100]).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(distance < 1e-6)
    }
  }

  @Test func identityNamesWhatMadeTheVectors() throws {
    let folder = try ModelFolder(at: Golden.miniLM!)
    let identity = try SentenceEncoder(folder: folder, precision: .float32).identity
    #expect(identity.pooling == "mean" && identity.precision == "f32")
    #expect(identity.maximumTokens == 256)
    #expect(identity.hash == folder.hash && identity.hash.count == 64)
    #expect(throws: FileError.self) { try SentenceEncoder(folder: folder, maximumTokens: 513) }
    #expect(throws: FileError.self) { try SentenceEncoder(folder: folder, maximumTokens: 1) }
  }
}
