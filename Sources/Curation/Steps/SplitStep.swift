import Corpus
import Foundation
import Neighbors
import Store

/// What the step `split` made.
public struct SplitSummary: Codable, Sendable {
  public struct Part: Codable, Sendable {
    public var name: String
    public var records: Int
    public var share: Double
  }

  public var index: String
  public var parts: [Part]
  /// Records of the training part that the balanced subset has.
  public var selected: Int
  /// Kept records in no part.
  public var leftOut: Int
  /// Why they are in none, with how many.
  public var leftOutBy: [String: Int]
  /// Records of the largest group, which bounds how well sizes can be met.
  public var largestGroup: Int
  /// Diversity and leakage before and after, by name.
  public var measurements: [String: Double]
  public var seconds: Double
  public var nothingToDo: Bool
  /// How the balanced subset was selected, and what is proven of it.
  public var method: String
  public var guarantee: String
}

/// Divides the kept records into training, development and test parts that share no paraphrase group
/// and no pair at or above the threshold, and selects a balanced training subset.
public struct SplitStep {
  private let index: OpenIndex
  private let options: SplitOptions
  private let account: StepAccount
  private let monitor: StepMonitor

  public init(
    _ index: OpenIndex, options: SplitOptions, account: StepAccount, monitor: StepMonitor
  ) {
    self.index = index
    self.options = options
    self.account = account
    self.monitor = monitor
  }

  public func run() throws -> SplitSummary {
    try options.validate()
    let input = try StepAccount.outcomeHash(of: "cluster", in: index)
    if try StepAccount.isDone("split", options: options, inputHash: input, in: index.catalog) {
      return try summary(nothingToDo: true)
    }
    let dedup = try index.options(of: "dedup", as: DedupOptions.self)
    let table = try RecordTable(index.catalog)
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
    let before = SplitAssigner.random(table, options: options)
    let test = placement.rows(.test)
    var measurements =
      measures.targets(placement, options: options)
      + (folds.map { measures.folds($0.result, crossing: near.crossing($0.ofRow)) } ?? [])
      + measures.selection(selected, of: train, quotas: selection.quotas)
      + placement.leftOut.sorted { $0.key < $1.key }.map {
        Store.Measurement(step: "split", name: Self.leftOut + $0.key, value: Double($0.value))
      }
    for (name, split) in [("before", before), ("after", placement)] {
      try monitor.checkpoint()
      measurements += try measures.measure(name, train: split.rows(.train), test: split.rows(.test))
      measurements.append(measures.crossing(name, near.crossing(split.partOfRow)))
      measurements += assigner.entityMeasures(name, split)
    }
    measurements += try measures.measure("selected", train: selected.rows, test: test)
    try store(
      placement, selected.rows, assigner.groupNumbers(placement), folds?.ofRow ?? [:], measurements,
      input)
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
  public static func guarantee(_ index: OpenIndex, _ options: SplitOptions) throws -> String {
    let cells = try index.catalog.measurements(step: "split").first {
      $0.name == SplitMeasures.cellsName
    }
    return SelectionGuarantee.text(
      options.selection, hasQuotas: options.pin != nil || options.balance != .none,
      inTokens: options.budgetTokens != nil, cells: cells.map { Int($0.value) } ?? 1)
  }

  private func store(
    _ placement: SplitAssigner.Placement, _ selected: [UInt32], _ groups: [UInt32: Int],
    _ folds: [UInt32: Int], _ measurements: [Store.Measurement], _ input: String
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
      try editor.replaceMeasurements(step: "split", measurements)
      try editor.complete(step)
    }
  }

  /// Before the reason, in the names of measurements.
  private static let leftOut = "left out: "

  private func summary(nothingToDo: Bool) throws -> SplitSummary {
    let measured = try index.catalog.measurements(step: "split")
    let leftOut = measured.filter { $0.name.hasPrefix(Self.leftOut) }
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
      leftOutBy: Dictionary(
        uniqueKeysWithValues: leftOut.map {
          (String($0.name.dropFirst(Self.leftOut.count)), Int($0.value))
        }),
      largestGroup: groups.values.max() ?? 0,
      measurements: Dictionary(
        uniqueKeysWithValues: measured.map { ($0.name, $0.value) }),
      seconds: try index.catalog.step("split")?.seconds ?? 0, nothingToDo: nothingToDo,
      method: options.selection.rawValue, guarantee: try Self.guarantee(index, options))
  }
}
