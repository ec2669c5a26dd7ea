/// Where every record went, why, and how far the targets were met.
public struct SplitResult: Sendable {
  package struct PartReport: Hashable, Sendable {
    /// As people know it.
    public var name: String
    package var targetShare: Double
    /// How many there are.
    public var count: Int
    /// Of all records.
    public var share: Double
    /// Records of every label in this part; unlabeled records under ``RecordColumns/unlabeled``.
    public var labelCounts: [Int32: Int]
    /// The label whose share of this part differs most from its share of all records, and by how much
    /// (0.01 is one percentage point).
    public var worstLabel: Int32
    package var worstLabelDeviation: Double
  }

  /// The number of the part of every row.
  public let partOfRow: [Int]
  package let parts: [PartReport]
  /// Rows of the largest group, which bounds how well sizes can be met.
  public let largestGroup: Int
  private let sizeOfGroup: [UInt32: Int]
  private let movedGroups: Set<UInt32>
  private let groups: [UInt32]

  /// Why `row` is in its part, for people.
  public func reason(for row: Int) -> String {
    let size = sizeOfGroup[groups[row]]!
    let what = size == 1 ? "a record of its own" : "a group of \(size) kept together"
    return movedGroups.contains(groups[row])
      ? "\(what), moved here to even out sizes and labels"
      : "\(what), placed here where sizes and labels lacked most"
  }

  init(
    parts: [GroupSplit.Part], groups: [UInt32], labels: [Int32], items: [SplitItem],
    placement: SplitPlacement
  ) {
    var partOfGroup: [UInt32: Int] = [:]
    var moved = Set<UInt32>()
    for (index, item) in items.enumerated() {
      partOfGroup[item.group] = placement.partOfItem[index]
      if placement.wasMoved[index] { moved.insert(item.group) }
    }
    self.groups = groups
    movedGroups = moved
    sizeOfGroup = Dictionary(uniqueKeysWithValues: items.map { ($0.group, $0.size) })
    largestGroup = items.first?.size ?? 0
    partOfRow = groups.map { partOfGroup[$0]! }
    self.parts = Self.reports(parts, partOfRow, labels)
  }

  private static func reports(_ parts: [GroupSplit.Part], _ partOfRow: [Int], _ labels: [Int32])
    -> [PartReport]
  {
    let labels = labels.map { max($0, RecordColumns.unlabeled) }
    var totals: [Int32: Int] = [:]
    var counts = [[Int32: Int]](repeating: [:], count: parts.count)
    for (row, part) in partOfRow.enumerated() {
      totals[labels[row], default: 0] += 1
      counts[part][labels[row], default: 0] += 1
    }
    return parts.enumerated().map { index, part in
      let count = counts[index].values.reduce(0, +)
      func deviation(_ label: Int32) -> Double {
        let inPart = Double(counts[index][label] ?? 0) / Double(max(1, count))
        return abs(inPart - Double(totals[label]!) / Double(max(1, labels.count)))
      }
      let worst = totals.keys.sorted().max { deviation($0) < deviation($1) }
      return PartReport(
        name: part.name, targetShare: part.share, count: count,
        share: Double(count) / Double(max(1, labels.count)), labelCounts: counts[index],
        worstLabel: worst ?? RecordColumns.unlabeled,
        worstLabelDeviation: worst.map(deviation) ?? 0)
    }
  }
}
