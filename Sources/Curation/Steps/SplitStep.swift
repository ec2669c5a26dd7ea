import Corpus
import Files
import Foundation
import Neighbors
import Store

/// What the step `split` made.
public struct SplitSummary: Codable, Sendable {
  /// One of its parts.
  public struct Part: Codable, Sendable {
    /// As people know it.
    public var name: String
    /// How many records there are.
    public var records: Int
    /// Of all that are placed.
    public var share: Double
  }

  /// The folder of the index.
  public var index: String
  /// The parts of the split.
  public var parts: [Part]
  /// Records of the training part that the balanced subset has.
  public var selected: Int
  /// Kept records in no part.
  public var leftOut: Int
  /// Records of the largest group, which bounds how well sizes can be met.
  public var largestGroup: Int
  /// What the step measured.
  public var figures: SplitFigures
  /// That the step took.
  public var seconds: Double
  /// Whether it had been done before, with the same options on the same input.
  public var nothingToDo: Bool
  /// How the balanced subset was selected, and what is proven of it.
  public var method: String
  /// What is proven of the selection, as a sentence.
  public var guarantee: String
}

/// Divides the kept records into training, development and test parts that share no paraphrase group
/// and no pair at or above the threshold, and selects a balanced training subset.
public struct SplitStep {
  private let index: OpenIndex
  private let options: SplitOptions
  private let account: StepAccount
  private let monitor: StepMonitor

  /// Only prepares the work.
  public init(
    _ index: OpenIndex, options: SplitOptions, account: StepAccount, monitor: StepMonitor
  ) {
    self.index = index
    self.options = options
    self.account = account
    self.monitor = monitor
  }

  /// Does the step, or says that it was done before.
  public func run() throws -> SplitSummary {
    try options.validate()
    let input = try StepAccount.outcomeHash(of: "cluster", in: index)
    if try StepAccount.isDone("split", options: options, inputHash: input, in: index.catalog) {
      return try summary(nothingToDo: true)
    }
    let dedup = try index.options(of: "dedup", as: DedupOptions.self)
    let table = try index.records()
    let kept = try index.catalog.keptRows().map { UInt32($0) }
    let near = try SplitGroups(index, table, dedup, field: options.groupField)
    let assigner = try SplitAssigner(
      options: options, table: table, groups: near.groups, kept: kept, bonds: near.bonds,
      near: options.leaveOut == .near && options.timeField == nil
        && table.givenSplits.contains { $0 != nil } ? near : nil,
      times: try options.timeField.map { try RecordTimes(index.catalog, field: $0).values },
      entities: options.disjoint == .entities ? RecordEntities(index.catalog).ofRow : nil)
    let placement = try assigner.assign(kept)
    let folds = options.folds.map { assigner.folds($0, of: placement) }
    try monitor.checkpoint()
    let train = placement.rows(.train)
    monitor.progress(StepProgress(phase: "selecting", completed: 0, total: nil, unit: "records"))
    let selection = try BalancedSelection(index, table: table, options: options)
    let selected = try selection.select(train, size: options.size(of: train.count))
    try monitor.checkpoint()
    let topics = try Self.topics(index)
    let measures = SplitMeasures(
      table: table, vectors: index.vectors.vectors, topicOfRow: topics.ofRow,
      topicCount: topics.count, threshold: dedup.threshold,
      reference: Array(0..<UInt32(table.count)), near: try NearPairs(index, near.texts))
    monitor.progress(StepProgress(phase: "measuring", completed: 0, total: nil, unit: "sets"))
    func values(_ split: SplitAssigner.Placement) throws -> SplitMeasures.Values {
      try monitor.checkpoint()
      var values = try measures.measure(train: split.rows(.train), test: split.rows(.test))
      values[.nearPairs] = Double(near.crossing(split.partOfRow))
      return values.merging(assigner.entityMeasures(split)) { $1 }
    }
    let figures = SplitFigures(
      measures: SplitMeasures.table(
        before: try values(SplitAssigner.random(table, options: options)),
        after: try values(placement),
        selected: try measures.measure(train: selected.rows, test: placement.rows(.test))),
      targets: measures.targets(placement, options: options)
        + (selection.quotas.map { [$0.target(of: selected.rows, from: train)] } ?? []),
      selection: .init(
        spent: selected.spent, cells: selected.cells, objective: selected.objective),
      folds: folds.map { .init($0.result, nearPairsAcross: near.crossing($0.ofRow)) },
      entitiesTooFrequent: assigner.entitiesTooFrequent, leftOut: placement.leftOut)
    try store(
      placement, ranking: selected.rows, groups: assigner.groupNumbers(placement),
      folds: folds?.ofRow ?? [:], figures, input)
    return try summary(nothingToDo: false)
  }

