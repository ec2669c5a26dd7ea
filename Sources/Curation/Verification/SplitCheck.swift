import Neighbors
import Store

/// Holds the split against the records and the pairs of kept records that were found anew.
struct SplitCheck {
  let index: OpenIndex
  let table: RecordTable
  let options: DedupOptions
  let kept: [UInt32]
  /// All pairs of kept records at or above the threshold of their stage.
  let keptPairs: [RemovalStage: [ScoredPair]]

  func violations() throws -> [Violation] {
    let split = try index.catalog.split()
    if split.isEmpty { return [] }
    let keptRows = Set(kept.map { Int($0) })
    var found: [Violation] = []
    for place in split {
      let row = UInt32(place.row)
      let given = table.givenSplits[place.row]
      if !keptRows.contains(place.row) || (place.selected && place.part != .train) {
        found.append(Violation(kind: .misplaced, rows: [row]))
      }
      if let given, given != .train, given != place.part {
        found.append(Violation(kind: .givenPartIgnored, rows: [row]))
      }
    }
    return found + crossing(split) + (try dividedGroups(split))
  }

  /// Equal texts, and pairs of the stages whose pairs the split keeps together.
  private func crossing(_ split: [SplitAssignment]) -> [Violation] {
    let parts = Dictionary(split.map { (UInt32($0.row), $0.part) }, uniquingKeysWith: { $1 })
    var firstOfText: [UInt32: UInt32] = [:]
    let texts = HashGroups(table.textHashes)
    var found: [Violation] = []
    func check(_ a: UInt32, _ b: UInt32, _ stage: RemovalStage, _ score: Float) {
      guard let left = parts[a], let right = parts[b], left != right else { return }
      found.append(Violation(kind: .crossingPair, rows: [a, b], stage: stage, recomputed: score))
    }
    for place in split {
      let (row, text) = (UInt32(place.row), texts.groupOfRow[place.row])
      if let first = firstOfText[text] { check(first, row, .exact, 1) }
      firstOfText[text] = firstOfText[text] ?? row
    }
    for stage in RemovalStage.allCases where stage >= .lexical {
      for pair in keptPairs[stage] ?? [] where pair.score >= options.threshold(of: stage) {
        check(pair.a, pair.b, stage, pair.score)
      }
    }
    return found
  }

  /// Without given parts no group, as recorded or as the catalog's groups and pairs make it, is in two
  /// parts.
  private func dividedGroups(_ split: [SplitAssignment]) throws -> [Violation] {
    guard table.givenSplits.allSatisfy({ $0 == nil }) else { return [] }
    let field = (try? index.options(of: "split", as: SplitOptions.self))?.groupField
    let groups = try SplitGroups(index, table, options, field: field).groups
    var firsts: [[Int: SplitAssignment]] = [[:], [:]]
    var found: [Violation] = []
    for place in split {
      for (kind, group) in [place.group, Int(groups.groupOfRow[place.row])].enumerated() {
        if let first = firsts[kind][group] {
          guard first.part != place.part else { continue }
          found.append(
            Violation(kind: .dividedGroup, rows: [UInt32(first.row), UInt32(place.row)]))
          break
        }
        firsts[kind][group] = place
      }
    }
    return found
  }
}
