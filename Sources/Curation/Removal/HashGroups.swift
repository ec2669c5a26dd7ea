import Corpus

/// Rows grouped by an equal hash: the distinct texts of a data set, or its distinct normalized texts.
///
/// Groups are numbered by ascending hash, so the numbers do not depend on the order of the rows.
/// O(n log n).
public struct HashGroups: Sendable {
  /// The group of every row.
  public let groupOfRow: [UInt32]
  /// The lowest row of every group: where to read the group's text or vector.
  public let representatives: [UInt32]

  package init(_ hashes: [ContentHash]) {
    let sorted = hashes.indices.sorted { (hashes[$0], $0) < (hashes[$1], $1) }
    var groupOfRow = [UInt32](repeating: 0, count: hashes.count)
    var representatives: [UInt32] = []
    for (place, row) in sorted.enumerated() {
      if place == 0 || hashes[sorted[place - 1]] != hashes[row] {
        representatives.append(UInt32(row))
      }
      groupOfRow[row] = UInt32(representatives.count - 1)
    }
    self.groupOfRow = groupOfRow
    self.representatives = representatives
  }

  /// How many groups there are.
  public var count: Int { representatives.count }

  /// How many rows each group has.
  public var sizes: [Int] {
    var sizes = [Int](repeating: 0, count: count)
    for group in groupOfRow { sizes[Int(group)] += 1 }
    return sizes
  }
}
