import Curation
import Testing

@Suite struct MixtureShiftTests {
  @Test func distanceIsTheHalfSumOfShareDifferences() {
    let shift = MixtureShift(before: [50, 50], after: [10, 40])
    #expect(abs(shift.distance - 0.3) < 1e-12)
    #expect(shift.isShift && shift.probability < 1e-6)
    let none = MixtureShift(before: [5, 7], after: [5, 7])
    #expect(none.distance == 0 && none.probability == 1 && !none.isShift)
  }

  /// Records left out at random: about one in a hundred such worlds gets p below 0.01, one in ten
  /// below 0.1.
  @Test func chanceIsNotTakenForAShift() {
    var random = TestRandom(11)
    let groups = (0..<600).map { $0 % 7 < 4 ? 0 : $0 % 7 - 3 }
    var (low, lower) = (0, 0)
    let trials = 1000
    for _ in 0..<trials {
      var (before, after) = ([0, 0, 0, 0], [0, 0, 0, 0])
      for (place, row) in groups.indices.shuffled(using: &random).enumerated() {
        before[groups[row]] += 1
        if place < 450 { after[groups[row]] += 1 }
      }
      let shift = MixtureShift(before: before, after: after)
      if shift.probability < 0.1 { low += 1 }
      if shift.probability < 0.01 { lower += 1 }
    }
    #expect((60...140).contains(low) && (2...25).contains(lower), "\(low), \(lower)")
  }
}
