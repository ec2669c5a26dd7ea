import Corpus
import Curation
import Neighbors
import Testing

/// Each kind of corruption of a true ledger is found, and found as what it is.
@Suite struct VerificationTests {
  private let world: World
  private let truth: RemovalResult

  init() {
    var world = World(
      ["p", "dddd", "ccc", "bb", "a", "q", "x", "y"],
      labels: [-1, 0, 0, 0, 0, -1, 0, 1],
      isProtected: [true, false, false, false, false, false, false, false])
    let scores: [Set<String>: Float] = [
      ["dddd", "ccc"]: 0.95, ["ccc", "bb"]: 0.93, ["a", "p"]: 0.91, ["bb", "q"]: 0.9,
      ["x", "y"]: 0.97,
    ]
    world.similarity = { scores[[$0, $1]] ?? 0.1 }
    world.veto = {
      Set([$0, $1]) == ["bb", "q"] ? GuardVeto(kind: .numbers, detail: "1 against 2") : nil
    }
    self.world = world
    truth = world.run()
  }

  private func kinds(_ change: (inout RemovalResult) -> Void) -> Set<Violation.Kind> {
    var result = truth
    change(&result)
    return Set(world.violations(result).map(\.kind))
  }

  @Test func truthHasNoViolations() {
    #expect(truth.removals.map(\.row) == [2, 4])
    #expect(truth.vetoes.count == 1 && truth.conflicts.count == 1)
    #expect(kinds { _ in } == [])
  }

  @Test func seededCorruptionIsNamed() {
    #expect(kinds { $0.removals[0].witness = 99 } == [.unknownRow])
    #expect(kinds { $0.kept.removeFirst() }.contains(.unaccounted))
    #expect(kinds { $0.kept.append(2) }.isSuperset(of: [.unaccounted, .keptPair]))
    #expect(kinds { $0.removals.removeFirst() } == [.unaccounted, .emptyGroup])
    // Row 2 handed to a removed witness that is near it: bb is taken out too.
    #expect(
      kinds {
        $0.kept.removeAll { $0 == 3 }
        $0.removals[0] = Removal(row: 2, witness: 3, score: 0.93, stage: .semantic)
        $0.removals.append(Removal(row: 3, witness: 2, score: 0.93, stage: .semantic))
      } == [.witnessNotKept, .emptyGroup])
    #expect(kinds { $0.removals[0].witness = 0 } == [.belowThreshold, .scoreMismatch])
    #expect(kinds { $0.removals[0].score = 0.9501 } == [.scoreMismatch])
    #expect(kinds { $0.removals[0].score = .nan } == [.scoreMismatch])
    #expect(kinds { $0.removals[0].stage = .lexical } == [.outOfScope])
    #expect(kinds { $0.vetoes.removeAll() } == [.keptPair])
    #expect(kinds { $0.conflicts.removeAll() } == [.keptPair])
    #expect(kinds { $0.vetoes[0].veto.detail = "made up" } == [.unfoundedVeto])
    #expect(kinds { $0.vetoes[0].score = 0.95 } == [.scoreMismatch])
    #expect(
      kinds {
        let forged = VetoedPair(
          row: 1, other: 5, score: 0.1, stage: .semantic,
          veto: GuardVeto(kind: .names, detail: "forged"))
        $0.vetoes.append(forged)
      } == [.unfoundedVeto])
    #expect(
      kinds {
        $0.conflicts.append(
          LabelConflict(row: 1, other: 2, score: 0.95, stage: .semantic, isDropped: false))
      } == [.unfoundedConflict])
    #expect(
      kinds {
        $0.kept.removeFirst()
        $0.removals.append(Removal(row: 0, witness: 4, score: 0.91, stage: .semantic))
      }.contains(.protectedRemoved))
  }

  @Test func keptEqualTextsAreFound() {
    var world = World(["same", "same", "same"])
    world.stages = [.semantic]
    let result = RemovalResult(kept: [0, 1, 2], removals: [])
    #expect(Set(world.violations(result).map(\.kind)) == [.keptPair])
    world.options = RemovalOptions(scope: .leakage)
    #expect(world.violations(result).isEmpty)
    world.isProtected = [false, true, true]
    #expect(world.violations(result).allSatisfy { $0.kind == .keptPair && $0.rows.contains(0) })
    #expect(!world.violations(result).isEmpty)
  }

  @Test func everyKindHasASentence() {
    var sentences = Set<String>()
    for kind in Violation.Kind.allCases {
      let violation = Violation(
        kind: kind, rows: [3, 7], stage: .semantic, stored: 0.95, recomputed: 0.5,
        detail: "a detail")
      let sentence = violation.sentence { "record-\($0)" }
      #expect(sentence.contains(kind.isAboutRecords ? "record-3" : "a detail"))
      #expect(!kind.advice.isEmpty)
      #expect(!sentence.contains("?"))
      sentences.insert(sentence)
    }
    #expect(sentences.count == Violation.Kind.allCases.count)
    let violation = Violation(kind: .witnessNotKept, rows: [3, 7])
    #expect(violation.description == "row 3 was removed for row 7, which is not kept")
  }
}
