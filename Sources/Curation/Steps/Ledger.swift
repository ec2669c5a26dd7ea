import Files
import Store

/// What `dedup` decided, as the catalog has it: the rows of four tables, with the labels, the rule and
/// the guards in words.
///
/// ``RemovalResult`` says the same in the row numbers and stages of the pure rule, which runs without a
/// catalog and holds a pair in a quarter of the memory. Both are made of each other here and nowhere else.
struct Ledger {
  var removals: [RemovalRow]
  var drops: [Drop]
  var vetoes: [Veto]
  var conflicts: [Conflict]

  /// - Throws: `FileError` for a damaged catalog.
  init(in catalog: Catalog) throws {
    removals = try catalog.removals()
    drops = try catalog.drops()
    vetoes = try catalog.vetoes()
    conflicts = try catalog.conflicts()
  }

  /// - Parameter notes: left with the decisions, by id.
  init(
    _ result: RemovalResult, of removal: Removals, options: DedupOptions, notes: [String: String]
  ) {
    let table = removal.table
    removals = result.removals.map { removed in
      RemovalRow(
        row: Int(removed.row), witness: Int(removed.witness), score: Double(removed.score),
        stage: removed.stage.rawValue, rule: options.keep,
        scope: table.scope(witness: Int(removed.witness)),
        guards: options.guardsAsked(at: removed.stage))
    }
    vetoes = result.vetoes.map { vetoed in
      let (a, b) = (min(vetoed.row, vetoed.other), max(vetoed.row, vetoed.other))
      // Asked again in the order of the row numbers, in which the detail is to be read.
      let veto = removal.veto(vetoed.stage, a, b) ?? vetoed.veto
      return Veto(
        a: Int(a), b: Int(b), score: Double(vetoed.score), guardName: veto.kind.rawValue,
        detail: veto.detail, stage: vetoed.stage.rawValue)
    }
    // Two records dropped over each other are one pair.
    var seen: Set<[UInt32]> = []
    conflicts = result.conflicts.compactMap { conflict in
      let (low, high) = (min(conflict.row, conflict.other), max(conflict.row, conflict.other))
      guard seen.insert([low, high]).inserted else { return nil }
      return Conflict(
        a: Int(low), b: Int(high), score: Double(conflict.score), labelA: table.labels[Int(low)],
        labelB: table.labels[Int(high)], stage: conflict.stage.rawValue)
    }
    let byHand = result.setAside.map {
      Drop(row: Int($0), reason: .manual, detail: notes[table.ids[Int($0)]])
    }
    let overLabels = result.conflicts.filter(\.isDropped).map { conflict in
      let (row, other) = (Int(conflict.row), Int(conflict.other))
      return Drop(
        row: row, reason: .conflict,
        detail: "\(table.labels[row] ?? "none") against \(table.labels[other] ?? "none")",
        other: other)
    }
    drops = byHand + overLabels
  }

  /// Replaces what the catalog has.
  func store(_ editor: CatalogEditor) throws {
    try editor.replaceRemovals(removals)
    try editor.replaceDrops(drops)
    try editor.replaceVetoes(vetoes)
    try editor.replaceConflicts(conflicts)
  }

  /// - Parameters:
  ///   - kept: rows that are neither removed nor dropped, ascending.
  ///   - place: of the catalog, for errors.
  /// - Throws: `FileError` for a stage or guard that there is none of.
  func result(kept: [Int], place: String) throws -> RemovalResult {
    func known<Value: RawRepresentable<String>>(_ name: String, _ what: String) throws -> Value {
      guard let value = Value(rawValue: name) else {
        throw FileError(place: place, expected: what, found: "'\(name)'")
      }
      return value
    }
    func stage(_ name: String) throws -> RemovalStage { try known(name, "a removal stage") }
    return RemovalResult(
      kept: kept.map { UInt32($0) },
      removals: try removals.map {
        Removal(
          row: UInt32($0.row), witness: UInt32($0.witness), score: Float($0.score),
          stage: try stage($0.stage))
      },
      vetoes: try vetoes.map {
        VetoedPair(
          row: UInt32($0.a), other: UInt32($0.b), score: Float($0.score),
          stage: try stage($0.stage),
          veto: GuardVeto(kind: try known($0.guardName, "a guard"), detail: $0.detail ?? ""))
      },
      conflicts: try conflicts.map {
        LabelConflict(
          row: UInt32($0.a), other: UInt32($0.b), score: Float($0.score),
          stage: try stage($0.stage), isDropped: false)
      },
      setAside: drops.map { UInt32($0.row) })
  }
}

extension RecordTable {
  /// Of a removal for the record in row `witness`.
  func scope(witness: Int) -> RemovalRow.Scope {
    givenSplits[witness] == .test ? .trainTest : .within
  }
}
