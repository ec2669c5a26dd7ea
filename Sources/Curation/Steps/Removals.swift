import Corpus
import Neighbors
import Store

/// One decision of the removal rule over an index, or over some of its rows.
public struct Removals {
  package let table: RecordTable
  package let texts: HashGroups
  package let order: CanonicalOrder
  package let columns: RecordColumns
  private let stages: [StageRelation]
  private let options: DedupOptions
  private let features = RememberedFeatures()

  /// - Parameters:
  ///   - semantic: pairs of text groups at or above the options' threshold.
  ///   - lexical: the pairs of the stages `lexical` and `containment`.
  public init(
    table: RecordTable, texts: HashGroups, semantic: [ScoredPair],
    lexical: [RemovalStage: [ScoredPair]] = [:], options: DedupOptions, rule: KeepRule
  ) {
    self.table = table
    self.texts = texts
    self.options = options
    columns = table.columns()
    let graph = PairGraph(vertexCount: texts.count, pairs: semantic)
    order = Self.order(rule, columns, texts, graph, options.threshold)
    stages = options.stages.map { stage in
      switch stage {
      case .exact: .exact(texts)
      case .normalized: .normalized(HashGroups(table.normalizedHashes))
      case .lexical, .containment:
        StageRelation(
          stage: stage,
          relation: .pairs(
            PairGraph(vertexCount: texts.count, pairs: lexical[stage] ?? []),
            threshold: options.threshold(of: stage)))
      case .semantic: .semantic(graph, threshold: options.threshold)
      }
    }
  }

  /// The rule over some of an index's rows, from pairs stored or found now.
  ///
  /// - Parameters:
  ///   - table: the rows, ``RecordTable/restricted(to:)``.
  ///   - isProtected: rows that stay, and that the scope `leakage` compares with.
  ///   - asDecided: whether what people and options decided about records holds here.
  public init(
    _ index: OpenIndex, table: RecordTable, options: DedupOptions, isProtected: [Bool],
    asDecided: Bool = true, monitor: StepMonitor
  ) throws {
    let rule = try options.validate()
    let whole = try index.records(for: options)
    let wholeGroups = HashGroups(whole.textHashes)
    let texts = HashGroups(table.textHashes)
    let semantic =
      options.stages.contains(.semantic)
      ? try SemanticPairs.find(
        in: index, texts: wholeGroups, floor: options.threshold, monitor: monitor
      ).pairs : []
    let lexical = try LexicalStages(
      index: index, table: whole, texts: wholeGroups, options: options
    )
    .find().pairs
    self.init(
      table: table.protected(as: asDecided ? whole : nil, besides: isProtected), texts: texts,
      semantic: table.translate(semantic, of: whole, wholeGroups, to: texts),
      lexical: lexical.mapValues { table.translate($0, of: whole, wholeGroups, to: texts) },
      options: options, rule: rule)
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

  func veto(_ stage: RemovalStage, _ a: UInt32, _ b: UInt32) -> GuardVeto? {
    TextGuard.firstVeto(
      options.guards, features.of(a, in: table), features.of(b, in: table), at: stage)
  }
}

/// What the guards read from the texts they were asked about, each read once.
final class RememberedFeatures {
  private var ofRow: [UInt32: GuardFeatures] = [:]

  func of(_ row: UInt32, in table: RecordTable) -> GuardFeatures {
    if let known = ofRow[row] { return known }
    let features = GuardFeatures(table.texts[Int(row)], reading: table.readings[Int(row)])
    ofRow[row] = features
    return features
  }
}

extension RecordTable {
  /// This part of `whole` with the same records protected and dropped, and more of them protected;
  /// those are what the scope `leakage` compares with. Without `whole` they are all.
  fileprivate func protected(as whole: RecordTable?, besides isReference: [Bool]) -> RecordTable {
    func named(_ isMeant: (RecordTable) -> [Bool]) -> Set<String> {
      whole.map { Set(zip($0.ids, isMeant($0)).filter(\.1).map(\.0)) } ?? []
    }
    let (protected, dropped) = (named(\.isProtected), named(\.isDropped))
    var table = self
    table.givenSplits = isReference.map { $0 ? .test : nil }
    table.isDropped = ids.map { dropped.contains($0) }
    table.isProtected = ids.indices.map {
      (isReference[$0] || protected.contains(ids[$0])) && !table.isDropped[$0]
    }
    return table
  }
}
