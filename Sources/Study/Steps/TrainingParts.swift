import Corpus
import Curation
import Files
import Foundation
import Store

/// Records of an index by part of its split, each in canonical order: training must not depend on the order of
/// the corpus.
struct TrainingParts {
  /// The records read, in the order of their rows.
  let table: RecordTable
  /// The row of the index of each record of ``table``; nil if they are all there.
  let rows: [Int]?
  /// Places in ``table``.
  private(set) var train: [Int]
  let development: [Int]
  let test: [Int]

  /// - Parameters:
  ///   - arm: what is trained on: `raw` adds what was removed for a training record.
  ///   - seed: of the arm `random`.
  ///   - readsTest: without it no record of the test part is looked at, and ``test`` is empty.
  ///   - isUsable: whether a record of the table has what the task needs.
  /// - Throws: ``CurationError`` if there is no split yet.
  init(
    _ index: OpenIndex, arm: Arm, seed: UInt64, readsTest: Bool = true,
    isUsable: (RecordTable, Int) -> Bool
  ) throws {
    _ = try StepAccount.outcomeHash(of: "split", in: index)
    let split = try index.catalog.split().filter { readsTest || $0.part != .test }
    let inTrain = Set(split.filter { $0.part == .train }.map(\.row))
    let removals =
      try arm == .raw ? index.catalog.removals().filter { inTrain.contains($0.witness) } : []
    let read = readsTest ? nil : Set(split.map(\.row) + removals.map(\.row)).sorted()
    let table = try read.map { try RecordTable(index.catalog, rows: $0) } ?? index.records()
    let places = read.map { Dictionary(uniqueKeysWithValues: zip($0, $0.indices)) }
    func place(_ row: Int) -> Int? {
      let place = places.map { $0[row]! } ?? row
      return isUsable(table, place) ? place : nil
    }
    func canonical(_ places: [Int]) -> [Int] {
      places.sorted {
        (table.textHashes[$0], table.ids[$0]) < (table.textHashes[$1], table.ids[$1])
      }
    }
    func part(_ part: GivenSplit) -> [Int] {
      canonical(split.filter { $0.part == part }.compactMap { place($0.row) })
    }
    let training = split.filter { $0.part == .train && place($0.row) != nil }
    let chosen: [Int]
    switch arm {
    case .deduped: chosen = training.map(\.row)
    case .balanced: chosen = training.filter(\.selected).map(\.row)
    case .raw:
      // What was removed for a record that cannot be used is as useless.
      let usable = Set(training.map(\.row))
      chosen = training.map(\.row) + removals.filter { usable.contains($0.witness) }.map(\.row)
    case .random:
      let keys = training.map { record in
        let place = place(record.row)!
        return ContentHash("\(seed) \(table.ids[place]) \(table.texts[place])")
      }
      chosen = training.indices.sorted { keys[$0] < keys[$1] }
        .prefix(training.count { $0.selected }).map { training[$0].row }
    }
    self.table = table
    rows = read
    train = canonical(chosen.compactMap(place))
    development = part(.development)
    test = part(.test)
  }

  /// Leaves so many training records of each label, drawn by a hash of `seed`, id and text.
  mutating func draw(_ count: Int, seed: UInt64) {
    let keys = train.map { ContentHash("\(seed) \(table.ids[$0]) \(table.texts[$0])") }
    var taken: [String?: Int] = [:]
    let drawn = train.indices.sorted { keys[$0] < keys[$1] }.filter { place in
      taken[table.labels[train[place]], default: 0] += 1
      return taken[table.labels[train[place]]]! <= count
    }
    train = drawn.sorted().map { train[$0] }
  }

  /// The row of the index that a place in ``table`` stands for.
  func row(_ place: Int) -> Int { rows?[place] ?? place }

  /// - Throws: ``CurationError`` if there is nothing to train on or to judge a training by.
  func checkDevelopment(_ index: OpenIndex) throws {
    guard !train.isEmpty, !development.isEmpty else {
      throw CurationError(
        place: index.folder.url.relativePath,
        expected: "records to train on, and a development part to judge by",
        found: "\(train.count) to train on, \(development.count) to judge by",
        advice: "split the index into other parts with split \(OptionName.shares)")
    }
  }
}
