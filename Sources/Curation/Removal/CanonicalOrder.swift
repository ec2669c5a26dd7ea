/// The order in which records are offered a place: protected rows first, then by the keep rule, then
/// by content hash, then by id, and only between records equal in all of these by position.
///
/// Except under ``KeepRule/first`` the order of the rows in the input has no influence, provided ids
/// are unique. O(n log n).
public struct CanonicalOrder: Sendable {
  /// The rows, best first.
  public let rows: [UInt32]
  /// The place of every row in ``rows``.
  public let ranks: [UInt32]

  /// - Parameter centrality: for ``KeepRule/central``, one number per row, larger is more central
  ///   (``PairGraph/centrality(atLeast:multiplicity:)``).
  /// - Precondition: the column the rule reads is there.
  public init(rule: KeepRule, records: RecordColumns, centrality: [Int64] = []) {
    self.init(
      records: records, preference: Self.preference(rule, records, centrality))
  }

  /// The order by a number of your own per row, smaller first, in place of a keep rule.
  public init(records: RecordColumns, preference: [Double]) {
    precondition(preference.count == records.count, "one preference per row")
    let keys = records.texts
    let sorted = (0..<UInt32(records.count)).sorted { a, b in
      let (left, right) = (Int(a), Int(b))
      if records.isProtected[left] != records.isProtected[right] {
        return records.isProtected[left]
      }
      if preference[left] != preference[right] { return preference[left] < preference[right] }
      if keys[left] != keys[right] { return keys[left] < keys[right] }
      if records.ids[left] != records.ids[right] { return records.ids[left] < records.ids[right] }
      return a < b
    }
    self.init(rows: sorted)
  }

  /// An order given outright: `rows` holds every row once.
  public init(rows: [UInt32]) {
    var ranks = [UInt32](repeating: .max, count: rows.count)
    for (rank, row) in rows.enumerated() { ranks[Int(row)] = UInt32(rank) }
    precondition(!ranks.contains(.max), "a canonical order holds every row once")
    self.rows = rows
    self.ranks = ranks
  }

  private static func preference(
    _ rule: KeepRule, _ records: RecordColumns, _ centrality: [Int64]
  ) -> [Double] {
    let rows = 0..<records.count
    switch rule {
    case .first: return rows.map(Double.init)
    case .longest: return records.lengths.map { -Double($0) }
    case .shortest: return records.lengths.map(Double.init)
    case .central:
      precondition(centrality.count == records.count, "central needs a centrality per row")
      return centrality.map { -Double($0) }
    case .highest:
      precondition(records.values.count == records.count, "\(rule) needs a value per row")
      return records.values.map { $0.isNaN ? .infinity : -$0 }
    case .lowest:
      precondition(records.values.count == records.count, "\(rule) needs a value per row")
      return records.values.map { $0.isNaN ? .infinity : $0 }
    case .sources(let names):
      precondition(records.sources.count == records.count, "\(rule) needs a source per row")
      return records.sources.map { Double(names.firstIndex(of: $0) ?? names.count) }
    }
  }
}
