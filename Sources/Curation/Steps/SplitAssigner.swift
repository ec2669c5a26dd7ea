import Corpus
import Foundation

/// Decides the part of every kept record: by the user's files where they gave a test set, else by
/// our own group-disjoint split.
struct SplitAssigner {
  struct Placement {
    var partOfRow: [UInt32: GivenSplit] = [:]
    var reasons: [UInt32: String] = [:]

    /// Ascending.
    func rows(_ part: GivenSplit) -> [UInt32] {
      partOfRow.filter { $0.value == part }.keys.sorted()
    }
  }

  let options: SplitOptions
  let table: RecordTable
  let groups: RowGroups
  /// Of every row, where the split goes by time.
  var times: [Double]?

  func assign(_ kept: [UInt32]) throws -> Placement {
    let given = kept.filter { table.givenSplits[Int($0)] != nil }
    if let times {
      guard given.isEmpty else {
        throw CurationError(
          place: "--time-field", expected: "a corpus without given parts",
          found: "files given for training or test", advice: "leave out --time-field")
      }
      return try divide(kept, by: times)
    }
    if given.isEmpty {
      var placement = Placement()
      divide(
        kept,
        into: [
          (.train, options.trainShare), (.development, options.developmentShare),
          (.test, options.testShare),
        ], &placement)
      return placement
    }
    return try clean(kept)
  }

  /// Splits `rows` by groups and labels into parts of the shares given.
  private func divide(
    _ rows: [UInt32], into parts: [(GivenSplit, Double)], _ placement: inout Placement
  ) {
    let total = parts.reduce(0) { $0 + $1.1 }
    let split = GroupSplit(
      parts: parts.map { GroupSplit.Part(name: $0.0.rawValue, share: $0.1 / total) },
      seed: options.seed)
    let result = split.split(
      groups: rows.map { groups.groupOfRow[Int($0)] },
      labels: rows.map { table.labelNumbers[Int($0)] },
      texts: rows.map { table.textHashes[Int($0)] })
    for (place, row) in rows.enumerated() {
      placement.partOfRow[row] = parts[result.partOfRow[place]].0
      placement.reasons[row] = result.reason(for: place)
    }
  }

  /// The earliest records train, the latest test; what repeats a later part leaves the earlier ones.
  private func divide(_ kept: [UInt32], by times: [Double]) throws -> Placement {
    let parts = [GivenSplit.train, .development, .test]
    let partOfRow = TimeSplit.parts(
      kept.map { times[Int($0)] },
      shares: [options.trainShare, options.developmentShare, options.testShare])
    for (number, part) in parts.enumerated() where !partOfRow.contains(number) {
      throw CurationError(
        place: "--time-field", expected: "times that can be divided into three parts",
        found: "no time of its own for the \(part.rawValue) part")
    }
    let cleaned = CleanedSplit(
      groups: kept.map { groups.groupOfRow[Int($0)] }, partOfRow: partOfRow,
      precedence: [2, 1, 0])
    var placement = Placement()
    for (place, row) in kept.enumerated() {
      guard let part = cleaned.partOfRow[place] else { continue }
      placement.partOfRow[row] = parts[part]
      placement.reasons[row] = "\(parts[part].rawValue) by time"
    }
    return placement
  }

  /// The fold in which each of the placed rows is tested; given test records are in none.
  func folds(_ count: Int, of placement: Placement) -> (ofRow: [UInt32: Int], result: SplitResult) {
    let rows = placement.partOfRow.keys.filter { table.givenSplits[Int($0)] != .test }.sorted()
    let result = GroupSplit.folds(count, seed: options.seed).split(
      groups: rows.map { groups.groupOfRow[Int($0)] },
      labels: rows.map { table.labelNumbers[Int($0)] },
      texts: rows.map { table.textHashes[Int($0)] })
    return (
      Dictionary(uniqueKeysWithValues: zip(rows, result.partOfRow)), result
    )
  }

  /// Keeps the parts the user gave, takes out of training what is of a group of the test set, and
  /// makes a development part out of training where none was given.
  private func clean(_ kept: [UInt32]) throws -> Placement {
    let parts = GivenSplit.allCases
    // Records of files without a part belong to training.
    let partOfRow = kept.map { parts.firstIndex(of: table.givenSplits[Int($0)] ?? .train)! }
    let precedence = [GivenSplit.test, .development, .train].map {
      parts.firstIndex(of: $0)!
    }
    let cleaned = CleanedSplit(
      groups: kept.map { groups.groupOfRow[Int($0)] }, partOfRow: partOfRow,
      precedence: precedence)
    var placement = Placement()
    var train: [UInt32] = []
    for (place, row) in kept.enumerated() {
      guard let part = cleaned.partOfRow[place].map({ parts[$0] }) else { continue }
      placement.partOfRow[row] = part
      placement.reasons[row] = "given as \(part.rawValue)"
      if part == .train { train.append(row) }
    }
    if !placement.partOfRow.values.contains(.development), !train.isEmpty {
      divide(
        train, into: [(.train, options.trainShare), (.development, options.developmentShare)],
        &placement)
    }
    return placement
  }

  /// What practitioners do: a random split of all records within labels, each record on its own.
  static func random(_ table: RecordTable, options: SplitOptions) -> Placement {
    let isGiven = table.givenSplits.contains { $0 != nil }
    var placement = Placement()
    let rows = Array(0..<UInt32(table.count))
    if isGiven {
      for row in rows { placement.partOfRow[row] = table.givenSplits[Int(row)] ?? .train }
    } else {
      let each = RowGroups(rowCount: table.count, links: [(UInt32, UInt32)]())
      SplitAssigner(options: options, table: table, groups: each).divide(
        rows,
        into: [
          (.train, options.trainShare), (.development, options.developmentShare),
          (.test, options.testShare),
        ], &placement)
    }
    return placement
  }
}
