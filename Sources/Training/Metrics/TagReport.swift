/// Precision, recall and F1 of the tags of words, per tag and averaged, as scikit-learn's
/// `classification_report` with `labels=` has them: a word tagged `O` in truth or prediction counts
/// in no row as such, but a wrong tag beside it does.
public struct TagReport: Codable, Hashable, Sendable {
  /// The tags that count: by type, then by letter (`B-LOC`, `I-LOC`, `B-PER`, …).
  public let tags: [String]
  /// One entry per tag, in the order of ``tags``.
  public let classes: [LabelScores]
  /// Scores of all these tags together.
  public let micro: LabelScores
  /// Unweighted mean over the tags.
  public let macro: LabelScores
  /// Mean over the tags weighted by support.
  public let weighted: LabelScores
  /// Share of the words whose tag is right, `O` among them; 0 without words.
  public let accuracy: Double

  /// Compares tags of the same words in the same order, as indices into `labels`.
  ///
  /// Every label counts in the averages even if it never occurs, but those in `leavingOut`.
  /// O(words + labels).
  public init(
    labels: [String], truth: [Int], predictions: [Int], leavingOut: Set<String> = ["O"]
  ) {
    precondition(truth.count == predictions.count, "one prediction per true tag")
    var counts = [MatchCounts](repeating: .init(), count: labels.count)
    var correct = MatchCounts(predicted: truth.count)
    for (expected, predicted) in zip(truth, predictions) {
      counts[expected].support += 1
      counts[predicted].predicted += 1
      guard expected == predicted else { continue }
      counts[expected].correct += 1
      correct.correct += 1
    }
    func key(_ label: String) -> (String, String) { (Tag(label)?.type ?? "", label) }
    let shown = labels.indices.filter { !leavingOut.contains(labels[$0]) }
      .sorted { key(labels[$0]) < key(labels[$1]) }
    let averages = ScoreAverages(shown.map { counts[$0] })
    tags = shown.map { labels[$0] }
    classes = shown.map { counts[$0].scores }
    micro = averages.micro
    macro = averages.macro
    weighted = averages.weighted
    accuracy = correct.scores.precision
  }
}

extension TagReport: CustomStringConvertible {
  /// The table that scikit-learn prints, with three decimals.
  public var description: String {
    ScoreTable.text(Array(zip(tags, classes)), micro: micro, macro: macro, weighted: weighted)
  }
}
