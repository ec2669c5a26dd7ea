import Corpus
import Curation
import Foundation
import Store
import Training

/// Holds the scores recorded of every run against its predictions.
public struct StudyCheck {
  private let index: OpenIndex

  package init(_ index: OpenIndex) { self.index = index }

  package func violations() throws -> [Violation] {
    // Tags by number are read with names that the index does not have.
    let sentences =
      try index.hasTags() ? try? TagSentences(index, tagNames: nil) : nil
    return try index.catalog.runs().compactMap { run in
      guard run.status == .finished, let recorded = try run.recordedMetrics() else { return nil }
      let isTrue = holds(recorded, try index.catalog.predictions(run: run.id), sentences)
      return isTrue ? nil : Violation(kind: .falseFigures, detail: "scores of the run \(run.id)")
    }
  }

  private func holds(
    _ metrics: RunMetrics, _ predictions: [Prediction], _ sentences: TagSentences?
  ) -> Bool {
    if let recorded = metrics.tagging {
      return tagging(predictions, metrics.report, sentences).map {
        $0.entities == recorded.entities && $0.report == metrics.report
      } ?? false
    }
    if let recorded = metrics.similarity?.after { return holds(recorded, predictions) }
    if let recorded = metrics.answers?.report {
      let right = predictions.compactMap { StoredJSON.strings($0.label) }
      return right.count == predictions.count
        && AnswerReport(predictions: predictions.map(\.predicted), answers: right) == recorded
    }
    if let recorded = metrics.multiLabel {
      return multiLabel(predictions, recorded.labels) == recorded
    }
    if let recorded = metrics.regression {
      let truth = predictions.compactMap { LearningTargets.number($0.label) }
      let predicted = predictions.compactMap { LearningTargets.number($0.predicted) }
      guard truth.count == predictions.count, predicted.count == truth.count else { return false }
      return RegressionReport(truth: truth, predictions: predicted) == recorded
    }
    return metrics.report.map { report(predictions, $0.labels) == $0 } ?? false
  }

  /// Nil if a prediction is no tags of the report, or the truth is not that of the record.
  private func tagging(
    _ predictions: [Prediction], _ report: ClassificationReport?, _ sentences: TagSentences?
  ) -> (entities: EntityReport, report: ClassificationReport)? {
    guard let labels = report?.labels else { return nil }
    let numbers = Dictionary(zip(labels, labels.indices), uniquingKeysWith: { first, _ in first })
    var (truth, found): ([[Tag]], [[Tag]]) = ([], [])
    for prediction in predictions {
      guard let label = StoredTags.tags(prediction.label),
        let predicted = StoredTags.tags(prediction.predicted), label.count == predicted.count,
        (label + predicted).allSatisfy({ numbers[$0.name] != nil })
      else { return nil }
      if let sentences {
        guard sentences.tags.indices.contains(prediction.row),
          sentences.tags[prediction.row] == label
        else { return nil }
      }
      truth.append(label)
      found.append(predicted)
    }
    return (
      EntityReport(
        truth: truth.map(EntitySpan.entities), predictions: found.map(EntitySpan.entities)),
      ClassificationReport(
        labels: labels, truth: truth.joined().map { numbers[$0.name]! },
        predictions: found.joined().map { numbers[$0.name]! })
    )
  }

  /// Of records of one text, which are paired with others, nothing is stored.
  private func holds(_ report: SimilarityReport, _ predictions: [Prediction]) -> Bool {
    if predictions.isEmpty { return true }
    let values = predictions.compactMap { LearningTargets.number($0.predicted) }
    guard values.count == report.items, predictions.count == report.items else { return false }
    guard let recorded = report.spearman else { return true }
    let truth = predictions.compactMap { LearningTargets.number($0.label) }
    guard truth.count == values.count, let found = RankCorrelation.spearman(values, truth) else {
      return false
    }
    // Scores are trained on in single precision, where a few may be equal.
    return abs(found - recorded) < 1e-4
  }

  /// Nil if a prediction has a label that is none of `labels`, or a label occurs twice.
  private func multiLabel(_ predictions: [Prediction], _ labels: [String]) -> MultiLabelReport? {
    let numbers = Dictionary(zip(labels, labels.indices), uniquingKeysWith: { first, _ in first })
    func sets(_ values: [String]) -> [Set<Int>]? {
      let names = values.map(LabelSet.names(of:))
      guard names.allSatisfy({ $0.allSatisfy { numbers[$0] != nil } }) else { return nil }
      return names.map { Set($0.map { numbers[$0]! }) }
    }
    guard let truth = sets(predictions.map(\.label)),
      let predicted = sets(predictions.map(\.predicted))
    else { return nil }
    return MultiLabelReport(labels: labels, truth: truth, predictions: predicted)
  }

  /// Nil if a prediction has a label that is none of `labels`, or a label occurs twice.
  private func report(_ predictions: [Prediction], _ labels: [String]) -> ClassificationReport? {
    let numbers = Dictionary(zip(labels, labels.indices), uniquingKeysWith: { first, _ in first })
    let truth = predictions.compactMap { numbers[$0.label] }
    let predicted = predictions.compactMap { numbers[$0.predicted] }
    guard truth.count == predictions.count, predicted.count == truth.count else { return nil }
    return ClassificationReport(labels: labels, truth: truth, predictions: predicted)
  }
}
