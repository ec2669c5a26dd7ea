/// Parts in the order of time: the earliest records first, equal times never apart.
package enum TimeSplit {
  /// The part of every record, 0 ..< shares.count: each boundary falls between two different times,
  /// as near to the wanted share as those allow. O(n log n).
  ///
  /// - Parameters:
  ///   - times: of every record, finite.
  ///   - shares: of the parts from the earliest on; they sum to 1.
  package static func parts(_ times: [Double], shares: [Double]) -> [Int] {
    precondition(abs(shares.reduce(0, +) - 1) <= 1e-6, "the shares of the parts must sum to 1")
    let sorted = times.sorted()
    var starts: [Double] = []
    var wanted = 0.0
    for share in shares.dropLast() {
      wanted += share
      starts.append(boundary(sorted, near: Int((wanted * Double(times.count)).rounded())))
    }
    return times.map { time in starts.count { time >= $0 } }
  }

  /// The first time of a part that is to begin near place `wanted`.
  private static func boundary(_ sorted: [Double], near wanted: Int) -> Double {
    guard wanted < sorted.count else { return .infinity }
    let first = sorted.partitioningPlace { $0 >= sorted[wanted] }
    let next = sorted.partitioningPlace { $0 > sorted[wanted] }
    if wanted - first <= next - wanted { return sorted[wanted] }
    return next < sorted.count ? sorted[next] : .infinity
  }
}

extension Array {
  /// The first place at which `isAfter` holds, for an array on which it fails first and then holds.
  fileprivate func partitioningPlace(_ isAfter: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
