import Corpus
import Kernels

/// Divides records into parts so that no group crosses a part, sizes and label shares come as near
/// to their targets as the groups allow, and the order of the input has no influence.
///
/// Groups are placed largest first (equal sizes in the order of a seeded hash of their texts), each
/// where it lowers the cost most; then single groups are moved and pairs of groups of similar size
/// exchanged as long as that lowers the cost. The cost is Pearson's chi-square of the label counts
/// per part against their targets plus, weighted by the number of labels, that of the sizes.
///
/// O(G log G + passes · labels per group · (G · parts + 32 · G)) for G groups, at most 20 passes.
public struct GroupSplit: Sendable {
  package struct Part: Hashable, Codable, Sendable {
    package var name: String
    /// Of all records; the shares of the parts sum to 1.
    public var share: Double

    package init(name: String, share: Double) {
      self.name = name
      self.share = share
    }
  }

  package let parts: [Part]
  package let seed: UInt64

  /// - Precondition: every share is positive and they sum to 1 within 1e-6.
  package init(parts: [Part], seed: UInt64) {
    precondition(parts.allSatisfy { $0.share > 0 }, "the share of a part must be positive")
    precondition(
      abs(parts.reduce(0) { $0 + $1.share } - 1) <= 1e-6, "the shares of the parts must sum to 1")
    self.parts = parts
    self.seed = seed
  }

  /// `count` parts of equal share, named `fold-1` and so on, for cross-validation.
  public static func folds(_ count: Int, seed: UInt64) -> GroupSplit {
    let parts = (1...count).map { Part(name: "fold-\($0)", share: 1 / Double(count)) }
    return GroupSplit(parts: parts, seed: seed)
  }

  /// Places every row.
  ///
  /// - Parameters:
  ///   - groups: the group of every row (``RowGroups/groupOfRow``). Rows of equal text must share a
  ///     group, else the result can depend on the order of the rows.
  ///   - labels: the label of every row; negative without one.
  ///   - texts: hashes of the texts.
  public func split(groups: [UInt32], labels: [Int32], texts: [ContentHash]) -> SplitResult {
    precondition(groups.count == labels.count && groups.count == texts.count, "columns differ")
    let items = SplitItem.items(groups: groups, labels: labels, texts: texts, seed: seed)
    var placement = SplitPlacement(items: items, shares: parts.map(\.share))
    placement.placeAll()
    placement.improve()
    return SplitResult(
      parts: parts, groups: groups, labels: labels, items: items, placement: placement)
  }
}

/// A group as the split sees it: how many rows of which label.
struct SplitItem {
  var group: UInt32
  var size: Int
  /// By ascending label; without a label counts as a label of its own.
  var labelCounts: [(label: Int, count: Int)]
  var key: UInt64

  /// The groups, largest first, equal sizes by seeded hash.
  static func items(groups: [UInt32], labels: [Int32], texts: [ContentHash], seed: UInt64)
    -> [SplitItem]
  {
    let labelNumbers = numbers(of: labels)
    var rows: [UInt32: [Int]] = [:]
    for (row, group) in groups.enumerated() { rows[group, default: []].append(row) }
    let items = rows.map { group, rows in
      var counts: [Int: Int] = [:]
      for row in rows { counts[labelNumbers[row], default: 0] += 1 }
      let least = rows.map { texts[$0] }.min()!
      return (
        SplitItem(
          group: group, size: rows.count,
          labelCounts: counts.sorted { $0.key < $1.key }.map { (label: $0.key, count: $0.value) },
          key: seededKey(least, seed)),
        least
      )
    }
    return items.sorted { left, right in
      if left.0.size != right.0.size { return left.0.size > right.0.size }
      if left.0.key != right.0.key { return left.0.key < right.0.key }
      return (left.1, left.0.group) < (right.1, right.0.group)
    }.map(\.0)
  }

  /// Labels renumbered from 0 without gaps, rows without a label last.
  private static func numbers(of labels: [Int32]) -> [Int] {
    let distinct = Set(labels.filter { $0 >= 0 }).sorted()
    let numberOfLabel = Dictionary(uniqueKeysWithValues: zip(distinct, distinct.indices))
    return labels.map { numberOfLabel[$0] ?? distinct.count }
  }

  private static func seededKey(_ hash: ContentHash, _ seed: UInt64) -> UInt64 {
    mixed(hash.high ^ mixed(hash.low &+ mixed(seed)))
  }

  private static func mixed(_ value: UInt64) -> UInt64 { SplitMix64.first(after: value) }
}
