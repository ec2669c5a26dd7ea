import Corpus
import Curation
import Foundation
import Store
import Training

/// Holds the scores recorded of every run against its predictions.
public struct StudyCheck {
  private let index: OpenIndex

  public init(_ index: OpenIndex) { self.index = index }

  public func violations() throws -> [Violation] {
    try index.catalog.runs().compactMap { run in
      guard run.status == .finished, let metrics = run.metrics else { return nil }
      let recorded = try StoredJSON.decode(
        RunMetrics.self, from: Data(metrics.utf8), place: "table runs, metrics of \(run.id)")
      let isTrue = holds(recorded, try index.catalog.predictions(run: run.id))
      return isTrue ? nil : Violation(kind: .falseFigures, detail: "scores of the run \(run.id)")
    }
  }

  private func holds(_ metrics: RunMetrics, _ predictions: [Prediction]) -> Bool {
    // Of words, vectors and answers nothing is stored that their scores could be held against.
    if metrics.tagging != nil || metrics.similarity != nil || metrics.answers != nil {
      return predictions.isEmpty
    }
    if let recorded = metrics.multiLabel {
      return multiLabel(predictions, recorded.labels) == recorded
    }
    if let recorded = metrics.regression {
      let truth = predictions.compactMap { LearningData.number($0.label) }
      let predicted = predictions.compactMap { LearningData.number($0.predicted) }
      guard truth.count == predictions.count, predicted.count == truth.count else { return false }
      return RegressionReport(truth: truth, predictions: predicted) == recorded
    }
    return metrics.report.map { report(predictions, $0.labels) == $0 } ?? false
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
