import Neighbors
import Testing

@Suite struct LexicalJoinTests {
  /// Sentences from a small vocabulary, many of them another one with a word changed.
  private static func texts(_ count: Int, seed: UInt64) -> [String] {
    var generator = Generator(seed)
    let words = (0..<60).map { "word\($0)" } + ["naïve", "東", "京", "都", "ไทย"]
    var sentences: [[String]] = []
    for _ in 0..<count {
      if let old = sentences.randomElement(using: &generator), Bool.random(using: &generator) {
        var new = old
        new[Int.random(in: 0..<new.count, using: &generator)] =
          words.randomElement(using: &generator)!
        sentences.append(new)
      } else {
        let length = Int.random(in: 1...25, using: &generator)
        sentences.append((0..<length).map { _ in words.randomElement(using: &generator)! })
      }
    }
    return sentences.map { $0.joined(separator: " ") }
  }

  private func bruteForce(
    _ texts: [String], _ shingling: Shingling, _ threshold: Float,
    over size: (Set<UInt64>, Set<UInt64>) -> Int
  ) -> [ScoredPair] {
    let sets = texts.map { Set(shingling.shingles(of: $0)) }
    var pairs: [ScoredPair] = []
    for a in texts.indices where !sets[a].isEmpty {
      for b in texts.indices where b > a && !sets[b].isEmpty {
        let shared = sets[a].intersection(sets[b]).count
        let score = Float(Double(shared) / Double(size(sets[a], sets[b])))
        if score >= threshold { pairs.append(ScoredPair(a: UInt32(a), b: UInt32(b), score: score)) }
      }
    }
    return pairs
  }

  @Test(arguments: [0.3, 0.5, 0.7, 0.8, 0.95, 1] as [Float])
  func jaccardPairsAgreeWithBruteForce(threshold: Float) {
    let texts = Self.texts(500, seed: 51) + ["", "...", "  "]
    let shingling = Shingling(words: 1)
    let expected = bruteForce(texts, shingling, threshold) { $0.union($1).count }
    let found = LexicalJoin.pairs(texts: texts, threshold: threshold, shingling: shingling)
    #expect(Set(found).isSubset(of: expected))
    #expect(expected.count > 10)
    #expect(Double(found.count) >= 0.999 * Double(expected.count))
    #expect(found == found.sorted { ($0.a, $0.b) < ($1.a, $1.b) })
    #expect(
      found == LexicalJoin.pairs(texts: texts, threshold: threshold, shingling: shingling))
  }

  @Test(arguments: [0.4, 0.75, 1] as [Float])
  func containedPairsAgreeWithBruteForce(threshold: Float) {
    let texts = Self.texts(300, seed: 52) + ["", "!"]
    for shingling in [Shingling(words: 1), Shingling()] {
      let expected = bruteForce(texts, shingling, threshold) { min($0.count, $1.count) }
      #expect(expected.count > 20)
      #expect(
        LexicalJoin.containedPairs(texts: texts, threshold: threshold, shingling: shingling)
          == expected)
    }
  }

  @Test func shinglesFollowWordsAndScripts() {
    let two = Shingling(words: 2, characters: 2)
    #expect(two.shingles(of: "The cat sat") == two.shingles(of: "the  CAT, sat!"))
    #expect(two.shingles(of: "one two three four").count == 3)
    #expect(two.shingles(of: "cat").count == 1)
    #expect(two.shingles(of: "a b a b").count == 2)
    #expect(two.shingles(of: "東京都庁").count == 3)
    #expect(two.shingles(of: "東京 都庁").count == 2)
    #expect(two.shingles(of: "東京。都庁") == two.shingles(of: "東京 都庁"))
    #expect(two.shingles(of: "tokyo 東京都 tower").count == 4)
    #expect(two.shingles(of: "naïve idea") != two.shingles(of: "naive idea"))
    #expect(two.shingles(of: "한국어 문장").count == 1)
    #expect(two.shingles(of: "").isEmpty)
    #expect(two.shingles(of: " \u{3000}…—").isEmpty)
  }

  @Test func shinglesOfOneWordCannotMeetThoseOfTwo() {
    let two = Shingling(words: 2)
    #expect(Set(two.shingles(of: "ab")).isDisjoint(with: two.shingles(of: "a b")))
  }

  @Test func nothingToPair() {
    #expect(LexicalJoin.pairs(texts: [], threshold: 0.5).isEmpty)
    #expect(LexicalJoin.pairs(texts: ["a", "b"], threshold: 0.5).isEmpty)
    #expect(LexicalJoin.pairs(texts: ["", ""], threshold: 0.5).isEmpty)
    #expect(LexicalJoin.pairs(texts: ["x y", "x y"], threshold: 1).map(\.score) == [1])
    #expect(LexicalJoin.containedPairs(texts: [], threshold: 0.5).isEmpty)
  }
}
