import Files
import Foundation
import Store

/// Compares the mixture of the records before and after the steps that left some out.
public struct CompositionStep {
  private let index: OpenIndex

  /// Only prepares the work.
  public init(_ index: OpenIndex) { self.index = index }

  /// Counts by each of `keys`; those that tell nothing apart (no labels, no topics yet) are left out.
  ///
  /// - Throws: `FileError` before the step `dedup`.
  public func compare(_ keys: [CompositionKey]) throws -> [Composition] {
    _ = try StepAccount.outcomeHash(of: "dedup", in: index)
    let table = try index.records()
    var isKept = [Bool](repeating: false, count: table.count)
    for row in try index.catalog.keptRows() { isKept[row] = true }
    var isSelected: [Bool]?
    if try index.catalog.step("split") != nil {
      var selected = [Bool](repeating: false, count: table.count)
      for assignment in try index.catalog.split() where assignment.selected {
        selected[assignment.row] = true
      }
      isSelected = selected
    }
    return try keys.compactMap { key in
      try CompositionGroups(key, table, index).flatMap { groups in
        groups.names.contains { $0 != groups.names[0] }
          ? Self.compare(key, groups, isKept, isSelected) : nil
      }
    }
  }

  private static func compare(
    _ key: CompositionKey, _ groups: CompositionGroups, _ isKept: [Bool], _ isSelected: [Bool]?
  ) -> Composition {
    var counts: [String: (before: Int, kept: Int, selected: Int)] = [:]
    for (row, name) in groups.names.enumerated() {
      counts[name, default: (0, 0, 0)].before += 1
      if isKept[row] { counts[name]!.kept += 1 }
      if isKept[row], isSelected?[row] ?? false { counts[name]!.selected += 1 }
    }
    return Composition(
      key: key,
      groups: counts.map { name, count in
        Composition.Group(
          name: name, words: groups.words[name], before: count.before, kept: count.kept,
          selected: isSelected == nil ? nil : count.selected)
      })
  }
}
