import Curation
import Files
import Foundation
import Store
import Training
import Transformer

/// What one fine-tuning is made from; equal requests are the same run.
struct RunRequest {
  var arm: String
  var seed: UInt64
  var train: [LabeledText]
  var development: [LabeledText]
  /// Rows of the index the model is scored on, and their texts and labels.
  var testRows: [UInt32]
  var test: [LabeledText]
  var labels: [String]
  var options: TrainingOptions

  /// The same for the same data, options and model, whatever the order of the rows.
  func id(modelHash: String) throws -> String {
    func lines(_ items: [LabeledText]) -> String {
      items.map { "\($0.label) \($0.text)" }.joined(separator: "\n")
    }
    let hash = StepAccount.hash([
      modelHash, try StepAccount.json(options), labels.joined(separator: "\n"), lines(train),
      lines(development), lines(test),
    ])
    return "\(arm)-seed\(seed)-\(hash.prefix(10))"
  }
}

/// What a run is judged by; the column `metrics` of its row, and `metrics.json` in its folder.
public struct RunMetrics: Codable, Sendable {
  /// Of the test records' classes; of a tagger those of its words, `O` among them.
  public var report: ClassificationReport
  /// Of a tagger.
  public var tagging: TagScores?
  public var trainingRecords: Int
  public var developmentRecords: Int
  public var updates: Int
  public var bestStep: Int
  public var stoppedEarly: Bool
  public var seconds: Double
  public var examplesPerSecond: Double
  public var tokens: Int
  public var development: [DevelopmentResult]
  /// Classifiers on the frozen vectors of the same training and test records; nil where they were
  /// not measured (models of a comparison: see ``StudyAnalysis/baselines``).
  public var baselines: [FrozenScore]?

  /// The best baseline, if the model is below it.
  public var betterBaseline: FrozenScore? {
    baselines?.filter { $0.accuracy > report.accuracy }.max { $0.accuracy < $1.accuracy }
  }
}

/// Trains a run, or resumes or skips it, and writes what came of it to the catalog.
struct RunRecorder {
  let index: OpenIndex
  let modelHash: String
  let monitor: StepMonitor

  /// The finished run of this request, if there is one.
  func finished(_ request: RunRequest) throws -> Run? {
    let run = try index.catalog.run(id: request.id(modelHash: modelHash))
    return run?.status == .finished ? run : nil
  }

  /// - Parameters:
  ///   - title: what the progress line calls the run.
  ///   - baselines: for the run's metrics.
  ///   - makeClassifier: a fresh, untrained classifier.
  ///   - keep: called with the trained classifier before the run counts as finished.
  /// - Throws: ``Interrupted`` after a stop; the run's checkpoint stays for the next time.
  func train(
    _ request: RunRequest, title: String, baselines: [FrozenScore]? = nil,
    makeClassifier: () throws -> SequenceClassifier,
    keep: (SequenceClassifier, RunMetrics, URL) throws -> Void = { _, _, _ in }
  ) throws -> Run {
    let id = try request.id(modelHash: modelHash)
    let folder = index.folder.run(id: id)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let checkpoint = folder.appendingPathComponent("checkpoint")
    let startedAt = Date()
    let classifier = try makeClassifier()
    let monitor = monitor
    let summary = try classifier.train(
      train: request.train, development: request.development, options: request.options,
      checkpoint: checkpoint,
      progress: {
        monitor.progress(
          StepProgress(
            phase: title, completed: $0.step, total: $0.totalSteps, unit: "updates"))
      }, shouldStop: monitor.shouldStop)
    if summary.interrupted { throw Interrupted() }
    let logits = try classifier.logits(request.test.map(\.text))
    let predicted = logits.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
    let metrics = RunMetrics(
      report: ClassificationReport(
        labels: request.labels, truth: request.test.map(\.label), predictions: predicted),
      trainingRecords: request.train.count, developmentRecords: request.development.count,
      updates: summary.history.count, bestStep: summary.bestStep,
      stoppedEarly: summary.stoppedEarly, seconds: Date().timeIntervalSince(startedAt),
      examplesPerSecond: summary.examplesPerSecond, tokens: summary.tokens,
      development: summary.evaluations, baselines: baselines)
    let log = try Self.writeFiles(
      summary, metrics, to: folder, run: id)
    try keep(classifier, metrics, folder)
    let run = Run(
      id: id, arm: request.arm, seed: Int(request.seed),
      options: try StepAccount.json(request.options), status: .finished, startedAt: startedAt,
      finishedAt: Date(), metrics: try StepAccount.json(metrics))
    let predictions = request.testRows.indices.map { place in
      let probabilities = ClassificationProblem.singleLabel.probabilities(logits[place])
      return Prediction(
        run: id, row: Int(request.testRows[place]),
        label: request.labels[request.test[place].label],
        predicted: request.labels[predicted[place]],
        correct: predicted[place] == request.test[place].label,
        probability: probabilities[predicted[place]],
        logProbability: Self.logProbability(of: request.test[place].label, logits[place]))
    }
    try index.catalog.update {
      try $0.replaceRun(run, log: log, predictions: predictions)
    }
    try? FileManager.default.removeItem(at: checkpoint)
    return run
  }

  /// Natural logarithm of a class's probability; from the logits, so that it does not end where a
  /// probability is too small for its type.
  private static func logProbability(of label: Int, _ logits: [Float]) -> Double {
    let largest = Double(logits.max() ?? 0)
    let sum = logits.reduce(0) { $0 + exp(Double($1) - largest) }
    return min(0, Double(logits[label]) - largest - log(sum))
  }

  /// Writes `log.jsonl` and `metrics.json`, and gives the log's lines for the catalog.
  static func writeFiles(
    _ summary: TrainingSummary, _ metrics: RunMetrics, to folder: URL, run: String
  ) throws -> [RunLogEntry] {
    let log = try summary.history.map { try StepAccount.json($0) + "\n" }.joined()
    try AtomicFile.write(Data(log.utf8), to: folder.appendingPathComponent("log.jsonl"))
    try AtomicFile.write(
      Data(StepAccount.json(metrics).utf8), to: folder.appendingPathComponent("metrics.json"))
    let development = try Dictionary(
      summary.evaluations.map { ($0.step, try StepAccount.json($0)) }, uniquingKeysWith: { $1 })
    return summary.history.map { step in
      RunLogEntry(
        run: run, step: step.step, epoch: step.epoch, loss: Double(step.loss),
        learningRate: Double(step.learningRate), development: development[step.step])
    }
  }
}
