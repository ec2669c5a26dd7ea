import Corpus
import Files
import Foundation
import Neighbors
import Store

/// What the step `dedup` decided.
public struct DedupSummary: Codable, Sendable {
  /// The folder of the index.
  public var index: String
  /// The score at or above which two texts count as the same.
  public var threshold: Float
  /// How many records there are.
  public var records: Int
  /// How many records are left.
  public var kept: Int
  /// How many records are not, each for one that is kept.
  public var removed: Int
  /// Removals by stage.
  public var removedByStage: [String: Int]
  /// Of ``removed``, those whose witness is in a given test set; the others repeat one another.
  public var removedForTest: Int
  /// Records of a given test set, none of which is ever removed.
  public var testRecords: Int
  /// Near-duplicates with different labels.
  public var conflicts: Int
  /// Pairs a guard held to be different.
  public var vetoes: Int
  /// The vetoes, by guard.
  public var vetoesByGuard: [String: Int]
  /// Left out without a witness, by reason.
  public var dropped: [String: Int]
  /// Protected records near one before them; all are kept.
  public var protectedRepeats: Int
  /// Records that did not reach the model as they are; nil if the index does not say.
  public var readings: ReadingCounts?
  /// The model's limit in tokens.
  public var maximumTokens: Int
  /// Whether pairs were searched for now, or those stored sufficed.
  public var joined: Bool
  /// Pairs at or above ``floor``.
  public var pairs: Int
  /// The score down to which pairs are stored.
  public var floor: Float
  /// What an approximate join found of a sample's pairs; nil after an exact join.
  public var recall: JoinRecall?
  /// Against the dedup before, in a run that follows one; nil if there was none.
  public var changes: DecisionChanges?
  /// That the step took.
  public var seconds: Double
  /// Whether it had been done before, with the same options on the same input.
  public var nothingToDo: Bool
}

/// What `dedup` leaves in the catalog beside its rows.
package struct DedupFigures: Figures {
  package static let step = "dedup"

  /// How many records it decided on, which lets the next dedup say what it changed.
  var records: Int
  /// Protected records near one before them.
  var protectedRepeats: Int
}

/// Finds near-duplicates and writes the removals, each with its witness, to the catalog.
public struct DedupStep {
  private let index: OpenIndex
  private let options: DedupOptions
  private let account: StepAccount
  private let monitor: StepMonitor

