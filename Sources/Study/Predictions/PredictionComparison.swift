import Curation
import Files
import Foundation
import Training

/// What the predictions of several models, made anywhere, say about their difference.
public struct PredictionComparison: Codable, Equatable, Sendable {
  /// The arm that the others are compared with: the first.
  public var baseline: String
  /// The metric of the primary comparisons.
  public var primaryMetric: Metric
  /// How many test items there are.
  public var items: Int
  /// How many groups of items there are, which stay together.
  public var groups: Int
  /// Models of each arm.
  public var models: Int
  /// Whether the models are the ones in question; else they stand for trainings with other seeds.
  public var holdsModels: Bool
  /// The scores of each.
  public var scores: [ArmScore]
  /// Every arm against the baseline; Holm's correction runs over those in the primary metric.
  public var comparisons: [Comparison]
  /// What each primary comparison supports, in a sentence.
  public var sentences: [String]
  /// What is missing on either side, and how groups were made.
  public var notes: [String]

  /// Compares the arms of some files with the first arm.
  ///
  /// - Parameters:
  ///   - groups: number of each record's group by id; records that have none, and items that are no
  ///     record, are groups of their own. Nil: every item is.
  ///   - margin: arms that surely differ by less are equivalent.
  /// - Throws: `FileError` where the files cannot be read or do not fit each other.
  public init(
    _ files: [URL], groups: [String: Int]? = nil, margin: Double = Margins().all,
    permutations: Int = 4000, seed: UInt64 = 0
  ) throws {
    let table = try PredictionTable(files.map(PredictionFile.init))
    let (truth, answers, metrics) = try Self.answers(table)
    let arms = zip(table.arms, answers).map {
      ArmPredictions(name: $0.name, seeds: table.seeds, answers: $1)
    }
    let numbers = table.ids.enumerated().map { place, id in groups?[id] ?? -1 - place }
    let inference = CrossedInference(
      items: TestItems(truth: truth, groups: numbers, slices: numbers.map { _ in .clean }),
      permutations: permutations, seed: seed + 1, holdsModels: !table.hasSeeds)
    baseline = arms[0].name
    primaryMetric = metrics[0]
    items = numbers.count
    self.groups = Set(numbers).count
    models = table.seeds.count
    holdsModels = inference.holdsModels
    scores = metrics.flatMap { metric in
      arms.compactMap { arm in
        inference.score(of: arm, metric).map {
          ArmScore(
            arm: arm.name, metric: metric, slice: .all, score: $0,
            perSeed: inference.scorePerSeed(of: arm, metric))
        }
      }
    }
    comparisons = Comparison.adjusted(
      metrics.flatMap { metric in
        arms.dropFirst().compactMap { arm in
          inference.comparison(
            arm, with: arms[0], metric, on: .all, among: arms,
            family: metric == metrics[0] ? .primary : .exploratory, margin: margin)
        }
      })
    sentences = comparisons.filter { $0.family == .primary }.map(\.sentenceAboutModels)
    notes = table.notes + Self.notes(table, groups, inference)
  }

  private static func notes(
    _ table: PredictionTable, _ groups: [String: Int]?, _ inference: CrossedInference
  ) -> [String] {
    var notes: [String] = []
    if inference.holdsModels {
      notes.append(
        "The rows have no seed: what is said is about these models on other items, not about "
          + "others trained likewise.")
    }
    if let groups {
      let unknown = table.ids.filter { groups[$0] == nil }
      if !unknown.isEmpty {
        notes.append(
          "\(unknown.count) of \(table.ids.count) items belong to no group of several: each is a "
            + "group of its own.")
      }
    } else {
      notes.append("Every item counts as independent of the others.")
    }
    return notes
  }

  /// Truth, answers and metrics by the kind of the rows.
  private static func answers(_ table: PredictionTable) throws
    -> (TestItems.Truth, [ArmPredictions.Answers], [Metric])
  {
    switch table.arms[0].models[0][0] {
    case .entities:
      let answers = table.arms.map { arm in
        ArmPredictions.Answers.entities(
          arm.models.map {
            $0.compactMap { if case .entities(let counts) = $0 { counts } else { nil } }
          })
      }
      return (.counted(items: table.ids.count), answers, [.entityF1])
    case .score:
      let answers = table.arms.map { arm in
        ArmPredictions.Answers.scores(
          arm.models.map { $0.compactMap { if case .score(let score) = $0 { score } else { nil } } }
        )
      }
      return (.counted(items: table.ids.count), answers, [.meanScore])
    case .value: return values(table)
    }
  }

  /// Numbers, if all are and one has a fraction; else classes, which are relations if one has a direction.
  private static func values(_ table: PredictionTable)
    -> (TestItems.Truth, [ArmPredictions.Answers], [Metric])
  {
    func texts(_ model: [ForeignPrediction.Answer]) -> (predictions: [String], gold: [String]) {
      let pairs = model.compactMap { answer -> (String, String)? in
        if case .value(let prediction, let gold) = answer { (prediction, gold) } else { nil }
      }
      return (pairs.map(\.0), pairs.map(\.1))
    }
    let gold = texts(table.arms[0].models[0]).gold
    let predictions = table.arms.map { $0.models.map { texts($0).predictions } }
    let all = gold + predictions.joined().joined()
    let numbers = all.map { Double($0) }
    if numbers.allSatisfy({ $0?.isFinite == true }),
      numbers.contains(where: { $0! != $0!.rounded() })
    {
      let answers = predictions.map { arm in
        ArmPredictions.Answers.numbers(arm.map { $0.map { Double($0)! } })
      }
      return (.numbers(gold.map { Double($0)! }), answers, [.spearman, .pearson])
    }
    let classes = Set(all).sorted()
    let numberOf = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    let answers = predictions.map { arm in
      ArmPredictions.Answers.classes(arm.map { $0.map { numberOf[$0]! } })
    }
    let truth = gold.map { numberOf[$0]! }
    if classes.contains(where: RelationReport.hasDirection) {
      let kinds = RelationReport.relations(of: classes, other: RelationTask.other).ofLabel
      return (.relations(truth, ofClass: kinds), answers, Metric.ofRelations)
    }
    return (.classes(truth, count: classes.count), answers, Metric.ofClasses)
  }
}

extension OpenIndex {
  /// Number of the paraphrase group of every record that has company, by id.
  ///
  /// - Throws: `FileError` if there are no clusters yet.
  public func paraphraseGroups() throws -> [String: Int] {
    _ = try StepAccount.outcomeHash(of: "cluster", in: self)
    let table = try RecordTable(catalog)
    return try Dictionary(
      uniqueKeysWithValues: catalog.members(kind: .paraphrase).map {
        (table.ids[$0.row], $0.cluster)
      })
  }
}

extension Comparison {
  /// About two models, or two ways to train them.
  fileprivate var sentenceAboutModels: String {
    let interval = metric.interval(difference)
    switch finding {
    case .changed:
      return "“\(arm)” is \(difference.value > 0 ? "above" : "below") “\(baseline)” in "
        + "\(metric.title) by \(metric.size(difference.value)) (\(interval))."
    case .equivalent:
      return
        "“\(arm)” and “\(baseline)” differ in \(metric.title) by less than "
        + "\(metric.size(margin)), if at all (\(interval))."
    default:
      return "Whether “\(arm)” and “\(baseline)” differ in \(metric.title) is inconclusive "
        + "(\(shortage ?? interval))."
    }
  }
}
