import Curation
import Foundation
import Store
import Training

/// What a run is judged by; the column `metrics` of its row, and `metrics.json` in its folder.
public struct RunMetrics: Codable, Sendable {
  /// Of the test records' classes; of a tagger those of its words, `O` among them; nil where records have
  /// several labels or numbers, and of sentence vectors.
  public var report: ClassificationReport?
  /// Of the test records' labels, where each may have several.
  public var multiLabel: MultiLabelReport?
  /// From which probability on a label holds there.
  public var threshold: Double?
  /// Of pairs of texts with one of two labels.
  public var binary: BinaryReport?
  /// Of the test records' relations.
  public var relations: RelationReport?
  /// Of the test records' numbers.
  public var regression: RegressionReport?
  /// Of a tagger.
  public var tagging: TagScores?
  /// Of sentence vectors.
  public var similarity: SimilarityScores?
  /// Of a model for questions.
  public var answers: QuestionScores?
  /// How many records were trained on.
  public var trainingRecords: Int
  /// How many records it was chosen by.
  public var developmentRecords: Int
  /// How many steps of the optimizer there were.
  public var updates: Int
  /// The step whose weights were kept.
  public var bestStep: Int
  /// Whether it ended before all epochs, as nothing became better.
  public var stoppedEarly: Bool
  /// That the step took.
  public var seconds: Double
  /// Examples trained on in a second.
  public var examplesPerSecond: Double
  /// Tokens trained on.
  public var tokens: Int
  /// What was measured on the development part, by step.
  public var development: [DevelopmentResult]
  /// Classifiers on the frozen vectors of the same training and test records; nil where they were
  /// not measured (models of a comparison: see ``StudyAnalysis/baselines``).
  public var baselines: [FrozenScore]?

  /// Without any score; `seconds` is that of the training.
  init(_ result: TrainingSummary, _ counts: (train: Int, development: Int)) {
    (trainingRecords, developmentRecords) = counts
    (updates, bestStep) = (result.history.count, result.bestStep)
    (stoppedEarly, seconds) = (result.stoppedEarly, result.seconds)
    (examplesPerSecond, tokens) = (result.examplesPerSecond, result.tokens)
    development = result.evaluations
  }

  /// The score that a run is known by, and its name.
  var mainScore: (name: String, value: Double)? {
    if let tagging { return (Metric.entityF1.title, tagging.entities.micro.f1) }
    if let after = similarity?.after {
      if let spearman = after.spearman { return (Metric.spearman.title, spearman) }
      return after.retrieval.map { (Metric.meanReciprocalRank.title, $0.meanReciprocalRank) }
    }
    if let answers { return (Metric.answerF1.title, answers.report.f1) }
    if let multiLabel { return (Metric.microF1.title, multiLabel.micro.f1) }
    if let regression { return regression.spearman.map { (Metric.spearman.title, $0) } }
    return report.map { (Metric.accuracy.title, $0.accuracy) }
  }

  /// The best baseline, if the model is below it.
  public var betterBaseline: FrozenScore? {
    guard let report else { return nil }
    return baselines?.filter { $0.accuracy > report.accuracy }.max { $0.accuracy < $1.accuracy }
  }
}

extension Run {
  /// The column `metrics`; nil while the run is unfinished.
  ///
  /// - Throws: ``CurationError`` if it holds something else.
  public func recordedMetrics() throws -> RunMetrics? {
    try metrics.map {
      try StoredJSON.decode(
        RunMetrics.self, from: Data($0.utf8), place: "table runs, metrics of \(id)")
    }
  }
}
