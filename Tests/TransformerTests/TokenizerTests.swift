import Files
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
    #expect(throws: FileError.self) { try Tokenizer(folder: Self.small, maximumTokens: 2) }
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

  /// Scores are read as the standard library reads them: one that rounds otherwise would change
  /// which of two close pieces wins.
  @Test func scoresAreReadToTheNearestDouble() throws {
    var chance = Chance()
    var numbers = ["0.1", "9007199254740993", "-13.719580650329590", "1.7976931348623157"]
    for _ in 0..<20_000 {
      let digits = UInt64.random(in: 1...9_999_999_999_999_999_999, using: &chance)
      var text = String(digits >> UInt64.random(in: 0...60, using: &chance))
      text.insert(
        ".",
        at: text.index(text.startIndex, offsetBy: Int.random(in: 1...text.count, using: &chance)))
      numbers.append(
        (Bool.random(using: &chance) ? "-" : "") + text + (text.hasSuffix(".") ? "0" : ""))
    }
    for number in numbers {
      var number = number
      let value = number.withUTF8(DecimalNumber.value)
      #expect(value == Double(number), "\(number)")
    }
  }

  /// What the cache of words gives is what the model gives: words of every length up to its limit
  /// and beyond, met again and again, among more than it holds.
  @Test(arguments: ["wordpiece-cased", "bpe-llama2", "bpe-roberta", "unigram-xlmr"])
  func knownWordsKeepTheirTokens(name: String) throws {
    let folder = Self.small.deletingLastPathComponent().appending(path: name)
    let tokenizer = try Tokenizer(folder: folder, maximumTokens: 1 << 20)
    var chance = Chance()
    let letters = ["a", "b", "the", "x", "é", "中", "\u{0}", "▁", "1", "😀"]
    for _ in 0..<300 {
      let words = (0..<100).map { _ in
        (0...Int.random(in: 0...11, using: &chance)).map { _ in
          letters.randomElement(using: &chance)!
        }.joined()
      }
      let text = (words + words).joined(separator: " ")
      #expect(tokenizer.encode(text) == tokenizer.encodeWithOffsets(text).map(\.id))
    }
  }

  private final class Results: @unchecked Sendable {
    private let lock = NSLock()
    private(set) var all: [Bool] = []
    func add(_ result: Bool) { lock.withLock { all.append(result) } }
  }
}
