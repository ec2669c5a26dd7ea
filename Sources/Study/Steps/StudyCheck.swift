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
        RunMetrics.self, from: Data(metrics.utf8), place: "table runs, metrics of \(run.id)"
      ).report
      let isTrue = report(try index.catalog.predictions(run: run.id), recorded.labels) == recorded
      return isTrue ? nil : Violation(kind: .falseFigures, detail: "scores of the run \(run.id)")
    }
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
