import Curation
import Testing

@Suite struct QuotaWeightTests {
  @Test func sharesFollowTheWeightsAsFarAsCellsHaveEnough() {
    for a in 0...4 {
      for b in 0...4 {
        for c in 0...4 {
          for budget in 0...13 {
            for weights in [[1, 1, 1], [3, 1, 0], [0.5, 0.25, 2]] {
              let available = [a, b, c]
              let shares = Quotas.share(budget, of: available, weights: weights)
              let usable = zip(available, weights).reduce(0) { $0 + ($1.1 > 0 ? $1.0 : 0) }
              #expect(shares.reduce(0, +) == min(budget, usable))
              #expect(zip(shares, available).allSatisfy { (0...$1).contains($0) })
              for (one, other) in allPairs(3).map({ (Int($0), Int($1)) }) + [
                (1, 0), (2, 0), (2, 1),
              ]
              where weights[one] > 0 && shares[other] > 0 && shares[one] < available[one] {
                // Who is not exhausted has, per weight, no less than another but for one record.
                #expect(
                  Double(shares[one] + 1) / weights[one] + 1e-9
                    >= Double(shares[other] - 1) / weights[other])
              }
            }
          }
        }
      }
    }
  }

  @Test func weightsOfLabelsReplaceEqualShares() {
    let labels: [Int32] = [0, 0, 0, 0, 1, 1, 1, 1, 2]
    let topics = [UInt32](repeating: 0, count: 9)
    let quotas = Quotas.nested(
      budget: 4, labels: labels, weights: [0: 3, 1: 1], topics: topics, topicMode: .proportional)
    #expect(quotas.limits == [3, 1, 0])
  }
}
