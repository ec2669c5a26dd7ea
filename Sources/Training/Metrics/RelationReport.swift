/// Precision, recall and F1 of relations as the official scorer of SemEval-2010 task 8 has them (Hendrickx et
/// al., 2010, section 4; "(9+1)-way evaluation taking directionality into account").
///
/// A relation is a label without its direction `(e1,e2)` or `(e2,e1)`. The counts of both directions are
/// pooled, and the wrong direction is an error: the item was predicted as the relation and is one, but is not
/// correct. What is predicted as a relation and is none counts against its precision. One label, of what is no
/// relation, has no scores of its own and is left out of the mean.
public struct RelationReport: Codable, Hashable, Sendable {
  /// Names of the relations, sorted.
  public let relations: [String]
  /// Of each relation.
  public let scores: [LabelScores]
  /// Unweighted means over the relations, of F1 too.
  public let macro: LabelScores
  /// Scores of the pooled counts.
  public let micro: LabelScores
  /// Of all items and labels, the one that is left out among them.
  public let accuracy: Double
  /// The label that is left out; nil if no label has that name.
  public let other: String?

  /// Compares `predictions` with `truth`: label indices of the same items in the same order.
  ///
  /// Every relation of `labels` counts in the means, whether it occurs or not.
  /// - Parameter other: the label that is left out.
  public init(labels: [String], other: String, truth: [Int], predictions: [Int]) {
    precondition(truth.count == predictions.count, "one prediction per true label")
    let (relations, ofLabel) = Self.relations(of: labels, other: other)
    var counts = [MatchCounts](repeating: MatchCounts(), count: relations.count)
    var right = 0
    for (expected, predicted) in zip(truth, predictions) {
      if let relation = ofLabel[expected] {
        counts[relation] += MatchCounts(correct: expected == predicted ? 1 : 0, support: 1)
      }
      if let relation = ofLabel[predicted] { counts[relation] += MatchCounts(predicted: 1) }
      if expected == predicted { right += 1 }
    }
    let averages = ScoreAverages(counts)
    self.relations = relations
    scores = counts.map(\.scores)
    (macro, micro) = (averages.macro, averages.micro)
    accuracy = truth.isEmpty ? 0 : Double(right) / Double(truth.count)
    self.other = labels.contains(other) ? other : nil
  }

  /// The relations that labels are directions of, sorted, and the number of each label's; nil for `other`.
  package static func relations(
    of labels: [String], other: String
  ) -> (names: [String], ofLabel: [Int?]) {
    let ofLabel = labels.map { $0 == other ? nil : relation(of: $0) }
    let names = Set(ofLabel.compactMap { $0 }).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
    return (names, ofLabel.map { $0.flatMap { numbers[$0] } })
  }

  /// Whether a label names a direction, which only those of relations do.
  package static func hasDirection(_ label: String) -> Bool { relation(of: label) != label }

  /// A label without its direction.
  private static func relation(of label: String) -> String {
    for direction in ["(e1,e2)", "(e2,e1)"] where label.hasSuffix(direction) {
      return String(label.dropLast(direction.count))
    }
    return label
  }
}
