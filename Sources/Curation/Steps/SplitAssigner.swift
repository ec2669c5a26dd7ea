import Corpus
import Files
import Foundation
import Store

/// Decides the part of every kept record: by the user's files where they gave a test set, else by
/// our own group-disjoint split.
struct SplitAssigner {
  struct Placement {
    var partOfRow: [UInt32: GivenSplit] = [:]
    var reasons: [UInt32: String] = [:]
    /// Kept records in no part, by why.
    var leftOut: [String: Int] = [:]

    /// Ascending.
    func rows(_ part: GivenSplit) -> [UInt32] {
      partOfRow.filter { $0.value == part }.keys.sorted()
    }
  }

  let options: SplitOptions
  let table: RecordTable
  let groups: RowGroups
  /// What belongs together whatever its texts are.
  private let bonds: RowGroups
  /// The near pairs, where parts are given and only what is near leaves training.
  private let near: SplitGroups?
  /// Of every row, where the split goes by time.
  private let times: [Double]?
  /// Of every row, where none may be in two parts.
  private let entities: [[String]]?
  /// Entities too frequent to keep their records together.
  private let passedOver: Int

  /// - Parameter kept: the rows to be placed.
  init(
    options: SplitOptions, table: RecordTable, groups: RowGroups, kept: [UInt32] = [],
    bonds: RowGroups? = nil, near: SplitGroups? = nil, times: [Double]? = nil,
    entities: [[String]]? = nil
  ) {
    self.options = options
    self.table = table
    self.near = near
    self.bonds = bonds ?? RowGroups(rowCount: table.count, links: [(UInt32, UInt32)]())
    self.times = times
    self.entities = entities
    // Where parts are given or go by time, records leave training instead of moving.
    let isFree = times == nil && kept.allSatisfy { table.givenSplits[Int($0)] == nil }
    guard let entities, isFree else {
      (self.groups, passedOver) = (groups, 0)
      return
    }
    let largest = options.folds.map { 1 / Double($0) } ?? options.trainShare
    (self.groups, passedOver) = EntityLinks.unite(
      entities: entities, groups: groups, rows: kept,
      largestGroup: Int(largest * Double(kept.count)))
  }

