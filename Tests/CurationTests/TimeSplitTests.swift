import Curation
import Testing

@Suite struct TimeSplitTests {
  /// In every small world: equal times together, order kept, each boundary the nearest there is.
  @Test func ordersAndNeverPartsEqualTimes() {
    var random = TestRandom(7)
    for _ in 0..<300 {
      let count = Int.random(in: 1...14, using: &random)
      let times = (0..<count).map { _ in Double(Int.random(in: 0...6, using: &random)) }
      let shares = [0.6, 0.2, 0.2]
      let parts = TimeSplit.parts(times, shares: shares)
      for (a, b) in allPairs(count) {
        let (a, b) = (Int(a), Int(b))
        if times[a] < times[b] { #expect(parts[a] <= parts[b]) }
        if times[a] == times[b] { #expect(parts[a] == parts[b]) }
      }
      for (boundary, wanted) in [(1, 0.6), (2, 0.8)] {
        let size = parts.count { $0 < boundary }
        let place = Int((wanted * Double(count)).rounded())
        let possible = [0] + Set(times).map { time in times.count { $0 <= time } }
        #expect(abs(size - place) == possible.map { abs($0 - place) }.min()!)
      }
    }
  }
}
