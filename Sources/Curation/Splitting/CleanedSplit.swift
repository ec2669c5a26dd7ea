/// Makes a split that was given (a test set that others published) free of leaks without changing
/// its first parts: a group belongs to the earliest part that has a record of it, and its records in
/// later parts are taken out.
package struct CleanedSplit: Sendable {
  package struct Exclusion: Hashable, Sendable {
    package var row: Int
    /// The part the row was in and may not stay in.
    package var part: Int
    /// The part that claims its group, and the first of that part's rows in the group.
    package var claimedBy: Int
    package var claimant: Int
  }

  /// The part of every row, nil where it was taken out.
  package let partOfRow: [Int?]
  /// By ascending row.
  package let exclusions: [Exclusion]

  /// - Parameters:
  ///   - partOfRow: the given part of every row.
  ///   - precedence: all parts, those never to be changed first (test, development, training).
  package init(groups: [UInt32], partOfRow: [Int], precedence: [Int]) {
    precondition(groups.count == partOfRow.count, "one part per row")
    let places = Dictionary(uniqueKeysWithValues: precedence.enumerated().map { ($1, $0) })
    var claimants: [UInt32: Int] = [:]
    for (row, group) in groups.enumerated() {
      precondition(places[partOfRow[row]] != nil, "part \(partOfRow[row]) has no precedence")
      let isEarlier = claimants[group].map {
        places[partOfRow[row]]! < places[partOfRow[$0]]!
      }
      if isEarlier ?? true { claimants[group] = row }
    }
    var result: [Int?] = partOfRow
    var exclusions: [Exclusion] = []
    for (row, part) in partOfRow.enumerated() {
      let claimant = claimants[groups[row]]!
      if partOfRow[claimant] == part { continue }
      result[row] = nil
      exclusions.append(
        Exclusion(row: row, part: part, claimedBy: partOfRow[claimant], claimant: claimant))
    }
    self.partOfRow = result
    self.exclusions = exclusions
  }
}