  /// Only prepares the work.
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
    let input = try index.decidedHash()
    if try StepAccount.isDone("dedup", options: options, inputHash: input, in: index.catalog) {
      return try summary(Ledger(in: index.catalog))
    }
    let table = try index.records(for: options)
    try checkNames(table, rule)
    let texts = HashGroups(table.textHashes)
    // Stored pairs serve if they reach down to the threshold, or to the floor where one was asked for.
    let semantic =
      options.stages.contains(.semantic)
      ? try SemanticPairs.find(
        in: index, texts: texts, floor: options.floor,
        atMost: options.floorIsRequired ? options.floor : options.threshold,
        method: options.join ?? .exact, monitor: monitor)
      : nil
    try monitor.checkpoint()
    let lexical = try LexicalStages(
      index: index, table: table, texts: texts, options: options
    ).find()
    try monitor.checkpoint()
    let removal = Removals(
      table: table, texts: texts, semantic: semantic?.pairs ?? [], lexical: lexical.pairs,
      options: options, rule: rule)
    let result = removal.decide()
    let ledger = Ledger(
      result, of: removal, options: options,
      notes: Dictionary(
        uniqueKeysWithValues: try index.catalog.decisions().compactMap { decision in
          decision.note.map { (decision.id, $0) }
        }))
    let changes = try store(
      ledger, repeats: result.protectedRepeats, removal, semantic, lexical, input)
    var summary = try summary(
      ledger, nothingToDo: false, joined: semantic?.isNew == true || !lexical.floors.isEmpty)
    summary.changes = changes
    return summary
  }

  /// An option that names what the index lacks would do nothing, without a word.
  private func checkNames(_ table: RecordTable, _ rule: KeepRule) throws {
    let ids = Set(table.ids)
    if let unknown = options.protectedIDs.first(where: { !ids.contains($0) }) {
      throw FileError(
        option: .protect, expected: "ids of records of the index", found: "'\(unknown)'")
    }
    if let field = options.protectField, !table.hasProtectField {
      throw FileError(
        option: .protectField, expected: "a field of some record", found: "'\(field)'")
    }
    if let field = rule.field, table.values.allSatisfy(\.isNaN) {
      throw FileError(
        option: .keep, expected: "a field that is a number in some record", found: "'\(field)'")
    }
    let sources = Set(table.sources)
    if case .sources(let names) = rule, let unknown = names.first(where: { !sources.contains($0) })
    {
      throw FileError(
        option: .keep, expected: "names of files that were indexed", found: "'\(unknown)'",
        advice: "some that were: " + sources.sorted().prefix(5).joined(separator: ", "))
    }
  }

  /// - Parameters:
  ///   - ledger: what is decided, about the texts in `removal`.
  ///   - repeats: protected rows that are the same as one before them.
  /// - Returns: what is decided otherwise than before.
  private func store(
    _ ledger: Ledger, repeats: Int, _ removal: Removals, _ semantic: SemanticPairs?,
    _ lexical: LexicalStages.Found, _ input: String
  ) throws -> DecisionChanges? {
    let texts = removal.texts
    var found = lexical.floors.keys.map { ($0, lexical.pairs[$0] ?? []) }
    var coverage = try PairCoverage(index)
    if !lexical.floors.isEmpty {
      coverage.setLexical(lexical.floors, shingling: options.shingling)
    }
    let recordCount = index.manifest.recordCount
    if let semantic, semantic.isNew {
      found.append((.semantic, semantic.pairs))
      coverage.setSemantic(floor: semantic.floor, method: semantic.method, records: recordCount)
    }
    let changes = try DecisionChanges.find(in: index, ledger, ids: removal.table.ids)
    let step = try account.step("dedup", options: options, inputHash: input)
    try index.catalog.update { editor in
      for (stage, pairs) in found {
        try editor.replacePairs(
          stage: stage.rawValue,
          pairs.lazy.map { pair in
            let (a, b) = (texts.representatives[Int(pair.a)], texts.representatives[Int(pair.b)])
            return StoredPair(
              stage: stage.rawValue, a: Int(min(a, b)), b: Int(max(a, b)),
              score: Double(pair.score))
          })
      }
      try editor.replaceFigures(coverage)
      if let semantic, semantic.isNew {
        try editor.forgetFigures(JoinRecall.self)
        if let recall = semantic.recall { try editor.replaceFigures(recall) }
      }
      try editor.replaceFigures(
        DedupFigures(records: recordCount, protectedRepeats: repeats))
      try ledger.store(editor)
      try editor.forgetStepsAfterDedup()
      try editor.complete(step)
    }
    index.forgetPairs()
    return changes
  }

  private func summary(
    _ ledger: Ledger, nothingToDo: Bool = true, joined: Bool = false
  ) throws -> DedupSummary {
    let catalog = index.catalog
    let (removals, drops, vetoes) = (ledger.removals, ledger.drops, ledger.vetoes)
    let records = index.manifest.recordCount
    return DedupSummary(
      index: index.folder.url.relativePath, threshold: options.threshold, records: records,
      kept: records - removals.count - drops.count, removed: removals.count,
      removedByStage: Dictionary(removals.map { ($0.stage, 1) }, uniquingKeysWith: +),
      removedForTest: removals.count { $0.scope == .trainTest },
      testRecords: try catalog.givenCount(.test),
      conflicts: ledger.conflicts.count, vetoes: vetoes.count,
      vetoesByGuard: Dictionary(vetoes.map { ($0.guardName, 1) }, uniquingKeysWith: +),
      dropped: Dictionary(drops.map { ($0.reason.rawValue, 1) }, uniquingKeysWith: +),
      protectedRepeats: try catalog.figures(DedupFigures.self)?.protectedRepeats ?? 0,
      readings: try catalog.figures(ReadingCounts.self),
      maximumTokens: index.manifest.model.maximumTokens,
      joined: joined, pairs: try catalog.pairCount(stage: RemovalStage.semantic.rawValue),
      floor: try PairCoverage(index).floor(of: .semantic) ?? options.floor,
      recall: try JoinRecall.stored(catalog), seconds: try catalog.step("dedup")?.seconds ?? 0,
      nothingToDo: nothingToDo)
  }
}

extension DedupOptions {
  /// The guards that let a pair of `stage` pass, as the ledger shows them.
  func guardsAsked(at stage: RemovalStage) -> String? {
    let guards = guards.filter { $0.speaks(at: stage) }
    guard stage >= .lexical, !guards.isEmpty else { return nil }
    return "[" + guards.map { "\"\($0.rawValue)\"" }.joined(separator: ",") + "]"
  }
}

extension CatalogEditor {
  /// Deletes what was made from removals that are being replaced.
  func forgetStepsAfterDedup() throws {
    for kind in ClusterKind.allCases {
      try replaceClusters(kind: kind, [Cluster](), members: [ClusterMember]())
    }
    try replaceOutliers([Outlier]())
    try forgetSplit()
    try forget(step: "cluster")
  }

  func forgetSplit() throws {
    try replaceSplit([SplitAssignment]())
    try forgetFigures(SplitFigures.self)
    try forget(step: "split")
  }
}

extension OpenIndex {
  /// What `dedup` starts from: records, vectors, and what people decided about them.
  func decidedHash() throws -> String {
    let decisions = try catalog.decisions()
    if decisions.isEmpty { return contentHash }
    return StepAccount.hash(
      [contentHash] + decisions.flatMap { [$0.id, $0.verdict.rawValue, $0.note ?? ""] })
  }
}
