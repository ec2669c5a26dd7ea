import Corpus
import Foundation
import Neighbors
import Store

/// What the step `dedup` decided.
public struct DedupSummary: Codable, Sendable {
  public var index: String
  public var threshold: Float
  public var records: Int
  public var kept: Int
  public var removed: Int
  /// Removals by stage.
  public var removedByStage: [String: Int]
  /// Of ``removed``, those whose witness is in a given test set.
  public var removedForTest: Int
  /// Near-duplicates with different labels.
  public var conflicts: Int
  /// Pairs a guard held to be different.
  public var vetoes: Int
  public var vetoesByGuard: [String: Int]
  /// Pairs at or above ``floor``.
  public var pairs: Int
  public var floor: Float
  /// What an approximate join found of a sample's pairs; nil after an exact join.
  public var recall: JoinRecall?
  public var seconds: Double
  public var nothingToDo: Bool
}

/// Finds near-duplicates and writes the removals, each with its witness, to the catalog.
public struct DedupStep {
  private let index: OpenIndex
  private let options: DedupOptions
  private let account: StepAccount
  private let monitor: StepMonitor

  public init(
    _ index: OpenIndex, options: DedupOptions, account: StepAccount, monitor: StepMonitor
  ) {
    self.index = index
    self.options = options
    self.account = account
    self.monitor = monitor
  }

  /// Results of later steps are deleted with the removals they were made from.
  public func run() throws -> DedupSummary {
    let rule = try options.validate()
    if try StepAccount.isDone(
      "dedup", options: options, inputHash: index.contentHash, in: index.catalog)
    {
      return try storedSummary()
    }
    let table = try RecordTable(index.catalog, valueField: rule.field)
    let texts = HashGroups(table.textHashes)
    let semantic =
      options.stages.contains(.semantic)
      ? try SemanticPairs.find(
        in: index, texts: texts, floor: options.floor, method: options.join ?? .exact,
        monitor: monitor)
      : SemanticPairs(pairs: [], floor: 1)
    try monitor.checkpoint()
    let removal = Removals(
      table: table, texts: texts, semantic: semantic.pairs, options: options, rule: rule)
    try store(removal.decide(), removal, semantic)
    return try storedSummary(nothingToDo: false)
  }

  private func store(
    _ result: RemovalResult, _ removal: Removals, _ semantic: SemanticPairs
  ) throws {
    let (table, texts) = (removal.table, removal.texts)
    let isProtected = table.givenSplits.map { $0 == .test }
    let removals = result.removals.map { removed in
      Store.Removal(
        row: Int(removed.row), witness: Int(removed.witness), score: Double(removed.score),
        stage: removed.stage.rawValue, rule: options.keep,
        scope: isProtected[Int(removed.witness)] ? .trainTest : .within,
        guards: removed.stage == .semantic ? guardsAsked : nil)
    }
    let vetoes = result.vetoes.map { vetoed in
      let (a, b) = (min(vetoed.row, vetoed.other), max(vetoed.row, vetoed.other))
      // Asked again in the order of the row numbers, in which the detail is to be read.
      let veto = removal.veto(a, b) ?? vetoed.veto
      return Veto(
        a: Int(a), b: Int(b), score: Double(vetoed.score), guardName: veto.kind.rawValue,
        detail: veto.detail)
    }
    let conflicts = result.conflicts.map { conflict in
      let (a, b) = (Int(min(conflict.row, conflict.other)), Int(max(conflict.row, conflict.other)))
      return Conflict(
        a: a, b: b, score: Double(conflict.score), labelA: table.labels[a],
        labelB: table.labels[b], stage: conflict.stage.rawValue)
    }
    let stage = RemovalStage.semantic.rawValue
    let pairs = semantic.pairs.lazy.map { pair in
      let (a, b) = (texts.representatives[Int(pair.a)], texts.representatives[Int(pair.b)])
      return StoredPair(
        stage: stage, a: Int(min(a, b)), b: Int(max(a, b)), score: Double(pair.score))
    }
    let step = try account.step("dedup", options: options, inputHash: index.contentHash)
    try index.catalog.update { editor in
      try editor.replacePairs(stage: stage, pairs)
      try JoinRecall.replace(semantic.recall, with: editor)
      try editor.replaceRemovals(removals)
      try editor.replaceVetoes(vetoes)
      try editor.replaceConflicts(conflicts)
      try editor.forgetStepsAfterDedup()
      try editor.complete(step)
    }
  }

  /// The guards that let a pair pass, as the ledger shows them.
  private var guardsAsked: String? {
    options.guards.isEmpty
      ? nil : "[" + options.guards.map { "\"\($0.rawValue)\"" }.joined(separator: ",") + "]"
  }

