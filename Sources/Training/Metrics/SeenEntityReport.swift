/// Scores of entities whose surface form training had, and of those it had not: where a model only
/// remembers names, or a test set repeats those of training, the first are far above the second.
///
/// A surface form is the words of an entity joined by spaces, as they are written. It is seen if any
/// entity of the training part has it, of whatever type. Recall is over the true entities of a kind,
/// precision over the predicted ones of that kind; a right prediction covers the same words, so it is
/// of one kind in both.
public struct SeenEntityReport: Codable, Hashable, Sendable {
  /// Of entities with a surface form of training.
  public let seen: LabelScores
  /// Of all others.
  public let unseen: LabelScores

  /// Compares the entities of `sentences`, given by their words.
  ///
  /// - Parameter surfaces: those of training, from ``surfaces(of:in:)``.
  public init(
    sentences: [[String]], truth: [[EntitySpan]], predictions: [[EntitySpan]],
    surfaces: Set<String>
  ) {
    precondition(
      truth.count == sentences.count && predictions.count == sentences.count,
      "entities for every sentence")
    var counts = (seen: MatchCounts(), unseen: MatchCounts())
    for (index, words) in sentences.enumerated() {
      func isSeen(_ entity: EntitySpan) -> Bool { surfaces.contains(entity.surface(in: words)) }
      let (truth, predictions) = (truth[index], predictions[index])
      counts.seen += EntityReport.counts(
        truth: truth.filter(isSeen), predictions: predictions.filter(isSeen))
      counts.unseen += EntityReport.counts(
        truth: truth.filter { !isSeen($0) }, predictions: predictions.filter { !isSeen($0) })
    }
    seen = counts.seen.scores
    unseen = counts.unseen.scores
  }

  /// The surface forms of the entities of `sentences`.
  public static func surfaces(of entities: [[EntitySpan]], in sentences: [[String]]) -> Set<String>
  {
    Set(
      zip(entities, sentences).flatMap { entities, words in entities.map { $0.surface(in: words) } }
    )
  }
}
