import Curation
import Testing

/// The removal rule over small random data sets with everything at once: all stages with real
/// joins, labels, protected records, decisions by hand, guards, every keep rule, policy and scope.
@Suite struct RemovalPropertyTests {
  private func forEachCorpus(
    seed: UInt64, _ count: Int, _ body: (RandomCorpus, inout TestRandom) throws -> Void
  ) rethrows {
    var random = TestRandom(seed)
    for _ in 0..<count {
      let corpus = RandomCorpus(&random)
      try body(corpus, &random)
    }
  }

  /// Kept, witness, score and stage of every record are those of the rule read literally.
  @Test func everyDecisionIsTheOracles() throws {
    var seen: Set<String> = []
    try forEachCorpus(seed: 21, 1500) { corpus, _ in
      let result = try corpus.decide()
      let (found, expected) = (corpus.named(result), corpus.oracle.outcome())
      #expect(found == expected, "\(corpus)")
      let settings = corpus.settings
      for removal in result.removals {
        seen.insert("\(removal.stage) in \(settings.scope)")
        seen.insert("\(settings.keep) with \(settings.conflicts)")
      }
      if !expected.dropped.isEmpty {
        seen.insert("drops in \(settings.scope) \(settings.conflicts)")
      }
      if !result.vetoes.isEmpty { seen.insert("vetoes at \(result.vetoes[0].stage)") }
      if expected.repeats > 0 { seen.insert("repeats") }
    }
    // Nothing was left out: 5 stages by 2 scopes, 7 rules by 4 policies, 2 policies that drop by 2
    // scopes, 3 guarded stages, and protected records that repeat one another.
    #expect(seen.count == 10 + 28 + 4 + 3 + 1, "\(seen.sorted())")
  }

  /// Every record is kept, removed for a kept one, or dropped; protected ones are kept; and two
  /// kept records that are the same are out of scope or listed.
  @Test func everyRecordIsAccountedForAndEveryKeptPairListed() throws {
    try forEachCorpus(seed: 22, 400) { corpus, _ in
      let (records, oracle) = (corpus.records, corpus.oracle)
      let result = try corpus.decide()
      let rows =
        result.kept + result.removals.map(\.row) + result.setAside
        + result.conflicts.filter(\.isDropped).map(\.row)
      #expect(rows.sorted() == Array(0..<UInt32(records.count)))
      let kept = Set(result.kept)
      #expect(result.removals.allSatisfy { kept.contains($0.witness) })
      #expect(records.indices.allSatisfy { !records[$0].isProtected || kept.contains(UInt32($0)) })
      #expect(result.setAside.allSatisfy { records[Int($0)].isDropped })

      func kind(_ row: UInt32) -> String {
        records[Int(row)].text + "\t" + (records[Int(row)].label ?? "")
      }
      let vetoes = Set(result.vetoes.map { Set([kind($0.row), kind($0.other)]) })
      let conflicts = Set(result.conflicts.map { Set([kind($0.row), kind($0.other)]) })
      for (a, b) in allPairs(records.count) where kept.contains(a) && kept.contains(b) {
        let (left, right) = (Int(a), Int(b))
        guard oracle.isInScope(left, right) else { continue }
        let pair = Set([kind(a), kind(b)])
        let isNear = oracle.settings.stages.contains {
          oracle.score($0, left, right) >= oracle.settings.thresholds[$0] ?? 1
        }
        if isNear && oracle.isVetoed(left, right) {
          #expect(vetoes.contains(pair) || conflicts.contains(pair), "\(corpus)")
        } else if isNear {
          #expect(oracle.labelsDiffer(left, right) && conflicts.contains(pair), "\(corpus)")
        }
      }
    }
  }

  /// Neither the order of records or pairs, nor the size of the join's blocks, nor its filter.
  @Test func mannerOfWorkingChangesNothing() throws {
    try forEachCorpus(seed: 23, 300) { corpus, random in
      let expected = corpus.named(try corpus.decide())
      for blockRows in [1, 2, 7] {
        let manner = JoinManner(
          blockRows: blockRows, filter: blockRows == 2 ? .int8 : .float32, seed: random.next())
        #expect(corpus.named(try corpus.decide(manner)) == expected)
        if corpus.settings.keep == "first" { continue }
        let order = Array(corpus.records.indices).shuffled(using: &random)
        let shuffled = corpus.restricted(to: order)
        #expect(shuffled.named(try shuffled.decide(manner)) == expected, "\(corpus)")
      }
    }
  }

  /// What was kept is kept when it is all there is; only `majority` may find another rarer label
  /// once the records around it are fewer.
  @Test func whatIsKeptStaysKept() throws {
    try forEachCorpus(seed: 24, 500) { corpus, _ in
      let result = try corpus.decide()
      let rest = corpus.restricted(to: result.kept.map { Int($0) })
      let again = try rest.decide()
      #expect(again.removals.isEmpty && again.setAside.isEmpty, "\(corpus)")
      if corpus.settings.conflicts != "majority" {
        #expect(again.kept.count == rest.records.count, "\(corpus)")
      }
    }
  }

  /// Nothing is near at a threshold no pair reaches: of every text and label one record stays.
  @Test func thresholdAboveEveryScoreKeepsEveryText() throws {
    try forEachCorpus(seed: 25, 200) { corpus, _ in
      var strict = corpus
      strict.settings.stages = [.exact, .lexical, .containment, .semantic]
      strict.settings.thresholds = [.lexical: 1.01, .containment: 1.01, .semantic: 1.01]
      strict.settings.conflicts = "keepBoth"
      let result = try strict.decide()
      let keptTexts = Set(result.kept.map { strict.records[Int($0)].text })
      #expect(keptTexts == Set(strict.records.filter { !$0.isDropped }.map(\.text)))
      #expect(result.removals.allSatisfy { $0.stage == .exact && $0.score == 1 })
      #expect(result.vetoes.isEmpty)
    }
  }
}
