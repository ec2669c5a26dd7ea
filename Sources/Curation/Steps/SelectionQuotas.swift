import Files
import Store

/// The quotas of a selection as its options ask for them: which group every record is in, and what
/// the groups weigh.
struct SelectionQuotas {
  let key: CompositionKey
  let names: [String]
  let groupOfRow: [Int32]
  /// Of every group, by number; nil where all weigh the same.
  let weights: [Int32: Double]?

  /// - Returns: nil where the options ask for no quotas.
  /// - Throws: `FileError` for a group that is not there.
  init?(_ options: SplitOptions, _ table: RecordTable, _ index: OpenIndex) throws {
    guard let key = options.pin ?? options.balance.key,
      let groups = try CompositionGroups(key, table, index)
    else { return nil }
    self.key = key
    let numbered = groups.numbered
    let names = numbered.names
    (self.names, groupOfRow) = (names, numbered.ofRow)
    if options.pin == nil, options.quotas.isEmpty {
      weights = nil
      return
    }
    if let unknown = options.quotas.keys.sorted().first(where: { !names.contains($0) }) {
      let shown = names.prefix(20).map { Cluster.title($0, words: groups.words[$0] ?? []) }
      throw FileError(
        option: .quota, expected: "a group by \(key.rawValue)", found: "'\(unknown)'",
        advice: "these are there: " + shown.joined(separator: "; ")
          + (names.count > 20 ? "; …" : ""))
    }
    var weights: [Int32: Double] = [:]
    for group in groupOfRow {
      weights[group, default: 0] += options.pin == nil ? 0 : 1
    }
    for (number, name) in names.enumerated() {
      if let given = options.quotas[name] {
        weights[Int32(number)] = given
      } else if options.pin == nil {
        weights[Int32(number)] = 1
      }
    }
    self.weights = weights
  }

  /// The greatest difference between a group's share of the selection and the share asked for, of the
  /// groups that have records among `rows`.
  func target(of selected: [UInt32], from rows: [UInt32]) -> SplitFigures.Target {
    var counts: [Int32: Int] = [:]
    for row in selected { counts[groupOfRow[Int(row)], default: 0] += 1 }
    let there = Set(rows.map { groupOfRow[Int($0)] }).sorted()
    let wanted = there.map { group in (group, weights.map { $0[group] ?? 0 } ?? 1) }
    let total = wanted.reduce(0) { $0 + $1.1 }
    let differences = wanted.map { group, weight in
      abs(Double(counts[group] ?? 0) / Double(max(1, selected.count)) - weight / max(total, 1e-300))
    }
    return SplitFigures.Target(
      name: "quotas by \(key.rawValue), greatest difference", difference: differences.max() ?? 0)
  }
}
