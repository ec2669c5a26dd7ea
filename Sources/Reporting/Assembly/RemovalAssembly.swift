import Corpus
import Curation
import Files
import Store

/// The section on removals: what was left out, and each such record beside the one it repeats.
struct RemovalAssembly {
  let index: OpenIndex
  let table: RecordTable
  let options: DedupOptions

  /// How many pairs stand open in the page.
  private static let exampleCount = 6
  /// How many pairs each of the three lists holds at most: a page that browsers still open at once.
  static let listedCount = 2_000

  func section() throws -> RemovalSection {
    let removals = try index.catalog.removals()
    let drops = try index.catalog.drops()
    let counts = Dictionary(removals.map { ($0.stage, 1) }, uniquingKeysWith: +)
    let testRecords = table.givenSplits.count { $0 == .test }
    let forTest = removals.filter { $0.scope == .trainTest }
    let forTestByStage = Dictionary(forTest.map { ($0.stage, 1) }, uniquingKeysWith: +)
    var section = RemovalSection(
      threshold: options.threshold.decimal, rule: options.keep, records: table.count,
      removed: removals.count + drops.count,
      stages: options.stages.map {
        RemovalSection.Count(
          name: $0.rawValue, count: counts[$0.rawValue] ?? 0,
          againstTest: testRecords > 0 ? forTestByStage[$0.rawValue] ?? 0 : nil)
      },
      examples: Self.spread(Self.ordered(removals), count: Self.exampleCount).map(pair),
      source: "SELECT * FROM removals (with records by row and witness), drops, conflicts, vetoes")
    for reason in Drop.Reason.allCases {
      let count = drops.count { $0.reason == reason }
      guard count > 0 else { continue }
      section.stages.append(
        RemovalSection.Count(
          name: reason.title, count: count, againstTest: testRecords > 0 ? 0 : nil))
    }
    if testRecords > 0 { (section.testRecords, section.againstTest) = (testRecords, forTest.count) }
    let conflicts = try index.catalog.conflicts()
    section.listings = listings(removals, drops, conflicts, hasTest: testRecords > 0)
    section.exportCommand =
      "simcurate export \(shellWord(index.folder.url.relativePath)) \(OptionName.what) removals "
      + "\(OptionName.out) removals.csv"
    if !conflicts.isEmpty { section.conflicts = listing(conflicts) }
    section.vetoes = listings(try index.catalog.vetoes())
    let readings = try index.catalog.figures(ReadingCounts.self)
    section.cutRecords = readings?.cut
    section.unknownRecords = readings?.unknown
    return section
  }

  /// By stage in the order in which they ran, what repeats a test record first; then what was dropped.
  private func listings(
    _ removals: [RemovalRow], _ drops: [Drop], _ conflicts: [Conflict], hasTest: Bool
  ) -> [RemovalSection.Listing] {
    let byKind = Dictionary(grouping: removals) { Kind(stage: $0.stage, scope: $0.scope) }
    let byReason = Dictionary(grouping: drops, by: \.reason)
    let kinds = options.stages.flatMap { stage in
      [RemovalRow.Scope.trainTest, .within].map { Kind(stage: stage.rawValue, scope: $0) }
    }.filter { byKind[$0] != nil }
    let reasons = Drop.Reason.allCases.filter { byReason[$0] != nil }
    let shares = Quotas.share(
      Self.listedCount,
      of: kinds.map { byKind[$0]!.count } + reasons.map { byReason[$0]!.count }, mode: .balanced)
    let scores = Dictionary(
      (drops.isEmpty ? [] : conflicts).map { (UnorderedPair($0.a, $0.b), $0) },
      uniquingKeysWith: { first, _ in first })
    let removed = zip(kinds, shares).map { kind, share in
      let all = Self.ordered(byKind[kind]!)
      return RemovalSection.Listing(
        title: hasTest ? "\(kind.stage), \(kind.cause)" : kind.stage, count: all.count,
        pairs: Self.spread(all, count: share).map { listed(pair($0)) })
    }
    let dropped = zip(reasons, shares.dropFirst(kinds.count)).map { reason, share in
      let all = byReason[reason]!.sorted { $0.row < $1.row }
      return RemovalSection.Listing(
        title: reason.title, count: all.count,
        pairs: Self.spread(all.reversed(), count: share).map { drop in
          let conflict = drop.other.flatMap { scores[UnorderedPair(drop.row, $0)] }
          return listed(
            RemovalSection.Pair(
              record: item(drop.row), witness: drop.other.map(item), score: conflict?.score,
              stage: conflict?.stage ?? reason.title,
              guards: drop.detail.map { [CleanText.shown($0)] } ?? []))
        })
    }
    return removed + dropped
  }

