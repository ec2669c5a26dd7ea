import Corpus
import Curation
import Foundation
import Neighbors
import Testing

/// A small data set: texts as names, relations as functions of the names, so that rows can be
/// shuffled without changing what they are.
struct World {
  var texts: [String]
  var labels: [Int32]
  var isProtected: [Bool]
  /// Names that are the same after normalization map to one name.
  var normalized: (String) -> String = { $0 }
  var similarity: (String, String) -> Float? = { _, _ in nil }
  var stages: Set<RemovalStage> = [.exact, .normalized, .semantic]
  var threshold: Float = 0.9
  var options = RemovalOptions()
  var rule = KeepRule.longest
  var lengths: [Int]?
  var veto: (String, String) -> GuardVeto? = { _, _ in nil }

  init(_ texts: [String], labels: [Int32]? = nil, isProtected: [Bool]? = nil) {
    self.texts = texts
    self.labels = labels ?? texts.map { _ in -1 }
    self.isProtected = isProtected ?? texts.map { _ in false }
  }

  /// Ids follow the row unless rows were shuffled, so that equal texts can be told apart.
  var ids: [String]?

  var records: RecordColumns {
    RecordColumns(
      ids: ids ?? texts.indices.map { "r\($0)" }, texts: texts.map { ContentHash($0) },
      lengths: lengths ?? texts.map(\.utf8.count), labels: labels, isProtected: isProtected)
  }

  var distinct: HashGroups { HashGroups(records.texts) }

  func graph() -> PairGraph {
    let names = distinct.representatives.map { texts[Int($0)] }
    let pairs = allPairs(names.count).compactMap { a, b in
      similarity(names[Int(a)], names[Int(b)]).map { ScoredPair(a: a, b: b, score: $0) }
    }
    return PairGraph(vertexCount: names.count, pairs: pairs)
  }

  func relations() -> [StageRelation] {
    stages.sorted().map { stage in
      switch stage {
      case .exact: .exact(distinct)
      case .normalized: .normalized(HashGroups(texts.map { ContentHash(normalized($0)) }))
      case .lexical: .lexical(graph(), threshold: threshold)
      case .containment: .containment(graph(), threshold: threshold)
      case .semantic: .semantic(graph(), threshold: threshold)
      }
    }
  }

  func run(order: CanonicalOrder? = nil) -> RemovalResult {
    let removal = GreedyRemoval(
      records: records, texts: distinct,
      order: order ?? CanonicalOrder(rule: rule, records: records), stages: relations(),
      options: options)
    return removal.run { veto(texts[Int($1)], texts[Int($2)]) }
  }

  func score(_ stage: RemovalStage, _ a: UInt32, _ b: UInt32) -> Float {
    let (left, right) = (texts[Int(a)], texts[Int(b)])
    if left == right { return 1 }
    switch stage {
    case .exact: return 0
    case .normalized: return normalized(left) == normalized(right) ? 1 : 0
    case .lexical, .containment, .semantic:
      return similarity(left, right) ?? similarity(right, left) ?? 0
    }
  }

  func violations(_ result: RemovalResult) -> [Violation] {
    var keptPairs: [RemovalStage: [ScoredPair]] = [:]
    var thresholds: [RemovalStage: Float] = [:]
    for stage in stages {
      thresholds[stage] = stage <= .normalized ? 1 : threshold
      for (a, b) in allPairs(texts.count) where score(stage, a, b) >= thresholds[stage]! {
        keptPairs[stage, default: []].append(
          ScoredPair(a: a, b: b, score: score(stage, a, b)))
      }
    }
    return Verification(
      records: records, result: result, thresholds: thresholds, options: options
    ).violations(
      score: score, veto: { veto(texts[Int($1)], texts[Int($2)]) }, keptPairs: keptPairs)
  }

  /// The same records in another order.
  func shuffled(_ order: [Int]) -> World {
    var copy = self
    let ids = records.ids
    copy.texts = order.map { texts[$0] }
    copy.labels = order.map { labels[$0] }
    copy.isProtected = order.map { isProtected[$0] }
    copy.ids = order.map { ids[$0] }
    copy.lengths = lengths.map { lengths in order.map { lengths[$0] } }
    return copy
  }
}

