import Curation
import Files
import Foundation
import Store
import Study
import Training

/// The section on whether filtering changed generalization.
struct StudyAssembly {
  let index: OpenIndex
  let table: RecordTable

  func section() throws -> StudySection? {
    guard try index.catalog.step("compare") != nil,
      let analysis = try StudyFiles.read(index.folder)
    else { return nil }
    let runs = try index.catalog.runs().filter { $0.status == .finished }
    let own = Set(analysis.runs)
    let current = runs.filter { own.contains($0.id) }
    var section = StudySection(
      analysis: analysis, arms: try arms(current),
      source: "tables runs, predictions, test_slices, comparisons; comparison.json")
    let methods = StudyMethods(
      index: index, runs: current, hasGivenTest: table.givenSplits.contains(.test))
    section.methods = try methods.paragraph()
    section.parameters = try methods.parameters()
    let further = Set(analysis.sameEpochs?.runs ?? []).subtracting(own)
    section.cost = try StudyMethods.cost(current + runs.filter { further.contains($0.id) })
    section.curves = try curves(current)
    section.honest = try honest(runs)
    try showClasses(of: runs, in: &section)
    return section
  }

  /// What the report needs of a run's options: other fields may come and go.
  private struct Batch: Decodable {
    var batchSize: Int
  }

  private func arms(_ runs: [Run]) throws -> [StudySection.Arm] {
    try StudyArm.allCases.compactMap { arm in
      guard let run = runs.first(where: { $0.arm == arm.rawValue }),
        let metrics = try run.recordedMetrics()
      else { return nil }
      let options = try StoredJSON.decode(
        Batch.self, from: Data(run.options.utf8),
        place: "table runs, options of \(run.id)")
      return StudySection.Arm(
        name: arm.rawValue, description: arm.title,
        trainingItems: metrics.trainingRecords,
        updates: metrics.updates,
        epochs: Double(metrics.updates * options.batchSize)
          / Double(max(1, metrics.trainingRecords)))
    }
  }

  /// Losses averaged over ten updates, so that thirty curves stay light.
  private func curves(_ runs: [Run]) throws -> [StudySection.Curve] {
    try runs.map { run in
      let log = try index.catalog.log(run: run.id)
      let points = stride(from: 0, to: log.count, by: 10).map { start in
        let piece = log[start..<min(start + 10, log.count)]
        return StudySection.Curve.Point(
          step: piece.last!.step, loss: piece.reduce(0) { $0 + $1.loss } / Double(piece.count))
      }
      return StudySection.Curve(
        arm: run.arm, seed: UInt64(run.seed), fold: run.fold, points: points)
    }
  }

  private func honest(_ runs: [Run]) throws -> StudySection.HonestScore? {
    guard let run = Self.takeHome(runs), try run.recordedMetrics()?.report != nil else {
      return nil
    }
    let predictions = try index.catalog.predictions(run: run.id)
    let numbers = Dictionary(
      uniqueKeysWithValues: table.labelNames.enumerated().map { ($1, $0) })
    let groups = Dictionary(
      uniqueKeysWithValues: try index.catalog.split().map { ($0.row, $0.group) })
    let known = predictions.filter { numbers[$0.label] != nil && numbers[$0.predicted] != nil }
    let items = TestItems(
      labels: known.map { numbers[$0.label]! }, classCount: table.labelNames.count,
      groups: known.map { groups[$0.row] ?? -1 - $0.row },
      slices: known.map { _ in .clean })
    let arm = ArmPredictions(
      name: run.arm, seeds: [UInt64(run.seed)],
      predictions: [known.map { numbers[$0.predicted]! }])
    guard let score = CrossedInference(items: items).score(of: arm, .accuracy) else {
      return nil
    }
    var honest = StudySection.HonestScore(
      arm: run.arm, metric: .accuracy, score: score,
      description: "\(known.count) test records of the leakage-free split, one model")
    honest.baselines = try run.recordedMetrics()?.baselines
    return honest
  }

  /// The model that `finetune` made last, of runs that are finished.
  static func takeHome(_ runs: [Run]) -> Run? {
    runs.filter { $0.step == .finetune }.max {
      ($0.finishedAt ?? $0.startedAt) < ($1.finishedAt ?? $1.startedAt)
    }
  }

  private func showClasses(of runs: [Run], in section: inout StudySection) throws {
    guard let run = Self.takeHome(runs), let report = try run.recordedMetrics()?.report
    else { return }
    section.classArm = run.arm
    section.classes = zip(report.labels, report.classes).map { label, scores in
      StudySection.ClassRow(
        label: label, precision: scores.precision, recall: scores.recall, f1: scores.f1,
        support: scores.support)
    }
  }
}