  /// The topic cell of every row and how many cells there are.
  public static func topics(_ index: OpenIndex) throws -> (ofRow: [UInt32], count: Int) {
    var topics = [UInt32](repeating: 0, count: index.manifest.recordCount)
    for member in try index.catalog.members(kind: .topic) {
      topics[member.row] = UInt32(member.cluster)
    }
    return (topics, Int((topics.max() ?? 0) + 1))
  }

  /// What is proven of the selection that the step made with `options`.
  public static func guarantee(_ figures: SplitFigures, _ options: SplitOptions) -> String {
    SelectionGuarantee.text(
      options.selection, hasQuotas: options.pin != nil || options.balance != .none,
      inTokens: options.budgetTokens != nil, cells: figures.selection.cells)
  }

  private func store(
    _ placement: SplitAssigner.Placement, ranking selected: [UInt32], groups: [UInt32: Int],
    folds: [UInt32: Int], _ figures: SplitFigures, _ input: String
  ) throws {
    var ranks: [UInt32: Int] = [:]
    for (rank, row) in selected.enumerated() { ranks[row] = rank }
    let assignments = placement.partOfRow.sorted { $0.key < $1.key }.map { row, part in
      SplitAssignment(
        row: Int(row), part: part, selected: ranks[row] != nil,
        group: groups[row]!, reason: placement.reasons[row] ?? "",
        rank: ranks[row], fold: folds[row])
    }
    let step = try account.step("split", options: options, inputHash: input)
    try index.catalog.update { editor in
      try editor.replaceSplit(assignments)
      try editor.replaceFigures(figures)
      try editor.complete(step)
    }
  }

  private func summary(nothingToDo: Bool) throws -> SplitSummary {
    let figures = try index.splitFigures()
    let split = try index.catalog.split()
    let counts = Dictionary(split.map { ($0.part, 1) }, uniquingKeysWith: +)
    let groups = Dictionary(split.map { ($0.group, 1) }, uniquingKeysWith: +)
    return SplitSummary(
      index: index.folder.url.relativePath,
      parts: GivenSplit.allCases.map {
        let count = counts[$0] ?? 0
        return SplitSummary.Part(
          name: $0.rawValue, records: count, share: Double(count) / Double(max(1, split.count)))
      }, selected: split.count { $0.selected },
      leftOut: try index.catalog.keptRows().count - split.count,
      largestGroup: groups.values.max() ?? 0,
      figures: figures,
      seconds: try index.catalog.step("split")?.seconds ?? 0, nothingToDo: nothingToDo,
      method: options.selection.rawValue, guarantee: Self.guarantee(figures, options))
  }
}

extension OpenIndex {
  /// What the step `split` left.
  ///
  /// - Throws: `FileError` if there is nothing.
  public func splitFigures() throws -> SplitFigures {
    if let figures = try catalog.figures(SplitFigures.self) { return figures }
    throw FileError(
      place: folder.url.relativePath, expected: "the figures that the step 'split' left",
      found: "none", advice: "run simcurate split \(folder.url.relativePath) again")
  }
}