/// A result in terms of ids, to compare across shuffles.
private func named(_ result: RemovalResult, _ world: World) -> [String] {
  let ids = world.records.ids
  func name(_ row: UInt32) -> String { ids[Int(row)] }
  return
    (result.kept.map { "keep \(name($0))" }
    + result.removals.map { "\(name($0.row)) for \(name($0.witness)) \($0.score) \($0.stage)" }
    + result.vetoes.map { "\(name($0.row)) not \(name($0.other)) \($0.stage)" }
    + result.conflicts.map {
      "\(name($0.row)) against \(name($0.other)) \($0.stage) \($0.isDropped)"
    }).sorted()
}

@Suite struct GreedyRemovalTests {
  /// Every graph on up to five texts in every canonical order: the three promises hold.
  @Test func everySmallWorldKeepsThePromises() {
    for count in 1...5 {
      let names = (0..<count).map { "t\($0)" }
      let orders = permutations(count).map { CanonicalOrder(rows: $0) }
      for edges in allGraphs(count) {
        var scores: [String: Float] = [:]
        for edge in edges { scores["t\(edge.a) t\(edge.b)"] = edge.score }
        var world = World(names)
        world.similarity = { scores["\($0) \($1)"] ?? scores["\($1) \($0)"] }
        let removal = GreedyRemoval(
          records: world.records, texts: world.distinct, order: orders[0],
          stages: world.relations())
        let connected = RowGroups.connected(world.graph(), texts: world.distinct, atLeast: 0.9)
        for order in orders {
          let result = GreedyRemoval(
            records: removal.records, texts: removal.texts, order: order, stages: removal.stages
          ).run()
          let kept = Set(result.kept)
          #expect(result.kept.count + result.removals.count == count)
          for removed in result.removals {
            let score = world.score(.semantic, removed.row, removed.witness)
            #expect(kept.contains(removed.witness) && score >= 0.9 && score == removed.score)
            #expect(order.ranks[Int(removed.witness)] < order.ranks[Int(removed.row)])
          }
          for (a, b) in allPairs(count) where kept.contains(a) && kept.contains(b) {
            #expect(world.score(.semantic, a, b) < 0.9)
          }
          let groupsKept = Set(result.kept.map { connected.groupOfRow[Int($0)] })
          #expect(groupsKept.count == connected.count)
        }
      }
    }
  }

  /// Random worlds with repeated texts, normalized twins, labels, protected rows and vetoes: no
  /// violation under any option, and shuffled rows give the same result.
  @Test func randomWorldsVerifyAndDoNotDependOnOrder() {
    var random = TestRandom(7)
    for trial in 0..<400 {
      let count = Int.random(in: 1...14, using: &random)
      // Capitals are twins of small letters; there are at most 8 texts of 4 normalized forms.
      let alphabet = ["a", "A", "b", "B", "c", "C", "d", "D"]
      let texts = (0..<count).map { _ in alphabet.randomElement(using: &random)! }
      var world = World(
        texts, labels: texts.map { _ in Int32.random(in: -1...1, using: &random) },
        isProtected: texts.map { _ in Int.random(in: 0..<4, using: &random) == 0 })
      world.normalized = { $0.lowercased() }
      var scores: [Set<String>: Float] = [:]
      var vetoed = Set<Set<String>>()
      for (a, b) in allPairs(alphabet.count) where Bool.random(using: &random) {
        let pair: Set = [alphabet[Int(a)], alphabet[Int(b)]]
        scores[pair] = Float.random(in: 0.8...1, using: &random)
        if Int.random(in: 0..<3, using: &random) == 0 { vetoed.insert(pair) }
      }
      world.similarity = { scores[[$0, $1]] }
      world.veto = {
        vetoed.contains([$0, $1]) ? GuardVeto(kind: .names, detail: "test") : nil
      }
      world.stages = [
        [.exact, .normalized, .semantic], [.exact, .semantic], [.normalized], [.semantic],
        [.exact, .normalized, .lexical, .semantic],
      ].randomElement(using: &random)!
      world.lengths = texts.map { _ in Int.random(in: 1...3, using: &random) }
      world.options = RemovalOptions(
        scope: [.all, .leakage].randomElement(using: &random)!,
        conflicts: RemovalOptions.ConflictPolicy.allCases.randomElement(using: &random)!)
      let result = world.run()
      let found = world.violations(result)
      #expect(found.isEmpty, "trial \(trial): \(found)")

      let shuffled = world.shuffled(Array(0..<count).shuffled(using: &random))
      #expect(named(result, world) == named(shuffled.run(), shuffled), "trial \(trial)")
    }
  }

