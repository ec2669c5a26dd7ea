import Kernels

/// Pairs of examples of the same label and of different labels, drawn at random without a list of them all.
///
/// Each of the pairs of a kind is as likely as any other, and may come more than once.
package struct LabelPairs {
  /// Examples by label, one label's after the other.
  private let order: [Int]
  /// The label's place in ``order``, by label.
  private let ranges: [Range<Int>]
  /// Sums of weights up to and with each label: of pairs within it, and of those of one of its examples with
  /// another's.
  private let within: [Int]
  private let across: [Int]

  /// - Parameter labels: of each example. O(n log n).
  package init(labels: [Int]) {
    order = labels.indices.sorted { (labels[$0], $0) < (labels[$1], $1) }
    var ranges: [Range<Int>] = []
    var start = 0
    for index in order.indices
    where index + 1 == order.count || labels[order[index]] != labels[order[index + 1]] {
      ranges.append(start..<index + 1)
      start = index + 1
    }
    self.ranges = ranges
    func sums(_ weight: (Int) -> Int) -> [Int] {
      var sum = 0
      return ranges.map { range in
        sum += weight(range.count)
        return sum
      }
    }
    within = sums { $0 * ($0 - 1) / 2 }
    across = sums { $0 * (labels.count - $0) }
  }

  /// How many pairs of the same label there are.
  package var sameCount: Int { within.last ?? 0 }
  /// How many of different labels.
  package var differentCount: Int { (across.last ?? 0) / 2 }

  /// Two examples of one label, a pair that there is. O(log of the labels).
  package func same(_ generator: inout SplitMix64) -> (Int, Int) {
    let range = ranges[Self.draw(within, &generator)]
    let first = Int.random(in: 0..<range.count, using: &generator)
    let step = Int.random(in: 1..<range.count, using: &generator)
    return (
      order[range.lowerBound + first], order[range.lowerBound + (first + step) % range.count]
    )
  }

  /// Two examples of different labels, a pair that there is. O(log of the labels).
  package func different(_ generator: inout SplitMix64) -> (Int, Int) {
    let range = ranges[Self.draw(across, &generator)]
    let first = Int.random(in: range, using: &generator)
    let other = Int.random(in: 0..<order.count - range.count, using: &generator)
    return (order[first], order[other < range.lowerBound ? other : other + range.count])
  }

  /// A label by its weight.
  private static func draw(_ sums: [Int], _ generator: inout SplitMix64) -> Int {
    let value = Int.random(in: 0..<sums.last!, using: &generator)
    var (low, high) = (0, sums.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > value { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
