import Curation
import Store
import Study
import Training

/// The section on how the model that `finetune` made last was trained.
struct TrainingAssembly {
  let index: OpenIndex

  /// More points a curve no screen shows.
  private static let mostPoints = 80
  /// Which score is shown of those measured; another if there are none of these.
  private static let metrics: [TrainingOptions.Metric] = [.entityF1, .macroF1, .accuracy]

  func section() throws -> TrainingSection? {
    let runs = try index.catalog.runs().filter { $0.status == .finished }
    guard let last = StudyAssembly.takeHome(runs), let metrics = try last.recordedMetrics()
    else { return nil }
    let log = try index.catalog.log(run: last.id)
    guard !log.isEmpty else { return nil }
    let measured = metrics.development.first.map { Array($0.scores.keys) } ?? []
    let metric =
      Self.metrics.first { measured.contains($0) }
      ?? measured.min { $0.rawValue < $1.rawValue }
    var section = TrainingSection(
      run: last.id, metric: metric?.title ?? "", updates: metrics.updates,
      bestStep: metrics.bestStep, source: "tables runs and run_log")
    section.losses = points(log)
    section.evaluations = metrics.development.map { result in
      TrainingSection.Evaluation(
        step: result.step, loss: Double(result.loss), score: metric.flatMap { result.scores[$0] })
    }
    return section
  }

  /// Losses averaged over equal stretches.
  private func points(_ log: [RunLogEntry]) -> [TrainingSection.Point] {
    let stretch = (log.count + Self.mostPoints - 1) / Self.mostPoints
    return stride(from: 0, to: log.count, by: stretch).map { start in
      let piece = log[start..<min(start + stretch, log.count)]
      return TrainingSection.Point(
        step: piece.last!.step, loss: piece.reduce(0) { $0 + $1.loss } / Double(piece.count))
    }
  }
}

extension TrainingOptions.Metric {
  fileprivate var title: String {
    switch self {
    case .accuracy: "accuracy"
    case .macroF1: "macro-F1"
    case .entityF1: "entity F1"
    default: rawValue
    }
  }
}
