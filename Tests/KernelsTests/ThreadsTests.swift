import Kernels
import Testing

/// Work divided among threads comes back whole and in order.
@Suite struct ThreadsTests {
  @Test(arguments: [0, 1, 2, 7, 1000])
  func resultsComeInOrder(_ count: Int) {
    #expect(Threads.map(count) { "\($0)" } == (0..<count).map { "\($0)" })
    let repeated = Threads.flatMap(count, by: 3) { block in block.flatMap { [$0, $0] } }
    #expect(repeated == (0..<count).flatMap { [$0, $0] })
  }

  @Test(arguments: [(0, 4), (4, 4), (5, 4), (1001, 32)])
  func blocksCoverEverythingOnce(_ count: Int, _ size: Int) {
    let seen = Buffer<UInt8>(repeating: 0, count: count)
    Threads.forEach(count, by: size) { block in
      #expect(block.lowerBound % size == 0 && !block.isEmpty && block.count <= size)
      for index in block { seen.pointer[index] += 1 }
    }
    #expect(seen.values.allSatisfy { $0 == 1 })
  }

  /// Sums of whole numbers are exact in any order, whole vectors and a rest.
  @Test func innerProducts() {
    for count in [0, 1, 7, 8, 9, 16, 37] {
      let (a, b) = ((0..<count).map { Double($0 - 5) }, (0..<count).map { Double(3 * $0 + 1) })
      #expect(dot(a, b, count) == zip(a, b).reduce(0) { $0 + $1.0 * $1.1 })
    }
  }
}
