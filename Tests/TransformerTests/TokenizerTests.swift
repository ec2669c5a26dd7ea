import Foundation
import Testing
import Transformer

@Suite struct TokenizerTests {
  private static let small = Bundle.module.url(forResource: "Golden", withExtension: nil)!
    .appending(path: "tokenizer/wordpiece-uncased")

  @Test func cutsAtTheEndAndNeverPads() throws {
    let whole = try Tokenizer(folder: Self.small, maximumTokens: 1000)
    let text = "the quick brown fox, the lazy dog"
    let all = whole.encode(text)
    for limit in 3...all.count + 2 {
      let short = try Tokenizer(folder: Self.small, maximumTokens: limit)
      let ids = short.encode(text)
      #expect(ids == (limit < all.count ? Array(all[..<(limit - 1)]) + [all.last!] : all))
      #expect(short.encodeWithOffsets(text).map(\.id) == ids)
    }
    #expect(throws: TokenizerError.self) { try Tokenizer(folder: Self.small, maximumTokens: 2) }
  }

  @Test func namesItsTokens() throws {
    let tokenizer = try Tokenizer(folder: Self.small, maximumTokens: 64)
    #expect(tokenizer.padID == 0)
    #expect(tokenizer.unknownID == 1)
    #expect(tokenizer.clsID == 2)
    #expect(tokenizer.sepID == 3)
    #expect(tokenizer.maskID == 4)
    for id in 0..<Int32(tokenizer.vocabularySize) {
      let token = try #require(tokenizer.token(id))
      #expect(tokenizer.id(of: token) == id)
    }
    #expect(tokenizer.token(-1) == nil)
    #expect(tokenizer.token(Int32(tokenizer.vocabularySize)) == nil)
    #expect(tokenizer.id(of: "no such token") == nil)
  }

  @Test func savesItsFilesByteForByte() throws {
    let folder = try TemporaryFolder()
    try Tokenizer(folder: Self.small, maximumTokens: 64).save(to: folder.url)
    let name = "tokenizer.json"
    let copy = try Data(contentsOf: folder.url.appending(path: name))
    #expect(copy == (try Data(contentsOf: Self.small.appending(path: name))))
  }

  @Test func threadsShareOneTokenizer() throws {
    let tokenizer = try Tokenizer(folder: Self.small, maximumTokens: 64)
    let texts = (0..<400).map { "thé \($0) quick Ünïcödé [SEP] foxes 中文" }
    let wanted = texts.map(tokenizer.encode)
    let results = Results()
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      results.add(texts.map(tokenizer.encode) == wanted)
    }
    #expect(results.all == [Bool](repeating: true, count: 8))
  }

  private final class Results: @unchecked Sendable {
    private let lock = NSLock()
    private(set) var all: [Bool] = []
    func add(_ result: Bool) { lock.withLock { all.append(result) } }
  }
}
