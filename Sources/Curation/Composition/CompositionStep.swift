import Foundation
import Store

/// How many records of every group there were, stayed after dedup, and were selected.
public struct Composition: Codable, Sendable {
  public struct Group: Codable, Sendable {
    public var name: String
    public var before: Int
    public var kept: Int
    /// Nil before the step `split`.
    public var selected: Int?
    /// Of the group's records, what dedup removed or dropped.
    public var lostShare: Double
  }

  public var key: CompositionKey
  /// Those that lost the largest share first.
  public var groups: [Group]
  /// From all records to the kept ones.
  public var shift: MixtureShift
  /// From the kept records to the selected training records; nil before the step `split`.
  public var selectionShift: MixtureShift?
}

/// Compares the mixture of the records before and after the steps that left some out.
public struct CompositionStep {
  private let index: OpenIndex

  public init(_ index: OpenIndex) { self.index = index }

  /// Counts by each of `keys` and stores the shifts as measurements of step `composition`.
  ///
  /// Keys that tell nothing apart (no labels, no topics yet) are left out.
  /// - Throws: ``CurationError`` before the step `dedup`.
  public func run(_ keys: [CompositionKey]) throws -> [Composition] {
    _ = try StepAccount.outcomeHash(of: "dedup", in: index)
    let table = try RecordTable(index.catalog)
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
    let result = try keys.compactMap { key in
      try CompositionGroups(key, table, index).flatMap { groups in
        groups.names.contains { $0 != groups.names[0] }
          ? Self.compare(key, groups.names, isKept, isSelected) : nil
      }
    }
    try store(result)
    return result
  }

  private func store(_ compositions: [Composition]) throws {
    let step = "composition"
    let values = compositions.flatMap { composition in
      [("dedup", composition.shift), ("selection", composition.selectionShift)].flatMap {
        name, shift in
        shift.map {
          [("distance", $0.distance), ("probability", $0.probability)].map { figure, value in
            Store.Measurement(
              step: step, name: "\(composition.key.rawValue): \(name) \(figure)", value: value)
          }
        } ?? []
      }
    }
    try index.catalog.update { try $0.replaceMeasurements(step: step, values) }
  }

  private static func compare(
    _ key: CompositionKey, _ names: [String], _ isKept: [Bool], _ isSelected: [Bool]?
  ) -> Composition {
    var counts: [String: (before: Int, kept: Int, selected: Int)] = [:]
    for (row, name) in names.enumerated() {
      counts[name, default: (0, 0, 0)].before += 1
      if isKept[row] { counts[name]!.kept += 1 }
      if isKept[row], isSelected?[row] ?? false { counts[name]!.selected += 1 }
    }
    let groups = counts.map { name, count in
      Composition.Group(
        name: name, before: count.before, kept: count.kept,
        selected: isSelected == nil ? nil : count.selected,
        lostShare: Double(count.before - count.kept) / Double(count.before))
    }.sorted { ($1.lostShare, $0.name) < ($0.lostShare, $1.name) }
    let kept = groups.map(\.kept)
    return Composition(
      key: key, groups: groups, shift: MixtureShift(before: groups.map(\.before), after: kept),
      selectionShift: isSelected == nil
        ? nil : MixtureShift(before: kept, after: groups.map { $0.selected ?? 0 }))
  }
}
