import Curation
import Files
import Foundation
import Store
import Training

/// A run from its beginning, which may be where an interrupted one left off, to its row in the catalog: the
/// same whatever is learned.
struct OngoingRun {
  let id: String
  let folder: URL
  let startedAt = Date()
  private let index: OpenIndex
  private let monitor: StepMonitor

  init(_ index: OpenIndex, id: String, monitor: StepMonitor) throws {
    (self.index, self.id, self.monitor) = (index, id, monitor)
    folder = index.folder.run(id: id)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// What a finished run was judged by, if the model that it made is where it is asked for; else it has to
  /// be made.
  ///
  /// - Parameters:
  ///   - output: the model's folder; that of the run if nil.
  ///   - replacing: another model at `output` may be replaced.
  /// - Throws: ``CurationError`` if there is something else at `output`.
  static func finished(
    _ index: OpenIndex, id: String, output: URL?, replacing: Bool
  ) throws -> RunMetrics? {
    let own = FinetuneStep.modelFolder(index, run: id).appendingPathComponent("config.json")
    let isThere =
      try output.map { try ModelTarget($0).holds(run: id, replacing: replacing) }
      ?? FileManager.default.fileExists(atPath: own.path)
    guard isThere, let run = try index.catalog.run(id: id), run.status == .finished else {
      return nil
    }
    return try run.recordedMetrics()
  }

  private var checkpoint: URL { folder.appendingPathComponent("checkpoint") }

  /// - Parameters:
  ///   - title: what the progress line calls the run.
  ///   - train: the training, with the place of its checkpoint, what to tell of every update, and what to
  ///     ask after it.
  /// - Throws: ``Interrupted`` after a stop; the run's checkpoint stays for the next time.
  func train(
    _ title: String,
    _ train: (URL, (TrainingProgress) -> Void, () -> Bool) throws -> TrainingSummary
  ) throws -> TrainingSummary {
    let monitor = monitor
    let summary = try train(
      checkpoint,
      {
        monitor.progress(
          StepProgress(
            phase: title, completed: $0.step, total: $0.totalSteps, unit: "updates"))
      }, monitor.shouldStop)
    if summary.interrupted { throw Interrupted() }
    return summary
  }

  /// Writes `log.jsonl`, `metrics.json` and the run's rows, and deletes its checkpoint.
  ///
  func finish(
    _ summary: TrainingSummary, _ metrics: RunMetrics, of request: some TrainingRequest,
    _ predictions: [Prediction]
  ) throws {
    let log = try writeFiles(summary, metrics)
    let run = Run(
      id: id, step: request.step, arm: request.arm, answer: request.answer,
      seed: Int(request.seed), fold: request.fold, options: try StepAccount.json(request.options),
      status: .finished,
      startedAt: startedAt, finishedAt: Date(),
      metrics: try StepAccount.json(metrics))
    try index.catalog.update { try $0.replaceRun(run, log: log, predictions: predictions) }
    try? FileManager.default.removeItem(at: checkpoint)
  }

  /// Deletes all that the run has written.
  func remove() { try? FileManager.default.removeItem(at: folder) }

  /// - Returns: the log's lines for the catalog.
  private func writeFiles(_ summary: TrainingSummary, _ metrics: RunMetrics) throws
    -> [RunLogEntry]
  {
    let log = try summary.history.map { try StepAccount.json($0) + "\n" }.joined()
    try AtomicFile.write(Data(log.utf8), to: folder.appendingPathComponent("log.jsonl"))
    try AtomicFile.write(
      Data(StepAccount.json(metrics).utf8), to: folder.appendingPathComponent("metrics.json"))
    let development = try Dictionary(
      summary.evaluations.map { ($0.step, try StepAccount.json($0)) }, uniquingKeysWith: { $1 })
    return summary.history.map { step in
      RunLogEntry(
        run: id, step: step.step, epoch: step.epoch, loss: Double(step.loss),
        learningRate: Double(step.learningRate), development: development[step.step])
    }
  }
}
