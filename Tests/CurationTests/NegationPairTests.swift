import Curation
import Foundation
import Testing

/// The guard `negation` on pairs labeled by hand: those that mean the same although one negates, and
/// those that do not.
@Suite struct NegationPairTests {
  private func pairs() throws -> [LabeledPair] {
    let repository = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let fields = PairFields(a: "text_a", b: "text_b", duplicate: "duplicate", positiveFrom: nil)
    return try LabeledPairReader(fields, format: nil, hasHeader: true)
      .read(repository.appendingPathComponent("corpora/negation-pairs.csv"))
  }

  @Test func looksAtWhatIsNegated() throws {
    let pairs = try pairs()
    #expect(pairs.count == 64)
    var vetoed: [Bool: [String]] = [:]
    for pair in pairs {
      let veto = TextGuard.negation.veto(pair.a, pair.b)
      #expect((TextGuard.negation.veto(pair.b, pair.a) == nil) == (veto == nil), "symmetric")
      guard veto != nil, let isDuplicate = pair.isDuplicate else { continue }
      vetoed[isDuplicate, default: []].append("\(pair.a) | \(pair.b)")
    }
    // Of 29 and 35; whether one of the texts negates would veto 26 and 30.
    #expect(vetoed[false, default: []].count == 26, "\(vetoed)")
    #expect(vetoed[true, default: []].count <= 2, "\(vetoed)")
  }
}
