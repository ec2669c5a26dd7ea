import Kernels
import Study
import Testing

/// Folds of judged pairs, and what is said of a change.
@Suite struct AdaptationTests {
  /// Pairs of a few texts each, as labelers make them.
  private func pairs(texts: Int, count: Int, seed: UInt64) -> [JudgedPair] {
    var generator = SplitMix64(state: seed)
    return (0..<count).map { _ in
      let group = Int(generator.next() % UInt64(texts / 4))
      func text() -> String { "text \(group * 4 + Int(generator.next() % 4))" }
      return JudgedPair(a: text(), b: text(), isDuplicate: generator.next() % 3 == 0)
    }
  }

  private func texts(_ pairs: [JudgedPair], _ numbers: [Int]) -> Set<String> {
    Set(numbers.flatMap { [pairs[$0].a, pairs[$0].b] })
  }

  @Test(arguments: [3, 5]) func noTextIsInTwoFolds(count: Int) {
    let pairs = pairs(texts: 400, count: 500, seed: 1)
    let folds = PairFolds(pairs, count: count, seed: 0)
    #expect(folds.tested.count == pairs.count)
    #expect((0..<count).flatMap { folds.within($0) }.sorted() == Array(pairs.indices))
    for fold in 0..<count {
      let (tested, others) = (folds.within(fold), folds.outside([fold]))
      #expect(texts(pairs, tested).isDisjoint(with: texts(pairs, others)))
      #expect(tested.count + others.count == pairs.count)
      let duplicates = tested.count { pairs[$0].isDuplicate }
      #expect(abs(duplicates - pairs.count { $0.isDuplicate } / count) <= 3)
    }
  }

  @Test func whatIsJudgedAgainstEverythingIsHeldTogetherByDuplicatesAlone() {
    // Each text twice, as duplicates, and against the next one, as others: one ring through all.
    let duplicates = (0..<60).map {
      JudgedPair(a: "text \($0)", b: "the text \($0)", isDuplicate: true)
    }
    let others = (0..<60).map {
      JudgedPair(a: "text \($0)", b: "text \(($0 + 1) % 60)", isDuplicate: false)
    }
    let pairs = duplicates + others
    let folds = PairFolds(pairs, count: 4, seed: 0)
    #expect(folds.tested.count { pairs[$0].isDuplicate } == 60)
    #expect((1..<60).contains(folds.tested.count { !pairs[$0].isDuplicate }))
    for fold in 0..<4 {
      let tested = texts(pairs, folds.within(fold))
      #expect(tested.isDisjoint(with: texts(pairs, folds.outside([fold]))))
    }
  }

  @Test func foldsDoNotDependOnTheOrderOfPairs() {
    let pairs = pairs(texts: 100, count: 90, seed: 2)
    func fold(_ pairs: [JudgedPair]) -> [Set<JudgedPair>] {
      let folds = PairFolds(pairs, count: 3, seed: 7)
      return (0..<3).map { Set(folds.within($0).map { pairs[$0] }) }
    }
    #expect(fold(pairs) == fold(pairs.reversed()))
  }

  @Test func gainIsOfF1AndItsIntervalOfGroups() {
    // Before: half of the duplicates found, one other too. After: all of them, and none.
    let items = (0..<40).flatMap { group in
      [
        DuplicateJudgments.Item(
          group: group, isDuplicate: true, before: group % 2 == 0, after: true),
        DuplicateJudgments.Item(
          group: group, isDuplicate: false, before: group == 3, after: false),
      ]
    }
    let judged = DuplicateJudgments(items)
    #expect(judged.groups == 40)
    #expect(judged.before.precision == 20.0 / 21 && judged.before.recall == 0.5)
    #expect(judged.after.f1 == 1)
    let gain = judged.gain
    #expect(abs(gain.value - (1 - 2 * 20.0 / 61)) < 1e-12)
    #expect(gain.low > 0.15 && gain.high < 0.55 && gain.low < gain.value && gain.value < gain.high)
    #expect(gain.isGain)
    // The same pairs, all of one group, say nothing of new ones.
    let one = DuplicateJudgments(
      items.map {
        DuplicateJudgments.Item(
          group: 0, isDuplicate: $0.isDuplicate, before: $0.before, after: $0.after)
      })
    #expect(one.groups == 1)
    let same = DuplicateJudgments(
      items.map {
        DuplicateJudgments.Item(
          group: $0.group, isDuplicate: $0.isDuplicate, before: $0.before, after: $0.before)
      })
    #expect(same.gain == DuplicateGain(value: 0, low: 0, high: 0) && !same.gain.isGain)
  }
}