  func assign(_ kept: [UInt32]) throws -> Placement {
    let given = kept.filter { table.givenSplits[Int($0)] != nil }
    if let times {
      guard given.isEmpty else {
        throw FileError(
          option: .timeField, expected: "a corpus without given parts",
          found: "files given for training or test", advice: "leave out \(OptionName.timeField)")
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
      labels: rows.map { table.strata[Int($0)] },
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
      throw FileError(
        option: .timeField, expected: "times that can be divided into three parts",
        found: "no time of its own for the \(part.rawValue) part")
    }
    let cleaned = CleanedSplit(
      groups: kept.map { groups.groupOfRow[Int($0)] }, partOfRow: partOfRow,
      precedence: [2, 1, 0])
    var placement = Placement()
    for (place, row) in kept.enumerated() {
      guard let part = cleaned.partOfRow[place] else {
        placement.leftOut["group of a later record", default: 0] += 1
        continue
      }
      placement.partOfRow[row] = parts[part]
      placement.reasons[row] = "\(parts[part].rawValue) by time"
    }
    leaveOutEntities(&placement)
    return placement
  }

  /// The fold in which each of the placed rows is tested; given test records are in none.
  func folds(_ count: Int, of placement: Placement) -> (ofRow: [UInt32: Int], result: SplitResult) {
    let rows = placement.partOfRow.keys.filter { table.givenSplits[Int($0)] != .test }.sorted()
    let result = GroupSplit.folds(count, seed: options.seed).split(
      groups: rows.map { groups.groupOfRow[Int($0)] },
      labels: rows.map { table.strata[Int($0)] },
      texts: rows.map { table.textHashes[Int($0)] })
    return (
      Dictionary(uniqueKeysWithValues: zip(rows, result.partOfRow)), result
    )
  }

  /// Keeps the parts the user gave, takes out of training what repeats the test set, and makes a
  /// development part out of training where none was given.
  private func clean(_ kept: [UInt32]) throws -> Placement {
    // Records of files without a part belong to training.
    var placement = Placement()
    let given = kept.map { (row: $0, part: table.givenSplits[Int($0)] ?? .train) }
    let stays = near.map { nearPairsStay($0, given) } ?? groupsStay(given, groups)
    let areFree = groupsStay(given, bonds)
    for (place, record) in given.enumerated() {
      guard stays[place], areFree[place] else { continue }
      placement.partOfRow[record.row] = record.part
      placement.reasons[record.row] = "given as \(record.part.rawValue)"
    }
    let out = stays.count { !$0 }
    if out > 0 {
      placement.leftOut[near == nil ? "group of a test record" : "near a test record"] = out
    }
    let bound = zip(stays, areFree).count { $0 && !$1 }
    if bound > 0 { placement.leftOut["held together with a test record"] = bound }
    leaveOutEntities(&placement)
    let train = placement.rows(.train)
    if !placement.partOfRow.values.contains(.development), !train.isEmpty {
      divide(
        train, into: [(.train, options.trainShare), (.development, options.developmentShare)],
        &placement)
    }
    return placement
  }

  /// Parts never to be changed first.
  private static let precedence = [GivenSplit.test, .development, .train]

  private func groupsStay(
    _ given: [(row: UInt32, part: GivenSplit)], _ groups: RowGroups
  ) -> [Bool] {
    let parts = Self.precedence
    return CleanedSplit(
      groups: given.map { groups.groupOfRow[Int($0.row)] },
      partOfRow: given.map { parts.firstIndex(of: $0.part)! }, precedence: Array(parts.indices)
    ).partOfRow.map { $0 != nil }
  }

  /// Which rows are near none of an earlier part, and have no text of one.
  private func nearPairsStay(_ near: SplitGroups, _ given: [(row: UInt32, part: GivenSplit)])
    -> [Bool]
  {
    let places = given.map { Self.precedence.firstIndex(of: $0.part)! }
    let last = Self.precedence.count
    // The first part that has the text, and the first that has it or a text near it.
    var ofText = [Int](repeating: last, count: near.texts.count)
    for (record, place) in zip(given, places) {
      let text = Int(near.texts.groupOfRow[Int(record.row)])
      ofText[text] = min(ofText[text], place)
    }
    var nearText = ofText
    for pair in near.pairs {
      let (a, b) = (Int(pair.a), Int(pair.b))
      nearText[a] = min(nearText[a], ofText[b])
      nearText[b] = min(nearText[b], ofText[a])
    }
    return zip(given, places).map { record, place in
      nearText[Int(near.texts.groupOfRow[Int(record.row)])] >= place
    }
  }

  /// The group of every placed row, as the catalog holds it: never in two parts.
  func groupNumbers(_ placement: Placement) -> [UInt32: Int] {
    if near == nil {
      return placement.partOfRow.keys.reduce(into: [:]) { $0[$1] = Int(groups.groupOfRow[Int($1)]) }
    }
    var numbers: [[Int]: Int] = [:]
    return placement.partOfRow.keys.sorted().reduce(into: [:]) { result, row in
      let part = Self.precedence.firstIndex(of: placement.partOfRow[row]!)!
      let key = [Int(groups.groupOfRow[Int(row)]), part]
      result[row] = numbers[key, default: numbers.count]
      numbers[key] = result[row]
    }
  }

  /// Takes out of training and development what names an entity of the test part, and out of training
  /// what names one of the development part.
  private func leaveOutEntities(_ placement: inout Placement) {
    guard let entities else { return }
    for (part, earlier) in [
      (GivenSplit.test, [GivenSplit.train, .development]), (.development, [.train]),
    ] {
      let named = Set(placement.rows(part).flatMap { entities[Int($0)] })
      for row in earlier.flatMap({ placement.rows($0) })
      where !named.isDisjoint(with: entities[Int(row)]) {
        placement.partOfRow[row] = nil
        placement.reasons[row] = nil
        placement.leftOut["names an entity of a test record", default: 0] += 1
      }
    }
  }

  /// How many entities the test part has, and which share of them is in training too; nothing where
  /// entities do not matter.
  func entityMeasures(_ placement: Placement) -> SplitMeasures.Values {
    guard let entities else { return [:] }
    let test = Set(placement.rows(.test).flatMap { entities[Int($0)] })
    let train = Set(placement.rows(.train).flatMap { entities[Int($0)] })
    return [
      .testEntities: Double(test.count),
      .sharedEntities: Double(test.intersection(train).count) / Double(max(1, test.count)),
    ]
  }

  /// Entities that occur too often for their records to be kept together; nil where they do not matter.
  var entitiesTooFrequent: Int? { entities == nil ? nil : passedOver }

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