  /// Running the removal again on what it kept removes nothing, under policies that decide by pair.
  @Test func removalIsIdempotent() {
    var random = TestRandom(11)
    for _ in 0..<100 {
      let texts = (0..<12).map { _ in "\(Int.random(in: 0..<9, using: &random))" }
      var world = World(texts)
      var scores: [Set<String>: Float] = [:]
      for (a, b) in allPairs(9) where Int.random(in: 0..<3, using: &random) == 0 {
        scores[["\(a)", "\(b)"]] = Float.random(in: 0.8...1, using: &random)
      }
      world.similarity = { scores[[$0, $1]] }
      let kept = world.run().kept.map { Int($0) }
      #expect(world.shuffled(kept).run().removals.isEmpty)
    }
  }

  /// A normalized twin whose representative is removed at the semantic stage must not keep that
  /// representative as its witness: stage after stage over survivors gets this wrong.
  @Test func witnessOfACheapStageSurvivesADearOne() {
    var world = World(["ABC", "abc", "abcd"])
    world.lengths = [2, 1, 3]
    world.normalized = { $0.lowercased() }
    world.similarity = { [$0, $1].sorted() == ["ABC", "abcd"] ? 0.95 : 0.5 }
    let result = world.run()
    // ABC goes for abcd; abc is not near abcd, and the twin it had is gone: it stays.
    #expect(result.kept == [1, 2])
    #expect(result.removals == [Removal(row: 0, witness: 2, score: 0.95, stage: .semantic)])
    #expect(world.violations(result).isEmpty)
  }

