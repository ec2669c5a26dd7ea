import Corpus
import Curation
import Foundation
import Store

/// Rows of an index by part of its split, each in canonical order: training must not depend on the order of
/// the corpus.
struct TrainingParts {
  let table: RecordTable
  let train: [Int]
  let development: [Int]
  let test: [Int]

  /// - Parameters:
  ///   - arm: what is trained on: `raw` adds what was removed for a training record.
  ///   - seed: of the arm `random`.
  ///   - isUsable: whether a row of the table has what the task needs.
  /// - Throws: ``CurationError`` if there is no split yet.
  init(
    _ index: OpenIndex, arm: Arm, seed: UInt64, isUsable: (RecordTable, Int) -> Bool
  ) throws {
    _ = try StepAccount.outcomeHash(of: "split", in: index)
    let table = try RecordTable(index.catalog)
    let split = try index.catalog.split().filter { isUsable(table, $0.row) }
    let training = split.filter { $0.part == .train }
    let rows: [Int]
    switch arm {
    case .deduped: rows = training.map(\.row)
    case .balanced: rows = training.filter(\.selected).map(\.row)
    case .raw:
      let inTrain = Set(training.map(\.row))
      let removed = try index.catalog.removals().filter {
        inTrain.contains($0.witness) && isUsable(table, $0.row)
      }
      rows = training.map(\.row) + removed.map(\.row)
    case .random:
      let keys = Dictionary(
        uniqueKeysWithValues: training.map {
          ($0.row, ContentHash("\(seed) \(table.ids[$0.row]) \(table.texts[$0.row])"))
        })
      rows = Array(
        training.map(\.row).sorted { keys[$0]! < keys[$1]! }
          .prefix(training.count { $0.selected }))
    }
    func canonical(_ rows: [Int]) -> [Int] {
      rows.sorted { (table.textHashes[$0], table.ids[$0]) < (table.textHashes[$1], table.ids[$1]) }
    }
    self.table = table
    train = canonical(rows)
    development = canonical(split.filter { $0.part == .development }.map(\.row))
    test = canonical(split.filter { $0.part == .test }.map(\.row))
  }
}