  private func listing(_ conflicts: [Conflict]) -> RemovalSection.Listing {
    let all = conflicts.sorted { ($0.score, $0.a, $0.b) < ($1.score, $1.a, $1.b) }
    return RemovalSection.Listing(
      title: "pairs with different labels", count: all.count,
      pairs: Self.spread(all, count: Self.listedCount).map {
        listed(
          RemovalSection.Pair(
            record: item($0.a), witness: item($0.b), score: $0.score, stage: $0.stage))
      })
  }

  private func listings(_ vetoes: [Veto]) -> [RemovalSection.Listing] {
    let byGuard = Dictionary(grouping: vetoes, by: \.guardName).sorted { $0.key < $1.key }
    let shares = Quotas.share(
      Self.listedCount, of: byGuard.map(\.value.count), mode: .balanced)
    return zip(byGuard, shares).map { group, share in
      let all = group.value.sorted { ($0.score, $0.a, $0.b) < ($1.score, $1.a, $1.b) }
      return RemovalSection.Listing(
        title: group.key, count: all.count,
        pairs: Self.spread(all, count: share).map {
          listed(
            RemovalSection.Pair(
              record: item($0.a), witness: item($0.b), score: $0.score, stage: $0.stage,
              guards: [$0.guardName + ($0.detail.map { ": " + $0 } ?? "")]))
        })
    }
  }

  private static func ordered(_ removals: [RemovalRow]) -> [RemovalRow] {
    removals.sorted { ($0.score, $0.row) < ($1.score, $1.row) }
  }

  /// `count` of `all`, or all if that is less: evenly over their order, the last first.
  static func spread<Element>(_ all: [Element], count: Int) -> [Element] {
    let count = min(count, all.count)
    guard count > 1 else { return Array(all.suffix(count)) }
    return (0..<count).map { all[(all.count - 1) - $0 * (all.count - 1) / (count - 1)] }
  }

  private func pair(_ removal: RemovalRow) -> RemovalSection.Pair {
    RemovalSection.Pair(
      record: item(removal.row), witness: item(removal.witness), score: removal.score,
      stage: removal.stage, rule: removal.rule)
  }

  private func item(_ row: Int) -> RemovalSection.Item {
    RemovalSection.Item(id: table.ids[row], text: table.texts[row], label: table.labels[row])
  }

  private func listed(_ pair: RemovalSection.Pair) -> RemovalSection.Pair {
    var pair = pair
    pair.record.text = CleanText.cut(pair.record.text)
    if let witness = pair.witness { pair.witness!.text = CleanText.cut(witness.text) }
    return pair
  }
}

/// What removals are listed by.
private struct Kind: Hashable {
  var stage: String
  var scope: RemovalRow.Scope

  var cause: String { scope == .within ? "within training" : "against the test set" }
}

/// Two rows in either order.
private struct UnorderedPair: Hashable {
  var low: Int
  var high: Int

  init(_ a: Int, _ b: Int) { (low, high) = (min(a, b), max(a, b)) }
}

extension Drop.Reason {
  fileprivate var title: String {
    switch self {
    case .conflict: "dropped for its label"
    case .manual: "dropped by hand"
    }
  }
}
