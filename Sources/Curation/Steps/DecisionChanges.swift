import Store

/// What a new `dedup` decided otherwise than the one before it, of the records both saw.
public struct DecisionChanges: Codable, Hashable, Sendable {
  /// At most so many ids are named.
  private static let shownIDs = 20

  /// Records the earlier dedup decided on; those after them are new.
  public var earlierRecords: Int
  /// Left out before, kept now.
  public var nowKept: Int
  /// Kept before, left out now.
  public var nowRemoved: Int
  /// Removed before and now, for another record.
  public var otherWitness: Int
  /// The first ids of both, in row order.
  public var nowKeptIDs: [String]
  /// The first ids of those now left out, in row order.
  public var nowRemovedIDs: [String]

  /// Against what the catalog still holds; nil if there was no dedup before.
  static func find(
    in index: OpenIndex, _ ledger: Ledger, ids: [String]
  ) throws -> DecisionChanges? {
    let catalog = index.catalog
    guard let earlier = try catalog.figures(DedupFigures.self)?.records, 0...ids.count ~= earlier
    else { return nil }
    let before = witnesses(try catalog.removals(), try catalog.drops())
    let after = witnesses(ledger.removals, ledger.drops)
    let kept = before.keys.filter { after[$0] == nil }.sorted()
    let removed = after.keys.filter { $0 < earlier && before[$0] == nil }.sorted()
    return DecisionChanges(
      earlierRecords: earlier, nowKept: kept.count, nowRemoved: removed.count,
      otherWitness: before.count { row, witness in after[row].map { $0 != witness } ?? false },
      nowKeptIDs: kept.prefix(shownIDs).map { ids[$0] },
      nowRemovedIDs: removed.prefix(shownIDs).map { ids[$0] })
  }

  /// The witness of every record that is left out, -1 for one that has none.
  private static func witnesses(_ removals: [RemovalRow], _ drops: [Drop]) -> [Int: Int] {
    Dictionary(
      removals.map { ($0.row, $0.witness) } + drops.map { ($0.row, -1) },
      uniquingKeysWith: { first, _ in first })
  }
}