  @Test func cheapestStageIsNamedAndHighestScoreIsTheWitness() {
    var world = World(["aaaa", "bbb", "cc", "cc"])
    world.similarity = { [$0, $1].sorted() == ["aaaa", "bbb"] ? 0.1 : $0 < $1 ? 0.92 : 0.92 }
    var scores: [Set<String>: Float] = [["aaaa", "cc"]: 0.92, ["bbb", "cc"]: 0.95]
    world.similarity = { [scores] in scores[[$0, $1]] }
    #expect(
      world.run().removals == [
        Removal(row: 2, witness: 1, score: 0.95, stage: .semantic),
        Removal(row: 3, witness: 1, score: 0.95, stage: .semantic),
      ])
    // At equal scores the earlier in canonical order (the longest).
    scores[["bbb", "cc"]] = 0.92
    world.similarity = { [scores] in scores[[$0, $1]] }
    #expect(world.run().removals.map(\.witness) == [0, 0])
  }

  @Test func leakageScopeLeavesRepetitionWithinTraining() {
    var world = World(["x", "x", "y", "z", "z"], isProtected: [true, true, false, false, false])
    world.similarity = { [$0, $1].sorted() == ["x", "y"] ? 0.9 : nil }
    world.options = RemovalOptions(scope: .leakage)
    let result = world.run()
    #expect(result.kept == [0, 1, 3, 4])
    #expect(result.removals.map(\.row) == [2])
    #expect(world.violations(result).isEmpty)
    world.options = RemovalOptions(scope: .all)
    #expect(world.run().removals.map(\.row).count == 2)
  }

  @Test func labelConflictPolicies() {
    var world = World(["aaa", "aa", "a"], labels: [0, 1, 1])
    world.similarity = { _, _ in 0.95 }
    func outcome(_ policy: RemovalOptions.ConflictPolicy) -> ([UInt32], [UInt32], Int) {
      world.options = RemovalOptions(conflicts: policy)
      let result = world.run()
      #expect(world.violations(result).isEmpty)
      return (result.kept, result.droppedRows, result.conflicts.count)
    }
    // The default lists the conflict and drops nothing for it; `a` still goes for `aa`.
    #expect(outcome(.keepBoth) == ([0, 1], [], 2))
    #expect(outcome(.ignore) == ([0], [], 2))
    #expect(outcome(.dropBoth) == ([], [0, 1, 2], 3))
    #expect(outcome(.majority) == ([1], [0], 1))
  }

  /// A lower threshold can *keep* a record a higher one removes (its witness may go first), so only
  /// this much is monotone: at a threshold above every score all distinct texts stay, and the number
  /// of records with some pair at or above the threshold falls as it rises.
  @Test func thresholdAboveAllScoresKeepsEverything() {
    var world = World(["a", "b", "c"])
    world.similarity = { _, _ in 0.95 }
    world.threshold = 0.96
    #expect(world.run().kept.count == 3)
  }

  /// Between records the rule ranks equal the content hash decides, then the id.
  @Test func tiesGoByHashThenId() {
    let texts = (0..<20).map { "text \($0 / 2)" }
    let hashes = texts.map { ContentHash($0) }
    // Ids run against the rows, so that an order by row or by id alone would show.
    let ids = (0..<20).map { String(format: "%02d", 19 - $0) }
    let records = RecordColumns(ids: ids, texts: hashes, lengths: texts.map { _ in 1 })
    let rows = CanonicalOrder(rule: .longest, records: records).rows.map { Int($0) }
    for (a, b) in zip(rows, rows.dropFirst()) {
      #expect(hashes[a] < hashes[b] || (hashes[a] == hashes[b] && ids[a] < ids[b]))
    }
  }

  @Test func keepRulesReadTheirColumns() {
    let records = RecordColumns(
      ids: ["a", "b", "c"], texts: ["x", "y", "z"].map { ContentHash($0) }, lengths: [2, 9, 5],
      isProtected: [false, false, true], values: [.nan, 1, 7], sources: ["web", "wiki", "other"])
    func order(_ rule: KeepRule, _ centrality: [Int64] = []) -> [UInt32] {
      CanonicalOrder(rule: rule, records: records, centrality: centrality).rows
    }
    #expect(order(.first) == [2, 0, 1])
    #expect(order(.longest) == [2, 1, 0])
    #expect(order(.shortest) == [2, 0, 1])
    #expect(order(.highest(field: "v")) == [2, 1, 0])
    #expect(order(.lowest(field: "v")) == [2, 1, 0])
    #expect(order(.sources(["wiki"])).first == 2)
    #expect(order(.sources(["web", "wiki"])) == [2, 0, 1])
    #expect(order(.central, [5, 8, 0]) == [2, 1, 0])
  }

  @Test(arguments: [
    "first", "longest", "shortest", "central", "highest:a:b", "lowest:n", "sources:x,y",
  ])
  func keepRulesRoundTrip(_ text: String) {
    #expect(KeepRule(text)?.description == text)
  }

  @Test(arguments: ["", "best", "highest", "first:x"])
  func unknownKeepRulesAreRefused(_ text: String) { #expect(KeepRule(text) == nil) }
}

/// Many rows of one text must not cost their square, in any scope, nor hide from verification.
@Suite struct LargeGroupTests {
  @Test(arguments: RemovalOptions.Scope.allCases)
  func aLargeGroupOfEqualTextsIsLinear(_ scope: RemovalOptions.Scope) {
    let count = 60_000
    let texts = (0..<count).map { $0 % 2 == 0 ? "same" : "other" }
    let records = RecordColumns(
      ids: (0..<count).map { "\($0)" }, texts: texts.map { ContentHash($0) },
      lengths: texts.map(\.count), labels: (0..<Int32(count)).map { $0 % 3 },
      isProtected: (0..<count).map { $0 < count / 4 })
    let distinct = HashGroups(records.texts)
    let graph = PairGraph(vertexCount: 2, pairs: [ScoredPair(a: 0, b: 1, score: 0.95)])
    let options = RemovalOptions(scope: scope)
    let result = GreedyRemoval(
      records: records, texts: distinct, order: CanonicalOrder(rule: .longest, records: records),
      stages: [.exact(distinct), .semantic(graph, threshold: 0.9)], options: options
    ).run()
    // Every label of both texts is in the protected part: all the rest goes.
    #expect(result.kept.count == count / 4)
    let violations = Verification(
      records: records, result: result, thresholds: [.exact: 1, .semantic: 0.9], options: options
    ).violations(score: { stage, _, _ in stage == .exact ? 1 : 0.95 }, keptPairs: [:])
    #expect(violations.isEmpty)
  }
}
