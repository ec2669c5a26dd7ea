/// Precision, recall and F1 of entities, where one is right if words and type are: per type and
/// averaged, as seqeval's default mode and conlleval have them, with a zero denominator giving 0.
public struct EntityReport: Codable, Hashable, Sendable {
  /// Types of the true and the predicted entities, sorted.
  public let types: [String]
  /// One entry per type, in the order of ``types``.
  public let classes: [LabelScores]
  /// Scores of all entities together: conlleval's overall precision, recall and FB1.
  public let micro: LabelScores
  /// Unweighted mean over the types.
  public let macro: LabelScores
  /// Mean over the types weighted by support.
  public let weighted: LabelScores

  /// Compares the entities of the same sentences in the same order; of each, those are distinct.
  public init(truth: [[EntitySpan]], predictions: [[EntitySpan]]) {
    precondition(truth.count == predictions.count, "predictions for every sentence")
    var counts: [String: MatchCounts] = [:]
    for (truth, predictions) in zip(truth, predictions) {
      let gold = Set(truth)
      for entity in truth { counts[entity.type, default: .init()].support += 1 }
      for entity in predictions {
        counts[entity.type, default: .init()].predicted += 1
        if gold.contains(entity) { counts[entity.type, default: .init()].correct += 1 }
      }
    }
    let types = counts.keys.sorted()
    let ordered = types.map { counts[$0]! }
    let averages = ScoreAverages(ordered)
    self.types = types
    classes = ordered.map(\.scores)
    micro = averages.micro
    macro = averages.macro
    weighted = averages.weighted
  }

  /// The counts of one sentence, whose sums over sentences are those of ``micro``.
  public static func counts(truth: [EntitySpan], predictions: [EntitySpan]) -> MatchCounts {
    MatchCounts(
      correct: Set(truth).intersection(predictions).count, predicted: predictions.count,
      support: truth.count)
  }
}

extension EntityReport: CustomStringConvertible {
  /// The table that seqeval prints, with three decimals.
  public var description: String {
    ScoreTable.text(Array(zip(types, classes)), micro: micro, macro: macro, weighted: weighted)
  }
}
