import Corpus
import Neighbors

/// A deterministic generator for tests (SplitMix64).
struct TestRandom: RandomNumberGenerator {
  var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// All pairs below `count`, in order.
func allPairs(_ count: Int) -> [(UInt32, UInt32)] {
  (0..<count).flatMap { a in ((a + 1)..<max(a + 1, count)).map { (UInt32(a), UInt32($0)) } }
}

/// Every graph on `count` vertices, as the list of its edges with distinct scores from 0.9 up.
func allGraphs(_ count: Int) -> [[ScoredPair]] {
  let pairs = allPairs(count)
  return (0..<(1 << pairs.count)).map { mask in
    pairs.indices.filter { mask >> $0 & 1 == 1 }.map {
      ScoredPair(a: pairs[$0].0, b: pairs[$0].1, score: 0.9 + Float($0 % 4) / 100)
    }
  }
}

/// Every order of `0 ..< count`.
func permutations(_ count: Int) -> [[UInt32]] {
  if count == 0 { return [[]] }
  return permutations(count - 1).flatMap { rest in
    (0...rest.count).map { place in
      var order = rest
      order.insert(UInt32(count - 1), at: place)
      return order
    }
  }
}