  private func storedSummary(nothingToDo: Bool = true) throws -> DedupSummary {
    let catalog = index.catalog
    let removals = try catalog.removals()
    let vetoes = try catalog.vetoes()
    let records = try catalog.recordCount()
    return DedupSummary(
      index: index.folder.url.relativePath, threshold: options.threshold, records: records,
      kept: records - removals.count, removed: removals.count,
      removedByStage: Dictionary(removals.map { ($0.stage, 1) }, uniquingKeysWith: +),
      removedForTest: removals.count { $0.scope == .trainTest },
      conflicts: try catalog.conflicts().count, vetoes: vetoes.count,
      vetoesByGuard: Dictionary(vetoes.map { ($0.guardName, 1) }, uniquingKeysWith: +),
      pairs: try catalog.pairCount(stage: RemovalStage.semantic.rawValue), floor: options.floor,
      recall: try JoinRecall(catalog), seconds: try catalog.step("dedup")?.seconds ?? 0,
      nothingToDo: nothingToDo)
  }
}

extension CatalogEditor {
  /// Deletes what was made from removals that are being replaced.
  func forgetStepsAfterDedup() throws {
    for kind in ClusterKind.allCases {
      try replaceClusters(kind: kind, [Cluster](), members: [ClusterMember]())
    }
    try forgetSplit()
    try forget(step: "cluster")
  }

  func forgetSplit() throws {
    try replaceSplit([SplitAssignment]())
    try replaceMeasurements(step: "split", [Store.Measurement]())
    try forget(step: "split")
  }
}

/// One decision of the removal rule over an index, or over some of its rows.
public struct Removals {
  public let table: RecordTable
  public let texts: HashGroups
  public let order: CanonicalOrder
  public let columns: RecordColumns
  private let stages: [StageRelation]
  private let options: DedupOptions
  private let features = RememberedFeatures()

  /// - Parameter semantic: pairs of text groups at or above the options' floor.
  public init(
    table: RecordTable, texts: HashGroups, semantic: [ScoredPair], options: DedupOptions,
    rule: KeepRule, isProtected: [Bool]? = nil
  ) {
    self.table = table
    self.texts = texts
    self.options = options
    var columns = table.columns()
    if let isProtected { columns.isProtected = isProtected }
    self.columns = columns
    let graph = PairGraph(vertexCount: texts.count, pairs: semantic)
    order = Self.order(rule, columns, texts, graph, options.threshold)
    stages = options.stages.map { stage in
      switch stage {
      case .exact: .exact(texts)
      case .normalized: .normalized(HashGroups(table.normalizedHashes))
      case .lexical: preconditionFailure("the lexical stage needs lexical pairs")
      case .semantic: .semantic(graph, threshold: options.threshold)
      }
    }
  }

  /// The rule over some of an index's rows, from pairs stored or found now.
  ///
  /// - Parameter table: the rows, ``RecordTable/restricted(to:)``.
  public init(
    _ index: OpenIndex, table: RecordTable, options: DedupOptions, isProtected: [Bool],
    monitor: StepMonitor
  ) throws {
    let rule = try options.validate()
    let whole = try RecordTable(index.catalog)
    let wholeGroups = HashGroups(whole.textHashes)
    let texts = HashGroups(table.textHashes)
    let semantic =
      options.stages.contains(.semantic)
      ? try SemanticPairs.find(
        in: index, texts: wholeGroups, floor: options.threshold, monitor: monitor
      ).pairs : []
    self.init(
      table: table, texts: texts,
      semantic: table.translate(semantic, of: whole, wholeGroups, to: texts),
      options: options,
      rule: rule, isProtected: isProtected)
  }

  private static func order(
    _ rule: KeepRule, _ columns: RecordColumns, _ texts: HashGroups, _ graph: PairGraph,
    _ threshold: Float
  ) -> CanonicalOrder {
    guard rule == .central else { return CanonicalOrder(rule: rule, records: columns) }
    let ofText = graph.centrality(atLeast: threshold, multiplicity: texts.sizes)
    return CanonicalOrder(
      rule: rule, records: columns, centrality: texts.groupOfRow.map { ofText[Int($0)] })
  }

  /// What becomes of every row.
  public func decide() -> RemovalResult {
    GreedyRemoval(
      records: columns, texts: texts, order: order, stages: stages,
      options: RemovalOptions(scope: options.scope, conflicts: options.conflicts)
    ).run(veto: veto)
  }

  func veto(_ a: UInt32, _ b: UInt32) -> GuardVeto? {
    TextGuard.firstVeto(
      options.guards, features.of(a, in: table), features.of(b, in: table))
  }
}

/// What the guards read from the texts they were asked about, each read once.
private final class RememberedFeatures {
  private var ofRow: [UInt32: GuardFeatures] = [:]

  func of(_ row: UInt32, in table: RecordTable) -> GuardFeatures {
    if let known = ofRow[row] { return known }
    let features = GuardFeatures(table.texts[Int(row)])
    ofRow[row] = features
    return features
  }
}
