import Corpus
import Curation
import Neighbors

/// How the joins of a decision are run; nothing of it may change the decision.
struct JoinManner {
  var blockRows: Int?
  var filter = JoinOptions.Filter.automatic
  /// Shuffles the pairs and turns some of them round.
  var seed: UInt64?
}

/// A small random data set of few distinct texts, so that records meet at every stage.
///
/// Vectors have 16 entries of a quarter, some negative: cosines are eighths, in float32 without any
/// rounding, and meet thresholds exactly.
struct RandomCorpus: CustomStringConvertible {
  var records: [RemovalOracle.Record]
  var settings: RemovalOracle.Settings

  static let rules = [
    "first", "longest", "shortest", "central", "highest:stars", "lowest:stars",
    "sources:wiki,mail",
  ]
  static let policies = ["keepBoth", "ignore", "dropBoth", "majority"]

  init(_ random: inout TestRandom) {
    let texts = Self.texts(&random)
    let vectors = Self.vectors(&random)
    let vectorOfText = texts.map { _ in vectors.randomElement(using: &random)! }
    func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }
    records = (0..<Int.random(in: 1...40, using: &random)).map { row in
      let text = Int.random(in: texts.indices, using: &random)
      let isProtected = oneIn(6)
      return RemovalOracle.Record(
        id: "r\(row)", text: texts[text],
        label: [nil, "a", "a", "a", "b", "c"].randomElement(using: &random)!,
        source: ["wiki", "web", "mail"].randomElement(using: &random)!,
        stars: [.nan, 1, 2, 3].randomElement(using: &random)!, isProtected: isProtected,
        isReference: isProtected && oneIn(2), isDropped: !isProtected && oneIn(10),
        vector: vectorOfText[text])
    }
    settings = RemovalOracle.Settings()
    settings.stages = RemovalOracle.Stage.allCases.filter { _ in !oneIn(3) }
    if settings.stages.isEmpty { settings.stages = [.semantic] }
    settings.thresholds = [
      .lexical: [0.4, 0.5, 0.75, 1].randomElement(using: &random)!,
      .containment: [0.5, 0.75, 1].randomElement(using: &random)!,
      .semantic: [0.5, 0.75, 0.875, 1].randomElement(using: &random)!,
    ]
    settings.shingleWords = Int.random(in: 1...2, using: &random)
    settings.keep = Self.rules.randomElement(using: &random)!
    settings.conflicts = Self.policies.randomElement(using: &random)!
    settings.scope = oneIn(4) ? "leakage" : "all"
    settings.guards = [[], ["numbers"], ["negation"], ["numbers", "negation"]]
      .randomElement(using: &random)!
  }

  /// Up to twelve texts of a few words, some of them another one spelled otherwise or lengthened.
  private static func texts(_ random: inout TestRandom) -> [String] {
    let words = ["red", "blue", "box", "lid", "not", "3", "7"]
    var texts = ["?!", "!?"]
    for _ in 0..<Int.random(in: 1...10, using: &random) {
      let old = texts.randomElement(using: &random)!
      let word = words.randomElement(using: &random)!
      switch Int.random(in: 0..<6, using: &random) {
      case 0: texts.append(old.uppercased())
      case 1: texts.append(old.split(separator: " ").joined(separator: "  "))
      case 2: texts.append(old.hasSuffix(".") || old.contains("!") ? old : old + ".")
      case 3: texts.append("\(word) \(old)")
      default:
        let count = Int.random(in: 1...4, using: &random)
        texts.append(
          (0..<count).map { _ in words.randomElement(using: &random)! }.joined(separator: " "))
      }
    }
    var seen: Set<String> = []
    return texts.filter { seen.insert($0).inserted }
  }

  /// Three centers and what is one to three signs away from them.
  private static func vectors(_ random: inout TestRandom) -> [[Float]] {
    (0..<3).flatMap { _ in
      let center: [Float] = (0..<16).map { _ in Bool.random(using: &random) ? 0.25 : -0.25 }
      return (0..<4).map { flips in
        var vector = center
        for place in (0..<16).shuffled(using: &random).prefix(flips) { vector[place].negate() }
        return vector
      }
    }
  }

  var description: String {
    records.map { record in
      let vector = record.vector.map { $0 > 0 ? "+" : "-" }.joined()
      let marks = [
        (record.isProtected, "protected"), (record.isReference, "reference"),
        (record.isDropped, "dropped"),
      ].filter(\.0).map(\.1)
      return "\(record.id) '\(record.text)' \(record.label ?? "none") \(record.source) "
        + "\(record.stars) \(vector) \(marks)"
    }.joined(separator: "\n") + "\n\(settings)"
  }

  var oracle: RemovalOracle { RemovalOracle(records: records, settings: settings) }

  /// The same data set with its records in another order, or some of them.
  func restricted(to rows: [Int]) -> RandomCorpus {
    var copy = self
    copy.records = rows.map { records[$0] }
    return copy
  }

  // MARK: The rule under test

  var columns: RecordColumns {
    let labels = ["a", "b", "c"]
    return RecordColumns(
      ids: records.map(\.id), texts: records.map { ContentHash($0.text) },
      lengths: records.map(\.text.unicodeScalars.count),
      labels: records.map { record in record.label.map { Int32(labels.firstIndex(of: $0)!) } ?? -1
      },
      isProtected: records.map(\.isProtected), isReference: records.map(\.isReference),
      isDropped: records.map(\.isDropped), values: records.map(\.stars),
      sources: records.map(\.source))
  }

  var options: RemovalOptions {
    RemovalOptions(
      scope: .init(rawValue: settings.scope)!, conflicts: .init(rawValue: settings.conflicts)!)
  }

  /// Joins and walks as the command does.
  func decide(_ manner: JoinManner = JoinManner()) throws -> RemovalResult {
    let columns = columns
    let texts = HashGroups(columns.texts)
    let rule = KeepRule(settings.keep)!
    let semantic = try graph(.semantic, texts, manner)
    let inText = semantic.centrality(
      atLeast: settings.thresholds[.semantic]!, multiplicity: texts.sizes)
    let order = CanonicalOrder(
      rule: rule, records: columns, centrality: texts.groupOfRow.map { inText[Int($0)] })
    let stages: [StageRelation] = try settings.stages.map { stage in
      let threshold = settings.thresholds[stage] ?? 1
      switch stage {
      case .exact: return .exact(texts)
      case .normalized:
        let normalized = records.map { ContentHash(TextNormalization.normalize($0.text)) }
        return .normalized(HashGroups(normalized))
      case .lexical: return .lexical(try graph(stage, texts, manner), threshold: threshold)
      case .containment: return .containment(try graph(stage, texts, manner), threshold: threshold)
      case .semantic: return .semantic(semantic, threshold: threshold)
      }
    }
    let guards = TextGuard.allCases.filter { settings.guards.contains($0.rawValue) }
    return GreedyRemoval(
      records: columns, texts: texts, order: order, stages: stages, options: options
    ).run { _, a, b in
      TextGuard.firstVeto(
        guards, GuardFeatures(records[Int(a)].text), GuardFeatures(records[Int(b)].text))
    }
  }

  /// All pairs of distinct texts down to well below the threshold.
  private func graph(
    _ stage: RemovalOracle.Stage, _ texts: HashGroups, _ manner: JoinManner
  ) throws -> PairGraph {
    let chosen = texts.representatives.map { records[Int($0)] }
    let shingling = Shingling(words: settings.shingleWords)
    var pairs: [ScoredPair]
    switch stage {
    case .lexical:
      pairs = LexicalJoin.pairs(texts: chosen.map(\.text), threshold: 0.3, shingling: shingling)
    case .containment:
      pairs = LexicalJoin.containedPairs(
        texts: chosen.map(\.text), threshold: 0.3, shingling: shingling)
    default:
      let options = JoinOptions(threshold: 0.4, blockRows: manner.blockRows, filter: manner.filter)
      pairs = try chosen.flatMap(\.vector).withUnsafeBufferPointer {
        try ExactJoin.selfJoin(
          VectorRows(pointer: $0.baseAddress!, rows: chosen.count, dimension: 16), options: options)
      }
    }
    if let seed = manner.seed {
      var random = TestRandom(seed)
      pairs = pairs.shuffled(using: &random).map { pair in
        Bool.random(using: &random)
          ? pair : ScoredPair(a: pair.b, b: pair.a, score: pair.score)
      }
    }
    return PairGraph(vertexCount: texts.count, pairs: pairs)
  }

  /// A result in terms of ids, as the oracle gives it.
  func named(_ result: RemovalResult) -> RemovalOracle.Outcome {
    func id(_ row: UInt32) -> String { records[Int(row)].id }
    return RemovalOracle.Outcome(
      kept: Set(result.kept.map(id)),
      removed: Dictionary(
        uniqueKeysWithValues: result.removals.map {
          (
            id($0.row),
            RemovalOracle.Removal(
              witness: id($0.witness), score: $0.score, stage: $0.stage.rawValue)
          )
        }),
      dropped: Set(result.conflicts.filter(\.isDropped).map { id($0.row) }),
      repeats: result.protectedRepeats)
  }
}
